//! Netlink's framing: messages in a datagram, attributes in a message. Lengths are checked, and what does not fit ends the
//! walk.

/// `struct nlmsghdr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// What the message is.
    pub(super) kind: u16,
    pub(super) flags: u16,
    /// The number of the request that it answers.
    pub(super) sequence: u32,
}

/// Bytes of a message's header, and of an attribute's.
pub(super) const HEADER: usize = 16;
const ATTRIBUTE: usize = 4;
/// An attribute's two highest bits are flags.
const KIND: u16 = 0x3fff;

/// The kinds of messages that are netlink's own.
pub(super) const NOTHING: u16 = 1;
pub(super) const ERROR: u16 = 2;
pub(super) const DONE: u16 = 3;
/// The listing changed while it was made.
pub(super) const INTERRUPTED: u16 = 0x10;

/// The first message of `bytes` with its payload, and the rest; `None` when its length does not fit.
pub(super) fn message(bytes: &[u8]) -> Option<(Header, &[u8], &[u8])> {
    let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let whole = bytes.get(..length)?;
    let header = Header {
        kind: u16_at(whole, 4)?,
        flags: u16_at(whole, 6)?,
        sequence: u32_at(whole, 8)?,
    };
    let rest = bytes.get(aligned(length)..).unwrap_or_default();
    Some((header, whole.get(HEADER..)?, rest))
}

/// The attributes in `bytes`, each with its number. One whose length does not fit is the last.
pub(super) fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let kind = u16_at(rest, 2)? & KIND;
        let value = rest.get(ATTRIBUTE..length)?;
        rest = rest.get(aligned(length)..).unwrap_or_default();
        Some((kind, value))
    })
}

pub(super) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let two = bytes.get(offset..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*two))
}

pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let four = bytes.get(offset..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*four))
}

const fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_walked_to_the_first_that_does_not_fit() {
        let mut bytes = Vec::new();
        for (length, kind, value) in [(7_u16, 4_u16, b"bbr\0"), (8, 2 | 0x8000, b"info")] {
            bytes.extend(length.to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(value);
        }
        let all: Vec<(u16, &[u8])> = attributes(&bytes).collect();
        assert_eq!(all, [(4, b"bbr".as_slice()), (2, b"info")]);
        assert_eq!(attributes(&bytes[..15]).count(), 1);
        assert_eq!(
            attributes(&[0; 64]).count(),
            0,
            "no endless walk over zeros"
        );
    }

    #[test]
    fn a_message_that_claims_more_than_there_is_is_none() {
        let mut bytes = [0; 20];
        bytes[0] = 20;
        bytes[4] = 3;
        let (header, payload, rest) = message(&bytes).unwrap();
        assert_eq!((header.kind, payload.len(), rest.len()), (DONE, 4, 0));
        assert_eq!(message(&bytes[..19]), None);
        bytes[0] = 15;
        assert_eq!(message(&bytes), None, "shorter than its own header");
    }
}
