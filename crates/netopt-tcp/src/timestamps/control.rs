//! What the kernel tells beside the data: control messages of `recvmsg`, read from bytes.
//!
//! The layouts are those of `struct cmsghdr`, `struct scm_timestamping64`, `struct sock_extended_err` and the
//! netlink attributes of `SCM_TIMESTAMPING_OPT_STATS` in Linux' headers, all in the byte order of the machine. What is
//! shorter than it should be, or unknown, is left out; no bytes make this fail.

use std::time::Duration;

use super::clock::Wall;

/// Room for a time, the statistics and an error of either family; 6.18 fills 380 bytes.
pub(crate) const ROOM: usize = 1024;

const SOL_SOCKET: i32 = 1;
/// `SO_TIMESTAMPING_NEW`: option and message have the same number; seconds are 64 bits wide on every machine.
pub(crate) const TIMESTAMPING: i32 = 65;
const OPT_STATS: i32 = 54;
const IP_RECVERR: (i32, i32) = (0, 11);
const IPV6_RECVERR: (i32, i32) = (41, 25);
/// `SO_EE_ORIGIN_TIMESTAMPING`.
const ORIGIN: u8 = 4;

const TCP_NLA_TOTAL_RETRANS: u16 = 5;
const TCP_NLA_MIN_RTT: u16 = 10;

/// What a kernel stamp is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A device took the byte (`SCM_TSTAMP_SND`).
    Sent,
    /// The queue of a device took it (`SCM_TSTAMP_SCHED`).
    Scheduled,
    /// The peer's kernel acknowledged it (`SCM_TSTAMP_ACK`).
    Acknowledged,
}

/// What came beside one message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Control {
    /// The kernel's time.
    pub(crate) at: Option<Wall>,
    /// What it is the time of, and the offset of the byte (its low 32 bits); `None` beside data.
    pub(crate) step: Option<(Step, u32)>,
    /// The smallest round trip of the connection by then.
    pub(crate) min_rtt: Option<Duration>,
    /// Segments sent again since the connection began.
    pub(crate) resent: Option<u32>,
}

/// Reads the control messages that `recvmsg` left in `bytes`.
pub(crate) fn parse(bytes: &[u8]) -> Control {
    let mut control = Control::default();
    let mut rest = bytes;
    while let Some((level, kind, data, after)) = message(rest) {
        rest = after;
        match (level, kind) {
            (SOL_SOCKET, TIMESTAMPING) => control.at = time(data),
            (SOL_SOCKET, OPT_STATS) => statistics(data, &mut control),
            IP_RECVERR | IPV6_RECVERR => control.step = step(data),
            _ => {}
        }
    }
    control
}

/// The first message and what comes after it.
fn message(bytes: &[u8]) -> Option<(i32, i32, &[u8], &[u8])> {
    const WORD: usize = size_of::<usize>();
    let (length, rest) = bytes.split_first_chunk::<WORD>()?;
    let (level, rest) = rest.split_first_chunk::<4>()?;
    let (kind, _) = rest.split_first_chunk::<4>()?;
    let header = (WORD + 8).next_multiple_of(WORD);
    let length = usize::from_ne_bytes(*length);
    let data = bytes.get(header..length)?;
    let after = bytes
        .get(length.checked_next_multiple_of(WORD)?..)
        .unwrap_or_default();
    let number = |bytes: &[u8; 4]| i32::from_ne_bytes(*bytes);
    Some((number(level), number(kind), data, after))
}

/// The first of three times, which is the one of software; zeros mean that there is none.
fn time(data: &[u8]) -> Option<Wall> {
    let seconds = u64::try_from(i64::from_ne_bytes(*data.first_chunk()?)).ok()?;
    let nanos = u32::try_from(i64::from_ne_bytes(*data.get(8..)?.first_chunk()?)).ok()?;
    if nanos >= 1_000_000_000 || (seconds, nanos) == (0, 0) {
        return None;
    }
    Some(Duration::new(seconds, nanos))
}

fn step(data: &[u8]) -> Option<(Step, u32)> {
    let word = |at: usize| Some(u32::from_ne_bytes(*data.get(at..)?.first_chunk()?));
    if *data.get(4)? != ORIGIN {
        return None;
    }
    let step = match word(8)? {
        0 => Step::Sent,
        1 => Step::Scheduled,
        2 => Step::Acknowledged,
        _ => return None,
    };
    Some((step, word(12)?))
}

/// Netlink attributes: length with header, kind, value, and so on at multiples of four.
fn statistics(data: &[u8], control: &mut Control) {
    let mut rest = data;
    while let Some((header, _)) = rest.split_first_chunk::<4>() {
        let [length_low, length_high, kind_low, kind_high] = *header;
        let length = usize::from(u16::from_ne_bytes([length_low, length_high]));
        let Some(value) = rest.get(4..length) else {
            return;
        };
        let number = || value.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes));
        match u16::from_ne_bytes([kind_low, kind_high]) {
            // All ones is the kernel's word for no sample yet.
            TCP_NLA_MIN_RTT => {
                let micros = number().filter(|&micros| micros != u32::MAX);
                control.min_rtt = micros.map(|micros| Duration::from_micros(micros.into()));
            }
            TCP_NLA_TOTAL_RETRANS => control.resent = number(),
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn put(level: i32, kind: i32, data: &[u8]) -> Vec<u8> {
        let header = size_of::<usize>() + 8;
        let mut bytes = (header + data.len()).to_ne_bytes().to_vec();
        bytes.extend(level.to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(size_of::<usize>()), 0);
        bytes
    }

    fn stamp(seconds: i64, nanos: i64) -> Vec<u8> {
        let mut data = seconds.to_ne_bytes().to_vec();
        data.extend(nanos.to_ne_bytes());
        data.extend([0; 32]);
        put(SOL_SOCKET, TIMESTAMPING, &data)
    }

    fn error(origin: u8, what: u32, key: u32) -> Vec<u8> {
        let mut data = 42_u32.to_ne_bytes().to_vec();
        data.extend([origin, 0, 0, 0]);
        data.extend(what.to_ne_bytes());
        data.extend(key.to_ne_bytes());
        put(IP_RECVERR.0, IP_RECVERR.1, &data)
    }

    #[test]
    fn all_that_the_kernel_tells_of_an_acknowledgement_is_read() {
        let mut attributes = vec![];
        for (kind, value) in [
            (TCP_NLA_MIN_RTT, 40_000_u32),
            (77, 1),
            (TCP_NLA_TOTAL_RETRANS, 3),
        ] {
            attributes.extend(8_u16.to_ne_bytes());
            attributes.extend(kind.to_ne_bytes());
            attributes.extend(value.to_ne_bytes());
        }
        let bytes = [
            stamp(1_800_000_000, 5),
            put(SOL_SOCKET, OPT_STATS, &attributes),
            error(ORIGIN, 2, 99),
        ]
        .concat();
        let control = parse(&bytes);
        assert_eq!(control.at, Some(Duration::new(1_800_000_000, 5)));
        assert_eq!(control.step, Some((Step::Acknowledged, 99)));
        assert_eq!(control.min_rtt, Some(Duration::from_millis(40)));
        assert_eq!(control.resent, Some(3));
    }

    #[test]
    fn an_error_of_the_network_is_no_stamp() {
        assert_eq!(parse(&error(2, 0, 99)), Control::default());
    }

    #[test]
    fn no_time_is_unknown_and_not_1970() {
        assert_eq!(parse(&stamp(0, 0)).at, None);
        assert_eq!(parse(&stamp(-1, 0)).at, None);
        assert_eq!(parse(&stamp(1, 1_000_000_000)).at, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_fail(bytes in prop::collection::vec(any::<u8>(), 0..ROOM)) {
            parse(&bytes);
        }

        #[test]
        fn any_message_of_the_right_kinds_is_read_without_fail(
            data in prop::collection::vec(any::<u8>(), 0..300), kind in 0_usize..4, cut in 0_usize..400,
        ) {
            let (level, kind) =
                [(SOL_SOCKET, TIMESTAMPING), (SOL_SOCKET, OPT_STATS), IP_RECVERR, IPV6_RECVERR][kind];
            let bytes = put(level, kind, &data);
            parse(&bytes[..cut.min(bytes.len())]);
        }

        #[test]
        fn what_comes_before_hides_nothing(
            data in prop::collection::vec(any::<u8>(), 0..100), key in any::<u32>(),
        ) {
            let bytes = [put(SOL_SOCKET, 2, &data), error(ORIGIN, 1, key)].concat();
            prop_assert_eq!(parse(&bytes).step, Some((Step::Scheduled, key)));
        }
    }
}
