//! The value of a socket option: what it means, how it is written, and which bytes the kernel wants for it.
//!
//! One kind of option has one kind of value, with its unit in the type. What this file leaves alone: which values an option
//! allows, since that is the kernel's to say.

use std::fmt;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes, parse_duration, show_duration};

/// What kind of value an option has, and how the kernel has it in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On or off; an `int` of 1 or 0.
    Switch,
    /// A number of something, or a number that stands for something; an `int`.
    Count,
    /// An amount of data; an `unsigned int`.
    Bytes,
    /// A time in whole seconds; an `int`.
    Seconds,
    /// A time in whole milliseconds; an `int`.
    Millis,
    /// A time in whole microseconds; an `int`.
    Micros,
    /// A rate in bytes a second; an `unsigned long`. All ones are no limit.
    Rate,
    /// A time in whole seconds or off; a `struct linger`.
    Linger,
    /// A name of up to 15 bytes.
    Name,
}

impl Kind {
    /// What a value of this kind looks like, for pages and errors.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Switch => "on or off",
            Self::Count => "a whole number",
            Self::Bytes => "an amount of data such as 16kB",
            Self::Seconds => "a time in whole seconds such as 20s",
            Self::Millis => "a time in whole milliseconds such as 1500ms",
            Self::Micros => "a time in whole microseconds such as 8ms or 500us",
            Self::Rate => "a rate such as 10mbit, or unlimited",
            Self::Linger => "a time in whole seconds such as 5s, or off",
            Self::Name => "a name of 1 to 15 bytes such as bbr",
        }
    }
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// In force or not.
    Switch(Switch),
    /// A number.
    Count(i64),
    /// An amount of data.
    Bytes(Bytes),
    /// A time.
    Time(Duration),
    /// A rate.
    Rate(BitRate),
    /// No bound on the rate.
    Unlimited,
    /// No lingering.
    Off,
    /// The name of an algorithm or a device; empty where there is none.
    Name(String),
}

/// `on`, `16384 B`, `20.0 s`, `bbr`: exact for data, three digits for times.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(switch) => f.write_str(if switch.is_on() { "on" } else { "off" }),
            Self::Count(number) => write!(f, "{number}"),
            Self::Bytes(amount) => write!(f, "{} B", amount.get()),
            Self::Time(time) => f.write_str(&show_duration(*time)),
            Self::Rate(rate) => write!(f, "{rate}"),
            Self::Unlimited => f.write_str("unlimited"),
            Self::Off => f.write_str("off"),
            Self::Name(name) if name.is_empty() => f.write_str("none"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Value {
    /// Reads a value of that kind; `None` when the text is none.
    pub(super) fn parse(kind: Kind, text: &str) -> Option<Self> {
        let text = text.trim();
        Some(match kind {
            Kind::Switch => Self::Switch(Switch::from(match text {
                "on" | "true" | "1" => true,
                "off" | "false" | "0" => false,
                _ => return None,
            })),
            Kind::Count => Self::Count(match text.strip_prefix("0x") {
                Some(digits) => i64::from_str_radix(digits, 16).ok()?,
                None => text.parse().ok()?,
            }),
            Kind::Bytes => Self::Bytes(text.parse().ok()?),
            Kind::Linger if text == "off" => Self::Off,
            Kind::Rate if text == "unlimited" => Self::Unlimited,
            Kind::Rate => Self::Rate(text.parse().ok()?),
            Kind::Seconds | Kind::Millis | Kind::Micros | Kind::Linger => {
                Self::Time(parse_duration(text).ok()?)
            }
            Kind::Name => Self::Name(text.to_owned()),
        })
    }

    /// The bytes that the kernel wants; `None` when the value is of another kind or does not fit in them.
    pub(super) fn encode(&self, kind: Kind) -> Option<Vec<u8>> {
        let int = |number: i64| {
            let small = i32::try_from(number).map(i32::to_ne_bytes);
            // Some options are an `unsigned int`.
            small.or_else(|_| u32::try_from(number).map(u32::to_ne_bytes))
        };
        let int = |number: i64| int(number).ok().map(|bytes| bytes.to_vec());
        let whole = |time: &Duration, unit: Duration| {
            let count = time.as_nanos() / unit.as_nanos();
            time.as_nanos()
                .is_multiple_of(unit.as_nanos())
                .then(|| i32::try_from(count).ok())
                .flatten()
        };
        const SECOND: Duration = Duration::from_secs(1);
        match (kind, self) {
            (Kind::Switch, Self::Switch(switch)) => int(switch.is_on().into()),
            (Kind::Count, Self::Count(number)) => int(*number),
            (Kind::Bytes, Self::Bytes(amount)) => int(i64::try_from(amount.get()).ok()?),
            (Kind::Seconds, Self::Time(time)) => int(whole(time, SECOND)?.into()),
            (Kind::Millis, Self::Time(time)) => int(whole(time, Duration::from_millis(1))?.into()),
            (Kind::Micros, Self::Time(time)) => int(whole(time, Duration::from_micros(1))?.into()),
            (Kind::Rate, Self::Unlimited) => Some(u64::MAX.to_ne_bytes().to_vec()),
            (Kind::Rate, Self::Rate(rate)) => {
                let second = *rate * SECOND;
                Some(second.get().to_ne_bytes().to_vec())
            }
            (Kind::Linger, Self::Off) => Some(vec![0; 8]),
            (Kind::Linger, Self::Time(time)) => {
                let seconds = whole(time, SECOND)?.to_ne_bytes();
                Some([1i32.to_ne_bytes(), seconds].concat())
            }
            (Kind::Name, Self::Name(name)) if (1..=15).contains(&name.len()) => {
                (!name.contains('\0')).then(|| name.clone().into_bytes())
            }
            _ => None,
        }
    }

    /// What the kernel's bytes say; `None` when they are too few.
    pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Option<Self> {
        let int = |at: usize| -> Option<i32> {
            Some(i32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        };
        let time = |unit: Duration| -> Option<Self> {
            let count = u32::try_from(int(0)?).ok()?;
            Some(Self::Time(unit.saturating_mul(count)))
        };
        Some(match kind {
            Kind::Switch => Self::Switch(Switch::from(int(0)? != 0)),
            Kind::Count => Self::Count(int(0)?.into()),
            Kind::Bytes => Self::Bytes(Bytes::new(int(0)?.cast_unsigned().into())),
            Kind::Seconds => time(Duration::from_secs(1))?,
            Kind::Millis => time(Duration::from_millis(1))?,
            Kind::Micros => time(Duration::from_micros(1))?,
            Kind::Rate => match u64::from_ne_bytes(bytes.get(..8)?.try_into().ok()?) {
                u64::MAX => Self::Unlimited,
                count => Self::Rate(Bytes::new(count).over(Duration::from_secs(1))?),
            },
            Kind::Linger if int(0)? == 0 => Self::Off,
            Kind::Linger => Self::Time(Duration::from_secs(u32::try_from(int(4)?).ok()?.into())),
            Kind::Name => {
                let name = bytes.split(|&b| b == 0).next().unwrap_or_default();
                Self::Name(String::from_utf8_lossy(name).into_owned())
            }
        })
    }
}
