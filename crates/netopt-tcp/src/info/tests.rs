//! Laws of the reader: whatever the bytes and however many, a field is read where it is or not at all.

use std::time::Duration;

use netopt_core::path::PathSample;
use netopt_core::unit::{BitRate, Bytes};
use proptest::prelude::*;

use super::*;

/// Each byte is its own place, so that a field read from a wrong one is seen.
fn numbered(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

#[test]
fn each_length_from_nothing_to_the_room_is_read_field_by_field() {
    for length in 0..=ROOM + 8 {
        let info = TcpInfo::from_bytes(&numbered(length));
        assert_eq!(info.as_bytes().len(), length.min(ROOM));
        let text = format!("{info:?}");
        for field in TcpInfo::fields() {
            let is_known = info
                .number(field.offset, field.width, field.needs)
                .is_some();
            assert_eq!(is_known, length >= field.needs, "{length} bytes, {field:?}");
            // What is not there is not told.
            let told = text.contains(&format!(" {}: ", field.name));
            assert!(is_known || !told, "{length} bytes, {field:?}: {text}");
        }
    }
}

#[test]
fn the_table_has_no_gap_and_no_overlap() {
    let mut end = 0;
    let mut newest = (2, 6);
    for field in TcpInfo::fields() {
        let shares_its_byte = field.width == 1 && field.offset + 1 == end;
        assert!(
            field.offset == end || shares_its_byte,
            "{field:?} after byte {end}"
        );
        assert_eq!(field.offset % field.width, 0, "{field:?} is aligned");
        end = field.offset + field.width;
        assert!(field.needs >= end, "{field:?}");
        if field.offset >= 104 {
            assert!(
                field.since >= newest,
                "{field:?} is older than what is before it"
            );
            newest = field.since;
        }
    }
    assert_eq!(end, 280);
}

#[test]
#[cfg(target_endian = "little")]
fn each_field_is_read_from_its_own_place() {
    let info = TcpInfo::from_bytes(&numbered(280));
    let at = |place: u32| place | (place + 1) << 8 | (place + 2) << 16 | (place + 3) << 24;
    assert_eq!(info.snd_cwnd(), Some(at(80)));
    assert_eq!(info.unacked(), Some(at(24)));
    assert_eq!(info.rtt(), Some(Duration::from_micros(at(68).into())));
    assert_eq!(info.notsent_bytes(), Some(Bytes::new(at(144).into())));
    assert_eq!(info.snd_wnd(), Some(Bytes::new(at(228).into())));
    assert_eq!((info.snd_wscale(), info.rcv_wscale()), (Some(6), Some(0)));
    assert_eq!(info.delivery_rate_app_limited(), Some(true));
    assert_eq!(
        info.fastopen_client_fail(),
        Some(FastOpenFail::SynRetransmitted)
    );
    assert_eq!(info.ca_state(), Some(CongestionState::Disorder));
    assert_eq!(info.total_rto(), Some(240 | 241 << 8));
}

#[test]
fn bits_in_bytes_that_old_kernels_left_zero_are_unknown_there() {
    let old = TcpInfo::from_bytes(&numbered(104));
    assert_eq!(
        (old.delivery_rate_app_limited(), old.fastopen_client_fail()),
        (None, None)
    );
    assert_eq!(old.rcv_wscale(), Some(0));
}

#[test]
fn a_field_beyond_the_kernels_length_is_unknown() {
    let info = TcpInfo::from_bytes(&[1; 104]);
    assert!(info.snd_cwnd().is_some() && info.total_retrans().is_some());
    assert_eq!(
        (info.min_rtt(), info.delivery_rate(), info.snd_wnd()),
        (None, None, None)
    );
    assert_eq!(TcpInfo::from_bytes(&[]).sample(), PathSample::default());
}

#[test]
fn no_sample_yet_is_unknown_not_zero() {
    let mut raw = [0; 280];
    raw[148..152].copy_from_slice(&u32::MAX.to_ne_bytes());
    raw[104..112].copy_from_slice(&u64::MAX.to_ne_bytes());
    let info = TcpInfo::from_bytes(&raw);
    assert_eq!(
        (
            info.rtt(),
            info.min_rtt(),
            info.rcv_rtt(),
            info.delivery_rate(),
            info.pacing_rate()
        ),
        (None, None, None, None, None)
    );
    assert_eq!(
        info.busy_time(),
        Some(Duration::ZERO),
        "a time of zero is a time"
    );
}

#[test]
fn a_rate_is_in_bits() {
    let mut raw = [0; 168];
    raw[160..168].copy_from_slice(&2_500_000_u64.to_ne_bytes());
    assert_eq!(
        TcpInfo::from_bytes(&raw).delivery_rate(),
        BitRate::from_bps(20e6)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..=ROOM + 8)) {
        let info = TcpInfo::from_bytes(&bytes);
        let text = format!("{info:?} {:?}", info.sample());
        let begins = text.starts_with("TcpInfo { length: ");
        prop_assert!(begins, "{}", text);
    }

    #[test]
    fn any_two_snapshots_have_a_sound_difference(
        early in prop::collection::vec(any::<u8>(), 0..=280),
        late in prop::collection::vec(any::<u8>(), 0..=280),
        elapsed in 0_u64..10_000_000,
    ) {
        let (early, late) = (TcpInfo::from_bytes(&early), TcpInfo::from_bytes(&late));
        let elapsed = Duration::from_micros(elapsed);
        let delta = late.since(&early);
        prop_assert!(delta.busy_time <= late.busy_time());
        prop_assert!(delta.idle(elapsed).is_none_or(|idle| idle <= elapsed));
        prop_assert!(delta.busy_otherwise().is_none_or(|rest| Some(rest) <= delta.busy_time));
        let nothing = late.since(&late);
        prop_assert!(nothing.bytes_acked.is_none_or(|bytes| bytes == Bytes::new(0)));
    }
}
