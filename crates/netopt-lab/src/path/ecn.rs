//! Explicit congestion notification: the two bits in the header of an IP packet (RFC 3168 section 5).
//!
//! A mark changes one byte. In IPv4 the checksum is brought up to date from the change alone (RFC 1624, equation 3), as a
//! router does, so a header that was broken before stays broken. IPv6 has no checksum. What it leaves alone: when to mark.

/// The bits of "congestion experienced"; as a mask, both bits.
const EXPERIENCED: u8 = 0b11;
/// Where the bits are in the second byte of an IPv6 header: the traffic class straddles two bytes.
const IPV6_SHIFT: u8 = 4;
/// The shortest headers.
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// Marks an IP packet as having met congestion, if its sender allows that: ECT(0), ECT(1) or marked already.
///
/// Says whether the packet now carries the mark. Anything that is no whole IPv4 or IPv6 header stays as it is.
pub(super) fn mark(packet: &mut [u8]) -> bool {
    match packet.first().map(|first| first >> 4) {
        Some(4) if packet.len() >= IPV4_HEADER => mark_v4(packet),
        Some(6) if packet.len() >= IPV6_HEADER => set(&mut packet[1], IPV6_SHIFT),
        _ => false,
    }
}

fn mark_v4(packet: &mut [u8]) -> bool {
    let before = word(packet, 0);
    if !set(&mut packet[1], 0) {
        return false;
    }
    let checksum = updated(word(packet, 10), before, word(packet, 0));
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    true
}

/// Sets the bits, unless both are clear: then the sender does not understand them.
const fn set(byte: &mut u8, shift: u8) -> bool {
    let mask = EXPERIENCED << shift;
    let capable = *byte & mask != 0;
    if capable {
        *byte |= mask;
    }
    capable
}

fn word(packet: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([packet[at], packet[at + 1]])
}

/// The checksum after one word of the header changed: `~(~HC + ~m + m')` in ones' complement (RFC 1624, equation 3).
fn updated(checksum: u16, before: u16, after: u16) -> u16 {
    let sum = u32::from(!checksum) + u32::from(!before) + u32::from(after);
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    !u16::try_from(folded).expect("three words folded twice are one word")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The checksum of a header from all of its words (RFC 791 section 3.1).
    fn full(header: &[u8]) -> u16 {
        let mut sum: u32 = (0..IPV4_HEADER)
            .step_by(2)
            .filter(|at| *at != 10)
            .map(|at| u32::from(word(header, at)))
            .sum();
        while sum >> 16 != 0 {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !u16::try_from(sum).unwrap()
    }

    fn header(mut bytes: [u8; IPV4_HEADER], ecn: u8) -> [u8; IPV4_HEADER] {
        bytes[0] = 0x45;
        bytes[1] = (bytes[1] & !EXPERIENCED) | ecn;
        let checksum = full(&bytes);
        bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    #[test]
    fn the_example_of_rfc_1624_does_not_become_minus_zero() {
        // Section 4: HC = 0xDD2F, m = 0x5555, m' = 0x3285 gives 0x0000.
        assert_eq!(updated(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn what_is_no_ip_packet_is_left_alone() {
        for bytes in [&[][..], &[0x45; 19], &[0x6f; 39], &[0x15; 60]] {
            let mut packet = bytes.to_vec();
            assert!(!mark(&mut packet));
            assert_eq!(packet, bytes);
        }
    }

    proptest! {
        #[test]
        fn a_marked_header_has_the_checksum_of_all_its_words(bytes: [u8; IPV4_HEADER], ecn in 1u8..=3) {
            let mut packet = header(bytes, ecn);
            prop_assert!(mark(&mut packet));
            prop_assert_eq!(packet[1], bytes[1] | EXPERIENCED);
            prop_assert_eq!(word(&packet, 10), full(&packet));
        }

        #[test]
        fn a_sender_without_ecn_is_never_marked(bytes: [u8; IPV4_HEADER]) {
            let before = header(bytes, 0);
            let mut packet = before;
            prop_assert!(!mark(&mut packet));
            prop_assert_eq!(packet, before);
        }

        #[test]
        fn in_ipv6_only_the_two_bits_change(bytes in prop::collection::vec(any::<u8>(), IPV6_HEADER)) {
            let mut before = bytes;
            before[0] = 0x60 | (before[0] & 0x0f);
            let mut packet = before.clone();
            let capable = (before[1] >> IPV6_SHIFT) & EXPERIENCED != 0;
            prop_assert_eq!(mark(&mut packet), capable);
            let changed = if capable { before[1] | 0x30 } else { before[1] };
            prop_assert_eq!(packet[1], changed);
            packet[1] = before[1];
            prop_assert_eq!(packet, before);
        }
    }
}
