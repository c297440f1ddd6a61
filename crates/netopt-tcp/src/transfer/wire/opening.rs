//! The first 24 bytes of every connection: who speaks, which version, and what the connection is for.

use super::codec::{Reader, Writer};
use crate::transfer::spec::Way;

/// What no other protocol begins with.
pub(in crate::transfer) const MAGIC: [u8; 8] = *b"netopt>T";
/// Raised with every change that an older end would misread.
pub(in crate::transfer) const VERSION: u16 = 1;
/// The length of an opening.
pub(in crate::transfer) const LENGTH: usize = 24;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transfer) enum Opening {
    /// A new transfer; the frames follow.
    Control,
    /// A stream of a transfer that was agreed on.
    Stream { token: u64, way: Way, index: u16 },
    /// One request on a connection of its own.
    Once { token: u64 },
    /// One byte there and one back, to see how long a newcomer waits.
    Probe { token: u64 },
}

/// Why an opening is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transfer) enum Stranger {
    /// It does not begin as ours do.
    Foreign,
    /// It is of another version.
    Version(u16),
}

impl Opening {
    pub(in crate::transfer) fn encode(self) -> [u8; LENGTH] {
        let (kind, way, index, token) = match self {
            Self::Control => (0, 0, 0, 0),
            Self::Stream { token, way, index } => (1, u8::from(way == Way::Down), index, token),
            Self::Once { token } => (2, 0, 0, token),
            Self::Probe { token } => (3, 0, 0, token),
        };
        let mut writer = Writer(MAGIC.to_vec());
        writer
            .u16(VERSION)
            .u8(kind)
            .u8(way)
            .u16(index)
            .u16(0)
            .u64(token);
        writer.finish().try_into().unwrap_or([0; LENGTH])
    }

    /// Reads one.
    ///
    /// # Errors
    /// When the bytes are not of this protocol, or not of this version of it.
    pub(in crate::transfer) fn decode(bytes: &[u8; LENGTH]) -> Result<Self, Stranger> {
        if !bytes.starts_with(&MAGIC) {
            return Err(Stranger::Foreign);
        }
        let mut reader = Reader::new(&bytes[MAGIC.len()..]);
        let version = reader.u16().unwrap_or(0);
        if version != VERSION {
            return Err(Stranger::Version(version));
        }
        let read = |mut reader: Reader<'_>| {
            let (kind, way) = (reader.u8()?, reader.u8()?);
            let (index, _, token) = (reader.u16()?, reader.u16()?, reader.u64()?);
            let way = if way == 0 { Way::Up } else { Way::Down };
            match kind {
                0 => Some(Self::Control),
                1 => Some(Self::Stream { token, way, index }),
                2 => Some(Self::Once { token }),
                3 => Some(Self::Probe { token }),
                _ => None,
            }
        };
        read(reader).ok_or(Stranger::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_said_is_understood(token: u64, index: u16) {
            for way in [Way::Up, Way::Down] {
                let said = Opening::Stream { token, way, index };
                prop_assert_eq!(Opening::decode(&said.encode()), Ok(said));
            }
            let said = Opening::Probe { token };
            prop_assert_eq!(Opening::decode(&said.encode()), Ok(said));
        }

        #[test]
        fn garbage_is_a_stranger(bytes in prop::array::uniform24(any::<u8>())) {
            prop_assume!(!bytes.starts_with(&MAGIC));
            prop_assert_eq!(Opening::decode(&bytes), Err(Stranger::Foreign));
        }
    }

    #[test]
    fn another_version_is_told_apart_from_a_stranger() {
        let mut bytes = Opening::Control.encode();
        bytes[9] = 9;
        assert_eq!(Opening::decode(&bytes), Err(Stranger::Version(9)));
    }
}
