//! Laws of the listing: what is sent is read, whatever else comes is survived and makes it unsound.

use std::time::Duration;

use netopt_core::unit::Bytes;
use proptest::prelude::*;

use super::*;
use crate::diag::{States, Timer};
use crate::info::State;

const SEQUENCE: u32 = 9;
const ANY: Filter = Filter {
    states: States::ALL,
    port: None,
};

fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(u32::try_from(16 + payload.len()).unwrap().to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(u16::try_from(4 + value.len()).unwrap().to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// 127.0.0.1:8080 with a peer at 192.0.2.7:443, 5 bytes unread and 900 unsent.
fn payload() -> Vec<u8> {
    let mut fixed = vec![0; 72];
    fixed[..4].copy_from_slice(&[2, 1, 4, 3]);
    fixed[4..6].copy_from_slice(&8080_u16.to_be_bytes());
    fixed[6..8].copy_from_slice(&443_u16.to_be_bytes());
    fixed[8..12].copy_from_slice(&[127, 0, 0, 1]);
    fixed[24..28].copy_from_slice(&[192, 0, 2, 7]);
    for (offset, number) in [
        (44, 77_u32),
        (48, 1),
        (52, 250),
        (56, 5),
        (60, 900),
        (64, 1000),
        (68, 4242),
    ] {
        fixed[offset..offset + 4].copy_from_slice(&number.to_ne_bytes());
    }
    fixed.extend(attribute(4, b"cubic\0"));
    let memory: Vec<u8> = (1_u32..=9).flat_map(u32::to_ne_bytes).collect();
    fixed.extend(attribute(7, &memory));
    fixed.extend(attribute(2, &[1; 232]));
    fixed
}

fn taken(bytes: &[u8]) -> io::Result<Dump> {
    let mut dump = Dump::new(SEQUENCE, ANY, 10);
    dump.take(bytes, bytes.len()).map(|()| dump)
}

#[test]
fn a_socket_is_read_in_full() {
    let mut bytes = message(BY_FAMILY, 2, SEQUENCE, &payload());
    bytes.extend(message(DONE, 2, SEQUENCE, &[0; 4]));
    let dump = taken(&bytes).unwrap();
    assert!(dump.is_sound() && dump.is_done());
    let [socket] = dump.into_sockets().try_into().unwrap();
    assert_eq!(socket.local, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(socket.peer, "192.0.2.7:443".parse().unwrap());
    assert_eq!(socket.state, State::Established);
    assert_eq!(
        socket.timer,
        Some((Timer::WindowProbe, Duration::from_millis(250)))
    );
    assert_eq!(
        (socket.receive_queue, socket.send_queue),
        (Bytes::new(5), Bytes::new(900))
    );
    assert_eq!(
        (socket.user, socket.inode, socket.retransmits),
        (1000, 4242, 3)
    );
    assert_eq!(socket.cookie, 1 << 32 | 77);
    assert_eq!(socket.congestion.unwrap().name(), "cubic");
    let memory = socket.memory.unwrap();
    assert_eq!(
        (memory.receive_buffer, memory.send_buffer),
        (Bytes::new(2), Bytes::new(4))
    );
    assert_eq!((memory.queued, memory.drops), (Bytes::new(6), 9));
    assert_eq!(socket.info.unwrap().as_bytes().len(), 232);
}

#[test]
fn a_four_in_six_is_a_four() {
    let mut six = payload();
    six[0] = 10;
    six[8..24].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1]);
    six[24..40].copy_from_slice(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    six[40] = 3;
    let socket = Socket::read(&six).unwrap();
    assert_eq!(socket.local, "10.0.0.1:8080".parse().unwrap());
    assert_eq!(socket.peer.to_string(), "[fe80::1%3]:443");
}

#[test]
fn what_the_kernel_refuses_is_an_error() {
    for kind in [ERROR, DONE] {
        let error = taken(&message(kind, 0, SEQUENCE, &(-2_i32).to_ne_bytes())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
    let cut = Dump::new(SEQUENCE, ANY, 10).take(&[0; 8], 9).unwrap_err();
    assert!(cut.to_string().contains("9 bytes, 8 fit"), "{cut}");
}

#[test]
fn what_is_missing_or_changed_is_told() {
    let done = message(DONE, 2, SEQUENCE, &[0; 4]);
    let of = |first: &[u8]| taken(&[first, &done].concat()).unwrap();
    assert!(!of(&message(BY_FAMILY, 2 | INTERRUPTED, SEQUENCE, &payload())).is_sound());
    assert!(!of(&message(BY_FAMILY, 2, SEQUENCE, &payload()[..71])).is_sound());
    assert!(!of(&message(4, 2, SEQUENCE, &[])).is_sound(), "an overrun");
    assert!(of(&message(NOTHING, 2, SEQUENCE, &[])).is_sound());
    assert!(
        !taken(&message(BY_FAMILY, 2, SEQUENCE, &payload()))
            .unwrap()
            .is_sound(),
        "no end"
    );
    let stranger = of(&message(BY_FAMILY, 2, SEQUENCE + 1, &payload()));
    assert!(stranger.is_sound() && stranger.into_sockets().is_empty());
}

#[test]
fn no_more_than_there_is_room_for() {
    let one = message(BY_FAMILY, 2, SEQUENCE, &payload());
    let dump = taken(&one.repeat(11)).unwrap();
    assert!(!dump.is_sound());
    assert_eq!(dump.into_sockets().len(), 10);
}

#[test]
fn ports_are_looked_at_on_either_side() {
    let one = message(BY_FAMILY, 2, SEQUENCE, &payload());
    for (port, count) in [(8080, 1), (443, 1), (80, 0)] {
        let mut dump = Dump::new(
            SEQUENCE,
            Filter {
                port: Some(port),
                ..ANY
            },
            10,
        );
        dump.take(&one, one.len()).unwrap();
        assert_eq!(dump.into_sockets().len(), count, "{port}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        // That there is a result is all that is asked.
        let kept = taken(&bytes).map_or(0, |dump| dump.into_sockets().len());
        prop_assert!(kept <= 10);
    }

    #[test]
    fn any_payload_is_survived(payload in prop::collection::vec(any::<u8>(), 0..600), family in prop::sample::select(vec![2_u8, 10])) {
        let mut payload = payload;
        if let Some(first) = payload.first_mut() {
            *first = family;
        }
        let dump = taken(&message(BY_FAMILY, 2, SEQUENCE, &payload)).unwrap();
        prop_assert!(dump.into_sockets().len() <= 1);
    }

    #[test]
    fn a_listing_cut_anywhere_is_not_sound(keep in 0_usize..400) {
        let mut bytes = message(BY_FAMILY, 2, SEQUENCE, &payload());
        bytes.extend(message(DONE, 2, SEQUENCE, &[0; 4]));
        let keep = keep.min(bytes.len() - 1);
        prop_assert!(!taken(&bytes[..keep]).unwrap().is_sound());
    }
}
