//! An option whose kind of value the compiler knows.
//!
//! The kind is given once, when the row is made, so that a key cannot promise another type than its row has.

use std::io;
use std::marker::PhantomData;
use std::os::fd::AsFd;
use std::time::Duration;

use netopt_core::change::{CongestionControl, Switch};
use netopt_core::unit::{BitRate, Bytes};

use super::grant::Grant;
use super::row::{Level, Moment, Privilege, ReadBack, Rules, SocketOption};
use super::setting::{Setting, SettingError};
use super::value::{Kind, Value};

/// A row of the table that takes values of the type `T`.
#[derive(Debug)]
pub struct Key<T> {
    row: SocketOption,
    value: PhantomData<fn(T)>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

/// A type that values of options have.
pub trait OptionValue: Into<Value> + Sized {
    /// The value back; `None` when it is of another kind.
    fn of(value: Value) -> Option<Self>;
}

macro_rules! values {
    ($($type:ty: $variant:ident;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
        impl OptionValue for $type {
            fn of(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => value.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

values! {
    Switch: Switch;
    i32: Count;
    Bytes: Bytes;
    Duration: Time;
    String: Name;
}

impl From<&str> for Value {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<CongestionControl> for Value {
    fn from(name: CongestionControl) -> Self {
        Self::Name(name.to_string())
    }
}

impl OptionValue for CongestionControl {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Name(name) => name.parse().ok(),
            _ => None,
        }
    }
}

/// `None` is no limit.
impl From<Option<BitRate>> for Value {
    fn from(rate: Option<BitRate>) -> Self {
        rate.map_or(Self::Unlimited, Self::Rate)
    }
}

impl OptionValue for Option<BitRate> {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Rate(rate) => Some(Some(rate)),
            Value::Unlimited => Some(None),
            _ => None,
        }
    }
}

/// `None` is off.
impl From<Option<Duration>> for Value {
    fn from(time: Option<Duration>) -> Self {
        time.map_or(Self::Off, Self::Time)
    }
}

impl OptionValue for Option<Duration> {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Time(time) => Some(Some(time)),
            Value::Off => Some(None),
            _ => None,
        }
    }
}

impl<T: OptionValue> Key<T> {
    /// The option at that value, to be applied to a socket.
    ///
    /// # Errors
    /// When the value does not fit in what the kernel takes, for example half a second where it counts whole ones.
    pub fn to(self, value: T) -> Result<Setting, SettingError> {
        Setting::new(self.row, value.into())
    }

    /// Sets the option on `socket` and reads it back.
    ///
    /// # Errors
    /// As [`Key::to`]. What the kernel says of the value is no error but a [`Grant`].
    pub fn set(self, socket: &impl AsFd, value: T) -> Result<Grant, SettingError> {
        Ok(self.to(value)?.apply(socket))
    }

    /// Reads what is in force on `socket`.
    ///
    /// # Errors
    /// As [`SocketOption::read`].
    pub fn get(self, socket: &impl AsFd) -> io::Result<T> {
        let value = self.row.read(socket)?;
        let shown = value.to_string();
        T::of(value).ok_or_else(|| {
            let problem = format!("{} is {shown}, which is out of its range", self.row.name);
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })
    }
}

impl<T> Key<T> {
    /// What is known about the option.
    #[must_use]
    pub const fn row(self) -> SocketOption {
        self.row
    }

    pub(super) const fn bounds(mut self, bounds: &'static str) -> Self {
        self.row.rules.bounds = bounds;
        self
    }

    pub(super) const fn since(mut self, major: u8, minor: u8) -> Self {
        self.row.rules.since = (major, minor);
        self
    }

    pub(super) const fn needs(mut self, privilege: Privilege) -> Self {
        self.row.rules.privilege = privilege;
        self
    }

    pub(super) const fn at(mut self, moment: Moment) -> Self {
        self.row.rules.moment = moment;
        self
    }

    pub(super) const fn reads(mut self, read_back: ReadBack) -> Self {
        self.row.rules.read_back = read_back;
        self
    }

    pub(super) const fn about(mut self, about: &'static str) -> Self {
        self.row.about = about;
        self
    }
}

/// A kind, and the type that its values have.
pub(super) struct Typed<T>(Kind, PhantomData<fn(T)>);

pub(super) const SWITCH: Typed<Switch> = Typed(Kind::Switch, PhantomData);
pub(super) const COUNT: Typed<i32> = Typed(Kind::Count, PhantomData);
pub(super) const BYTES: Typed<Bytes> = Typed(Kind::Bytes, PhantomData);
pub(super) const SECONDS: Typed<Duration> = Typed(Kind::Seconds, PhantomData);
pub(super) const MILLIS: Typed<Duration> = Typed(Kind::Millis, PhantomData);
pub(super) const MICROS: Typed<Duration> = Typed(Kind::Micros, PhantomData);
pub(super) const RATE: Typed<Option<BitRate>> = Typed(Kind::Rate, PhantomData);
pub(super) const LINGER_TIME: Typed<Option<Duration>> = Typed(Kind::Linger, PhantomData);
pub(super) const NAME: Typed<String> = Typed(Kind::Name, PhantomData);
pub(super) const ALGORITHM: Typed<CongestionControl> = Typed(Kind::Name, PhantomData);

/// An option of 2.6 that anyone may set at any time and that reads back as it was set.
pub(super) const fn key<T>(
    name: &'static str,
    constant: &'static str,
    level: Level,
    number: i32,
    typed: &Typed<T>,
) -> Key<T> {
    Key {
        row: SocketOption {
            name,
            constant,
            level,
            number,
            kind: typed.0,
            rules: Rules {
                privilege: Privilege::Anyone,
                moment: Moment::Any,
                read_back: ReadBack::Same,
                bounds: "",
                since: (2, 6),
            },
            about: "",
        },
        value: PhantomData,
    }
}
