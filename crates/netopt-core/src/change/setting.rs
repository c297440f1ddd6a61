//! The value of a knob by its form, so that a plan file, a document and a person each need one rule a form, not one a knob.

use std::fmt;
use std::time::Duration;

use super::{Change, ConcurrencyLimit, SYSTEM, Switch, Window};
use crate::encoding::{Encoding, Encodings};
use crate::unit::{Bytes, Ratio, show_duration};

/// The word for a bound that is not there.
const UNLIMITED: &str = "unlimited";
/// The word for a mechanism that is not used.
const OFF: &str = "off";

/// The value of a knob.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// `true` or `false`; people read on and off.
    Truth(Switch),
    /// A whole number.
    Number(u32),
    /// A word, such as `"system"` or the name of something.
    Word(String),
    /// An amount.
    Size(Bytes),
    /// A time in whole ms.
    Time(Duration),
    /// A share of a whole.
    Share(Ratio),
    /// A list of names.
    Names(Encodings),
}

impl Change {
    /// The value.
    #[must_use]
    pub fn setting(&self) -> Setting {
        match *self {
            Self::Nodelay(switch)
            | Self::Quickack(switch)
            | Self::FastOpen(switch)
            | Self::AddressRacing(switch)
            | Self::Resumption(switch)
            | Self::FirstInFirstOut(switch)
            | Self::KeepAlive(switch)
            | Self::Coalesce(switch) => Setting::Truth(switch),
            Self::CongestionControl(name) => or(name, SYSTEM, |name| word(name.as_str())),
            Self::NotsentLowat(size) | Self::ReceiveBuffer(size) | Self::SendBuffer(size) => {
                or(size, SYSTEM, Setting::Size)
            }
            Self::UserTimeout(time) => or(time, SYSTEM, Setting::Time),
            Self::Lifetime(time) => or(time, UNLIMITED, Setting::Time),
            Self::AttemptTimeout(time) | Self::StallTimeout(time) => or(time, OFF, Setting::Time),
            Self::DnsCacheTtl(time) | Self::ServeStale(time) => {
                or((!time.is_zero()).then_some(time), OFF, Setting::Time)
            }
            Self::IdleTimeout(time) => Setting::Time(time),
            Self::MaxConnections(limit) => {
                or(limit, UNLIMITED, |limit| Setting::Number(limit.get()))
            }
            Self::LimitRate(limit) => or(limit, OFF, |limit| Setting::Number(limit.get())),
            Self::MinIdle(number) | Self::Redirects(number) | Self::RetryAttempts(number) => {
                Setting::Number(number)
            }
            Self::H2Connections(number) => Setting::Number(number.get()),
            Self::Version(version) => word(version.name()),
            Self::AcceptEncoding(set) => Setting::Names(set),
            Self::RequestEncoding(encoding) => {
                or(encoding, OFF, |encoding: Encoding| word(encoding.name()))
            }
            Self::H2Window(window) => match window {
                Window::Fixed(size) => Setting::Size(size),
                Window::Default | Window::Adaptive => word(window.name()),
            },
            Self::CacheSize(size) => or((size > Bytes::ZERO).then_some(size), OFF, Setting::Size),
            Self::RetryBudget(share) => or(share, UNLIMITED, Setting::Share),
            Self::HedgeAfter(percentile) => or(percentile, OFF, |percentile| {
                Setting::Word(percentile.to_string())
            }),
            Self::LimitConcurrency(limit) => match limit {
                ConcurrencyLimit::Fixed(limit) => Setting::Number(limit.get()),
                ConcurrencyLimit::Off | ConcurrencyLimit::Gradient2 | ConcurrencyLimit::Aimd => {
                    word(limit.name())
                }
            },
        }
    }

    /// The value as a person says it: `on`, `60.0 s`, `zstd, br, gzip`.
    #[must_use]
    pub fn value(&self) -> String {
        self.setting().to_string()
    }
}

fn word(name: &str) -> Setting {
    Setting::Word(name.to_owned())
}

/// The value if there is one, and otherwise the word for that.
fn or<T>(value: Option<T>, none: &str, some: impl FnOnce(T) -> Setting) -> Setting {
    value.map_or_else(|| word(none), some)
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truth(switch) => f.write_str(if switch.is_on() { "on" } else { OFF }),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Size(size) => size.fmt(f),
            Self::Time(time) => f.write_str(&show_duration(*time)),
            Self::Share(share) => share.fmt(f),
            Self::Names(set) if set.is_empty() => f.write_str("none"),
            Self::Names(set) => f.write_str(&set.header()),
        }
    }
}
