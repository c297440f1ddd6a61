//! Rate and queue: bytes leave as fast as the line is, and wait as long as the queue says.

use std::io::{Read as _, Write as _};
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_lab::packet::PacketLink;
use netopt_lab::path::Limit;
use tokio::time::Instant;

use crate::scene::{PATIENCE, connection, datagrams, honest, listener, path, rooms};

/// IP and UDP headers.
const HEADERS: u64 = 28;

/// Payload per second of a download, from the first byte to the last.
fn download(link: &PacketLink, bytes: usize) -> f64 {
    let listener = listener(link);
    let [mut near, mut far] = connection(link, &listener);
    thread::scope(|scope| {
        scope.spawn(move || far.write_all(&vec![0; bytes]).unwrap());
        let mut buffer = vec![0; 64 * 1024];
        let mut received = near.read(&mut buffer).unwrap();
        let (first, started) = (received, Instant::now());
        while received < bytes {
            received += near.read(&mut buffer).unwrap();
        }
        let payload = Bytes::new((received - first) as u64);
        payload.over(started.elapsed()).unwrap().bps()
    })
}

#[test]
fn a_download_gets_the_rate_less_its_headers() {
    // One second's worth each.
    for (mbit, bytes) in [(5.0, 625_000), (100.0, 12_500_000)] {
        let path = path(4, Some(mbit));
        let Some((bps, truth)) = honest(&path, &rooms(), |link| download(link, bytes)) else {
            return;
        };
        // 1,448 of 1,500 bytes are payload with time stamps.
        let share = bps / (mbit * 1e6 * 1448.0 / 1500.0);
        assert!((0.95..1.03).contains(&share), "{mbit} Mbit/s: {share}");
        let busy = truth.down.utilisation.unwrap().get();
        assert!(busy > 0.5, "{busy}");
    }
}

/// From the first of 80 datagrams of 1,000 bytes until 51 of them are there, on an empty line.
fn drained(near: &UdpSocket, far: &UdpSocket) -> Duration {
    let mut buffer = [0; 1000];
    // What is left of an earlier round would take the room of this one.
    far.set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    while far.recv(&mut buffer).is_ok() {}
    far.set_read_timeout(Some(PATIENCE)).unwrap();
    let sent = Instant::now();
    for _ in 0..80 {
        near.send(&[0; 972]).unwrap();
    }
    for _ in 0..51 {
        far.recv(&mut buffer).unwrap();
    }
    sent.elapsed()
}

#[test]
fn a_full_queue_waits_its_length_over_the_rate_and_drops_the_rest() {
    const ROUNDS: u8 = 5;
    assert_eq!(972 + HEADERS, 1000);
    let mut path = path(2, Some(8.0));
    path.up.queue.limit = Limit::Packets(50);
    let measured = honest(&path, &rooms(), |link| {
        let [near, far] = datagrams(link);
        let rounds = (0..ROUNDS).map(|_| drained(&near, &far));
        rounds.min().unwrap()
    });
    let Some((wait, truth)) = measured else {
        return;
    };
    // A millisecond each: one on the line and fifty behind it; and a millisecond of distance.
    let ratio = wait.as_secs_f64() / 0.052;
    assert!((1.0..1.05).contains(&ratio), "{ratio}");
    assert_eq!(truth.up.queue.peak.packets, 50);
    // A sender that was stopped for some milliseconds found room for some more.
    let dropped = truth.up.dropped_queue;
    let rounds = u64::from(ROUNDS);
    assert!((20 * rounds..=29 * rounds).contains(&dropped), "{dropped}");
}
