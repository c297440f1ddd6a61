//! Content encodings that a client can ask for.

use std::fmt;
use std::str::FromStr;

/// One content encoding (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Zstandard, RFC 8878.
    Zstd,
    /// Brotli, RFC 7932.
    Brotli,
    /// gzip, RFC 1952.
    Gzip,
}

impl Encoding {
    /// All that we decode, best first.
    pub const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// The name in `Accept-Encoding` and `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of zstd, br, gzip")]
pub struct UnknownEncoding;

impl FromStr for Encoding {
    type Err = UnknownEncoding;
    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownEncoding)
    }
}

/// A set of encodings to ask for; empty asks for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encodings([bool; Encoding::ALL.len()]);

impl Encodings {
    /// Asks for nothing.
    pub const NONE: Self = Self([false; 3]);
    /// Asks for all that we decode.
    pub const ALL: Self = Self([true; 3]);

    /// The members, best first.
    pub fn iter(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL
            .into_iter()
            .filter(move |encoding| self.0[*encoding as usize])
    }

    /// True when nothing is asked for.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// The value of `Accept-Encoding`: `zstd, br, gzip`.
    #[must_use]
    pub fn header(self) -> String {
        self.iter()
            .map(Encoding::name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl FromIterator<Encoding> for Encodings {
    fn from_iter<I: IntoIterator<Item = Encoding>>(members: I) -> Self {
        let mut set = Self::NONE;
        for member in members {
            set.0[member as usize] = true;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_lists_the_best_first() {
        let set: Encodings = [Encoding::Gzip, Encoding::Zstd].into_iter().collect();
        assert_eq!(set.header(), "zstd, gzip");
        assert!(Encodings::NONE.is_empty());
    }
}
