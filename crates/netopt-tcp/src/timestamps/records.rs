//! The borders of TLS records in a stream of bytes.
//!
//! A server sends session tickets when it likes, and they look like the answer from below. What tells them apart: a read
//! that ends with a record, and nothing came out of TLS, was no part of the answer. So all that is followed is where
//! records end (RFC 8446 §5.1: one byte of type, two of version, two of length).

/// The length of a record's header.
const HEADER: usize = 5;
/// Types of records: change of cipher, alert, handshake, data.
const TYPES: std::ops::RangeInclusive<u8> = 20..=23;

/// Follows a stream from its first byte.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Records {
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// So many bytes of a header are here.
    Header([u8; HEADER], usize),
    /// So many bytes of a record are still to come.
    Body(usize),
    /// This is no TLS.
    Other,
}

impl Default for State {
    fn default() -> Self {
        Self::Header([0; HEADER], 0)
    }
}

impl Records {
    /// Follows the next bytes.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Other => return,
                State::Header(header, have) => {
                    let take = bytes.len().min(HEADER - *have);
                    header[*have..*have + take].copy_from_slice(&bytes[..take]);
                    bytes = &bytes[take..];
                    *have += take;
                    if *have == HEADER {
                        self.state = Self::begin(*header);
                    }
                }
                State::Body(left) => {
                    let take = bytes.len().min(*left);
                    bytes = &bytes[take..];
                    *left -= take;
                    if *left == 0 {
                        self.state = State::default();
                    }
                }
            }
        }
    }

    fn begin(header: [u8; HEADER]) -> State {
        let [kind, major, _, high, low] = header;
        if !TYPES.contains(&kind) || major != 3 {
            return State::Other;
        }
        match usize::from(u16::from_be_bytes([high, low])) {
            0 => State::default(),
            length => State::Body(length),
        }
    }

    /// Whether the last byte was the last of a record; `None` for what is no TLS.
    pub(crate) const fn is_at_border(&self) -> Option<bool> {
        match self.state {
            State::Other => None,
            State::Header(_, have) => Some(have == 0),
            State::Body(_) => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(length: u16) -> Vec<u8> {
        let mut bytes = vec![23, 3, 3];
        bytes.extend(length.to_be_bytes());
        bytes.resize(HEADER + usize::from(length), 7);
        bytes
    }

    proptest! {
        #[test]
        fn borders_are_where_records_end_however_they_are_cut(
            lengths in prop::collection::vec(0_u16..300, 1..8), cut in 1_usize..50,
        ) {
            let mut ends = vec![0];
            let mut bytes = Vec::new();
            for length in lengths {
                bytes.extend(record(length));
                ends.push(bytes.len());
            }
            let mut records = Records::default();
            let mut at = 0;
            for piece in bytes.chunks(cut) {
                records.follow(piece);
                at += piece.len();
                prop_assert_eq!(records.is_at_border(), Some(ends.contains(&at)));
            }
        }

        #[test]
        fn any_bytes_are_followed(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut records = Records::default();
            records.follow(&bytes);
            let _ = records.is_at_border();
        }
    }

    #[test]
    fn an_answer_in_the_open_has_no_records() {
        let mut records = Records::default();
        records.follow(b"HTTP/1.1 200 OK\r\n");
        assert_eq!(records.is_at_border(), None);
    }
}
