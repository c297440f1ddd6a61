//! The name of a congestion control: `bbr`, `cubic`, `reno`.
//!
//! Only the form of the name is checked here. Whether the kernel has the algorithm, and lets this process use it, is known
//! when it is asked for.

use std::fmt;
use std::str::FromStr;

/// The longest name that the kernel takes: `TCP_CA_NAME_MAX` without the zero at its end.
const LONGEST: usize = 15;

/// The name of a congestion control algorithm: 1 to 15 of `a` to `z`, `0` to `9`, `_` and `-`.
///
/// ```
/// use netopt_core::change::CongestionControl;
///
/// let bbr: CongestionControl = "bbr".parse()?;
/// assert_eq!(bbr.as_str(), "bbr");
/// assert!("BBR!".parse::<CongestionControl>().is_err());
/// # Ok::<(), netopt_core::change::NameError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CongestionControl {
    /// Zeros behind the name.
    bytes: [u8; LONGEST],
    length: u8,
}

impl CongestionControl {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // ASCII by construction, so the other arm is never taken.
        str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl FromStr for CongestionControl {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let error = || NameError {
            name: name.chars().take(40).collect(),
        };
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        if name.is_empty() || !name.bytes().all(allowed) {
            return Err(error());
        }
        let mut bytes = [0; LONGEST];
        let place = bytes.get_mut(..name.len()).ok_or_else(error)?;
        place.copy_from_slice(name.as_bytes());
        let length = u8::try_from(name.len()).map_err(|_| error())?;
        Ok(Self { bytes, length })
    }
}

impl fmt::Display for CongestionControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CongestionControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CongestionControl({})", self.as_str())
    }
}

/// A text that is no name of a congestion control.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{name}\" is not the name of a congestion control: 1 to 15 of a-z, 0-9, _ and -, such as \"bbr\""
)]
pub struct NameError {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wrong_name_is_told_with_its_bound() {
        for wrong in ["", "BBR", "b b", "sixteen_letters_", "b\u{e9}"] {
            let error = wrong.parse::<CongestionControl>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("\"{wrong}\" is not")), "{error}");
            assert!(error.contains("1 to 15"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn a_name_comes_back_as_it_was(name in "[a-z0-9_-]{1,15}") {
            let parsed: CongestionControl = name.parse().unwrap();
            prop_assert_eq!(parsed.as_str(), &name);
            prop_assert_eq!(parsed.to_string(), name);
        }
    }
}
