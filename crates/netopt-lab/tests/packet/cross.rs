//! Traffic of others fills the queue that everybody shares, and leaves the other direction alone.

use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_lab::CrossTraffic;
use netopt_lab::packet::PacketLink;
use netopt_lab::scenario::Cross;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::scene::{PATIENCE, honest, listener, median, path, rooms};

/// Handshakes, one by one, of which the middle one counts.
const HANDSHAKES: usize = 9;

/// The kernel's handshake over the link.
fn handshake(link: &PacketLink) -> Duration {
    let listener = listener(link);
    let address = listener.local_addr().unwrap();
    let client = link.near().runtime(1).unwrap();
    let all = client.spawn(async move {
        let mut all = Vec::new();
        for _ in 0..HANDSHAKES {
            let begun = Instant::now();
            TcpStream::connect(address).await.unwrap();
            all.push(begun.elapsed());
        }
        all
    });
    median(client.block_on(all).unwrap())
}

/// Waits until the streams have moved so much more.
fn until_moved(others: &CrossTraffic, bytes: u64) {
    let begun = Instant::now();
    let moved = || others.carried().up + others.carried().down;
    let enough = moved() + Bytes::new(bytes);
    while moved() < enough {
        assert!(begun.elapsed() < PATIENCE, "the streams stand still");
        std::thread::yield_now();
    }
}

#[test]
fn a_stream_of_others_makes_everybody_wait_in_its_direction_only() {
    for (upload, download) in [(1, 0), (0, 1)] {
        let cross = Cross {
            upload,
            download,
            after: Duration::ZERO,
            congestion_control: Some("cubic".to_owned()),
        };
        let measured = honest(&path(10, Some(10.0)), &rooms(), |link| {
            let empty = handshake(link);
            let others = CrossTraffic::start(link, &cross).unwrap();
            // Four times what the queue and the path hold together.
            until_moved(&others, 1_000_000);
            let full = handshake(link);
            let carried = others.carried();
            drop(others);
            (empty, full, carried)
        });
        let Some(((empty, full, carried), truth)) = measured else {
            return;
        };
        // 200 kB at 10 Mbit/s are 160 ms, of which CUBIC fills a good part before it has lost anything.
        assert!(full > empty * 3, "{full:?} after {empty:?}");
        assert_eq!(carried.up > Bytes::ZERO, upload > 0);
        assert_eq!(carried.down > Bytes::ZERO, download > 0);
        let peaks = [&truth.up, &truth.down].map(|way| way.queue.peak.bytes);
        let [shared, other] = if upload > 0 {
            peaks
        } else {
            [peaks[1], peaks[0]]
        };
        assert!(shared > Bytes::new(50_000), "{shared}");
        assert!(other < Bytes::new(5_000), "{other}");
    }
}

#[test]
fn streams_begin_after_their_silence_and_end_with_their_owner() {
    let cross = Cross {
        upload: 2,
        download: 1,
        after: Duration::from_secs(3600),
        congestion_control: None,
    };
    let measured = honest(&path(4, Some(10.0)), &rooms(), |link| {
        let others = CrossTraffic::start(link, &cross).unwrap();
        handshake(link);
        others.carried()
    });
    let Some((carried, truth)) = measured else {
        return;
    };
    assert_eq!((carried.up, carried.down), (Bytes::ZERO, Bytes::ZERO));
    assert!(truth.up.delivered.bytes < Bytes::new(10_000));
}

#[test]
fn a_congestion_control_that_nobody_has_is_an_error() {
    let cross = Cross {
        upload: 1,
        download: 0,
        after: Duration::ZERO,
        congestion_control: Some("newest".to_owned()),
    };
    let measured = honest(&path(4, Some(10.0)), &rooms(), |link| {
        CrossTraffic::start(link, &cross).unwrap_err().to_string()
    });
    if let Some((line, _)) = measured {
        assert!(
            line.contains("congestion control newest is not to be had"),
            "{line}"
        );
    }
}
