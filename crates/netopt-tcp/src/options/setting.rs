//! An option with the value that it is to get, made by key or from text, and applied to a socket.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd as _};
use std::str::FromStr;

use super::grant::{self, Grant};
use super::row::{ReadBack, SocketOption};
use super::table;
use super::value::Value;
use crate::kernel;

/// An option and a value that fits it. What the kernel says of the value is known when it is applied.
///
/// ```
/// use netopt_tcp::options::Setting;
///
/// let setting: Setting = "tcp.notsent_lowat=16kB".parse()?;
/// assert_eq!(setting.to_string(), "tcp.notsent_lowat = 16000 B");
/// # Ok::<(), netopt_tcp::options::SettingError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    option: SocketOption,
    value: Value,
    bytes: Vec<u8>,
}

impl Setting {
    /// `option` at `value`.
    ///
    /// # Errors
    /// When the value is of another kind, or does not fit in the kernel's type.
    pub fn new(option: SocketOption, value: Value) -> Result<Self, SettingError> {
        let Some(bytes) = value.encode(option.kind) else {
            return Err(unfit(&option, &value.to_string()));
        };
        Ok(Self {
            option,
            value,
            bytes,
        })
    }

    /// The option of that name, or of that constant in C, at the value that `text` says.
    ///
    /// # Errors
    /// When there is no such option, or the text is no value of it.
    pub fn read(name: &str, text: &str) -> Result<Self, SettingError> {
        let option = *table::find(name).ok_or_else(|| SettingError {
            message: unknown(name),
        })?;
        let value = Value::parse(option.kind, text).ok_or_else(|| unfit(&option, text))?;
        Self::new(option, value).map_err(|_| unfit(&option, text))
    }

    /// What is to be set.
    #[must_use]
    pub const fn option(&self) -> &SocketOption {
        &self.option
    }

    /// What it is to be set to.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// Sets the option on `socket` and reads it back. It takes up to three system calls and does not block.
    pub fn apply(&self, socket: &impl AsFd) -> Grant {
        let option = &self.option;
        let before = option.read(socket).ok();
        let descriptor = socket.as_fd().as_raw_fd();
        let set = kernel::set_option(
            descriptor,
            option.level.number(),
            option.number,
            &self.bytes,
        );
        if let Err(error) = set {
            return grant::refused(option, &self.value, &error);
        }
        let asked = self.value.clone();
        let Ok(got) = option.read(socket) else {
            return Grant::Unseen(asked);
        };
        let steady = matches!(option.rules.read_back, ReadBack::Same | ReadBack::Dead(_));
        if self.is_met_by(&got) {
            Grant::Exactly(got)
        } else if steady && before.as_ref() == Some(&got) {
            Grant::Ignored { asked, got }
        } else {
            Grant::Clamped { asked, got }
        }
    }

    /// Compared as the kernel's bytes, which have no fractions: rates are real numbers here and whole ones there.
    fn is_met_by(&self, got: &Value) -> bool {
        got.encode(self.option.kind).as_ref() == Some(&self.bytes)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.option.name, self.value)
    }
}

/// Reads `tcp.notsent_lowat=16kB` or `TCP_NODELAY = on`.
impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let Some((name, value)) = text.split_once('=') else {
            let message =
                format!("\"{text}\" is not an option and a value such as tcp.notsent_lowat=16kB");
            return Err(SettingError { message });
        };
        Self::read(name.trim(), value.trim())
    }
}

/// A text or a value that is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingError {
    message: String,
}

fn unfit(option: &SocketOption, value: &str) -> SettingError {
    let message = format!(
        "{}: \"{value}\" is not {}",
        option.name,
        option.kind.example()
    );
    SettingError { message }
}

fn unknown(name: &str) -> String {
    let part = name.rsplit('.').next().unwrap_or(name);
    let near: Vec<&str> = table::all()
        .map(|option| option.name)
        .filter(|known| !part.is_empty() && known.contains(part))
        .collect();
    if near.is_empty() {
        format!(
            "\"{name}\" is not a socket option that is known here; docs/socket-options.md lists them"
        )
    } else {
        format!(
            "\"{name}\" is not a socket option; did you mean {}?",
            near.join(" or ")
        )
    }
}
