//! The request for a listing: `struct nlmsghdr` and `struct inet_diag_req_v2`.

use super::filter::Filter;
use super::wire::HEADER;

/// The two listings that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    /// `AF_INET`, `AF_INET6` of Linux.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::V4 => 2,
            Self::V6 => 10,
        }
    }
}

/// `SOCK_DIAG_BY_FAMILY`: the kind of requests and of answers.
pub(super) const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST` with `NLM_F_DUMP`.
const DUMP: u16 = 0x301;
/// `IPPROTO_TCP`.
const TCP: u8 = 6;
/// The attributes asked for: bit n - 1 for `INET_DIAG_INFO` (2), `VEGASINFO` (3, which stands for any congestion control's
/// own figures), `CONG` (4) and `SKMEMINFO` (7).
const WANTED: u8 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6;
/// Bytes of `struct inet_diag_req_v2`.
const BODY: usize = 56;

/// The bytes of a request.
pub(super) fn encode(family: Family, filter: &Filter, sequence: u32) -> [u8; HEADER + BODY] {
    let mut bytes = [0; HEADER + BODY];
    bytes[0..4].copy_from_slice(&72_u32.to_ne_bytes());
    bytes[4..6].copy_from_slice(&BY_FAMILY.to_ne_bytes());
    bytes[6..8].copy_from_slice(&DUMP.to_ne_bytes());
    bytes[8..12].copy_from_slice(&sequence.to_ne_bytes());
    bytes[16] = family.number();
    bytes[17] = TCP;
    bytes[18] = WANTED;
    bytes[20..24].copy_from_slice(&filter.states.mask().to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::States;
    use crate::diag::wire;

    #[test]
    fn a_request_is_one_message_of_its_length() {
        let filter = Filter {
            states: States::ALL,
            port: Some(80),
        };
        let bytes = encode(Family::V6, &filter, 7);
        let (header, body, rest) = wire::message(&bytes).unwrap();
        assert_eq!((header.kind, header.flags, header.sequence), (20, 0x301, 7));
        assert_eq!((body.len(), rest.len()), (BODY, 0));
        assert_eq!(body[..3], [10, 6, 0b100_1110]);
        assert_eq!(body[4..8], [0xff; 4]);
    }
}
