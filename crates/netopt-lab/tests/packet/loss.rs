//! Loss, duplication and outages: as many as asked, and all counted.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use netopt_lab::packet::PacketLink;
use netopt_lab::path::{Loss, Outages};
use tokio::time::Instant;

use crate::scene::{datagrams, honest, link, path, rooms};

const SENT: u32 = 5_000;

/// Nothing comes any more when nothing came for so long.
const SILENCE: Duration = Duration::from_millis(300);

/// Sends datagrams, one in 20 µs, and counts those that arrive.
fn arrivals(link: &PacketLink, count: u32) -> u64 {
    let [near, far] = datagrams(link);
    far.set_read_timeout(Some(SILENCE)).unwrap();
    thread::scope(|scope| {
        let counting = scope.spawn(|| counted(&far));
        let start = Instant::now();
        for number in 0..count {
            while start.elapsed() < Duration::from_micros(20) * number {
                std::hint::spin_loop();
            }
            near.send(&[0; 100]).unwrap();
        }
        counting.join().unwrap()
    })
}

/// Receives until nothing comes.
fn counted(socket: &UdpSocket) -> u64 {
    let mut arrived = 0;
    loop {
        match socket.recv(&mut [0; 100]) {
            Ok(_) => arrived += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return arrived,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn as_many_get_lost_as_the_binomial_allows_and_all_are_counted() {
    let mut path = path(20, None);
    path.up.loss = Loss::Independent("5%".parse().unwrap());
    let measured = honest(&path, &rooms(), |link| arrivals(link, SENT));
    let Some((arrived, truth)) = measured else {
        return;
    };
    assert_eq!(arrived, u64::from(SENT) - truth.up.lost);
    assert_eq!(truth.up.arrived.packets, u64::from(SENT));
    // 250 expected, standard deviation 15.4; four of them.
    assert!((188..=312).contains(&truth.up.lost), "{}", truth.up.lost);
}

#[test]
fn the_same_seed_loses_the_same_packets() {
    let lost = |seed| {
        let mut path = path(20, None);
        path.up.loss = Loss::Independent("20%".parse().unwrap());
        path.seed = seed;
        let (_, truth) = honest(&path, &rooms(), |link| arrivals(link, 500))?;
        Some(truth.up.lost)
    };
    let (Some(first), Some(again), Some(other)) = (lost(7), lost(7), lost(8)) else {
        return;
    };
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn twice_means_twice() {
    let mut path = path(20, None);
    path.up.duplicate = Some("100%".parse().unwrap());
    let measured = honest(&path, &rooms(), |link| arrivals(link, 100));
    let Some((arrived, truth)) = measured else {
        return;
    };
    assert_eq!((arrived, truth.up.duplicated), (200, 100));
}

#[test]
fn nothing_comes_through_a_dead_line() {
    let mut path = path(20, None);
    path.up.outages = Some(Outages {
        first: Duration::ZERO,
        lasts: Duration::from_secs(60),
        every: None,
    });
    let Some(alone) = link(&path, &rooms()) else {
        return;
    };
    assert_eq!(arrivals(&alone.link, 50), 0);
    let truth = alone.link.finish();
    assert_eq!(truth.up.dropped_outage, 50);
}
