//! What became of a setting: the kernel's answer, in the words of who asked.
//!
//! A call that succeeds says little: the kernel clamps, rounds and ignores without an error. So the value is read back,
//! and what was read is compared with what was asked.

use std::fmt;

use super::row::{Privilege, SocketOption};
use super::value::{Kind, Value};

/// What the kernel made of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Grant {
    /// It is in force as asked.
    Exactly(Value),
    /// Another value than the one asked for is in force: cut to a bound of the system, or rounded.
    Clamped {
        /// What was asked for.
        asked: Value,
        /// What is in force.
        got: Value,
    },
    /// The kernel said yes and changed nothing.
    Ignored {
        /// What was asked for.
        asked: Value,
        /// What is in force as before.
        got: Value,
    },
    /// The kernel said yes, and does not tell what is in force.
    Unseen(Value),
    /// The kernel said no.
    Refused(Refusal),
    /// This kernel, or this system, has no such option.
    NotSupported {
        /// The first Linux that has it.
        since: (u8, u8),
    },
}

impl Grant {
    /// True when what was asked for is in force, as far as can be known.
    #[must_use]
    pub const fn is_in_force(&self) -> bool {
        matches!(self, Self::Exactly(_) | Self::Unseen(_))
    }

    /// The value that is in force; `None` when it was not set, or cannot be read.
    #[must_use]
    pub const fn got(&self) -> Option<&Value> {
        match self {
            Self::Exactly(value)
            | Self::Clamped { got: value, .. }
            | Self::Ignored { got: value, .. } => Some(value),
            Self::Unseen(_) | Self::Refused(_) | Self::NotSupported { .. } => None,
        }
    }
}

/// One line: `granted 16384 B`, `clamped to 4194304 B, asked 67108864 B`, `refused: …`.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(value) => write!(f, "granted {value}"),
            Self::Clamped { asked, got } => write!(f, "clamped to {got}, asked {asked}"),
            Self::Ignored { asked, got } => write!(f, "ignored: still {got}, asked {asked}"),
            Self::Unseen(value) => write!(
                f,
                "accepted {value}; the kernel does not tell what is in force"
            ),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::NotSupported {
                since: (major, minor),
            } => {
                write!(f, "not supported: it needs Linux {major}.{minor} or newer")
            }
        }
    }
}

/// A refusal, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kernel's error number.
    pub errno: Option<i32>,
    /// Why, with the value that was asked for.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.remedy)
    }
}

const EPERM: i32 = 1;
const ENOENT: i32 = 2;
const EACCES: i32 = 13;
const ENODEV: i32 = 19;
const EINVAL: i32 = 22;
const ENOPROTOOPT: i32 = 92;
const EOPNOTSUPP: i32 = 95;
const EISCONN: i32 = 106;

/// The answer when setting `row` to `asked` failed with `error`.
pub(super) fn refused(row: &SocketOption, asked: &Value, error: &std::io::Error) -> Grant {
    let errno = error.raw_os_error();
    let constant = row.constant;
    let setting = format!("{} = {asked}", row.name);
    let (reason, remedy) = match errno {
        None | Some(ENOPROTOOPT) => {
            return Grant::NotSupported {
                since: row.rules.since,
            };
        }
        Some(EPERM | EACCES) => match row.rules.privilege {
            Privilege::AllowedList => (
                format!("{asked} is not in net.ipv4.tcp_allowed_congestion_control"),
                "run with CAP_NET_ADMIN, or add it to that list".to_owned(),
            ),
            Privilege::NetAdminAbove(bound) => (
                format!("{setting} is above {bound}, which needs CAP_NET_ADMIN"),
                format!("ask for {bound} at the most, or run with that capability"),
            ),
            Privilege::Anyone | Privilege::NetAdmin => (
                format!("{setting} needs CAP_NET_ADMIN"),
                "run with that capability, or leave the option as it is".to_owned(),
            ),
        },
        Some(ENOENT) if row.kind == Kind::Name => (
            format!("this kernel has no \"{asked}\""),
            "take one of net.ipv4.tcp_available_congestion_control, or load its module".to_owned(),
        ),
        Some(ENODEV) => (
            format!("there is no device \"{asked}\""),
            "take one that `ip link` shows".to_owned(),
        ),
        Some(EINVAL | EISCONN) if !row.rules.bounds.is_empty() => (
            format!("the kernel does not take {setting}"),
            format!("it takes {}", row.rules.bounds),
        ),
        Some(EOPNOTSUPP) => (
            format!("the kernel does not do {constant} for this socket"),
            "leave the option as it is".to_owned(),
        ),
        Some(_) => (
            format!("{setting}: {error}"),
            format!("see {constant} in socket(7), tcp(7) or ip(7)"),
        ),
    };
    Grant::Refused(Refusal {
        errno,
        reason,
        remedy,
    })
}
