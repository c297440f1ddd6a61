//! Distance: a round trip takes what it should, and never less.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_lab::packet::PacketLink;
use netopt_lab::path::{Jitter, Reorder};
use tokio::time::Instant;

use crate::scene::{datagrams, honest, link, path, rooms};

/// Round trips of small datagrams, one after the other.
fn round_trips(link: &PacketLink, count: usize) -> Vec<Duration> {
    let [near, far] = datagrams(link);
    thread::scope(|scope| {
        scope.spawn(|| echo(&far, count));
        let mut byte = [0];
        let trip = |_| {
            let sent = Instant::now();
            near.send(&[1]).unwrap();
            near.recv(&mut byte).unwrap();
            sent.elapsed()
        };
        (0..count).map(trip).collect()
    })
}

fn echo(socket: &UdpSocket, count: usize) {
    let mut byte = [0];
    for _ in 0..count {
        socket.recv(&mut byte).unwrap();
        socket.send(&byte).unwrap();
    }
}

#[test]
fn a_round_trip_takes_the_distance_and_little_more() {
    for rtt in [4, 40, 120] {
        let path = path(rtt, None);
        let Some((mut trips, _)) = honest(&path, &rooms(), |link| round_trips(link, 30)) else {
            return;
        };
        trips.sort_unstable();
        assert!(trips[0] >= path.rtt(), "{rtt} ms: {trips:?}");
        // A quarter of the trips at least were not kept waiting by this machine.
        let extra = trips[trips.len() / 4] - path.rtt();
        assert!(extra < Duration::from_millis(1), "{rtt} ms: {trips:?}");
    }
}

#[test]
fn packets_come_on_time_at_the_median() {
    let late = |_| {
        let alone = link(&path(20, None), &rooms())?;
        round_trips(&alone.link, 30);
        alone.link.finish().lateness.quantile(0.5)
    };
    let Some(best) = (0..5).filter_map(late).min() else {
        return;
    };
    assert!(best < Duration::from_micros(200), "{best:?}");
}

#[test]
fn jitter_spreads_and_keeps_the_order_unless_it_may_overtake() {
    for overtaking in [Switch::Off, Switch::On] {
        let mut path = path(20, None);
        path.up.jitter = Some(Jitter {
            up_to: Duration::from_millis(10),
            overtaking,
        });
        let Some((order, _)) = honest(&path, &rooms(), |link| sequence(link, 200)) else {
            return;
        };
        assert_eq!(
            order.is_sorted(),
            overtaking == Switch::Off,
            "{overtaking:?}"
        );
        assert_eq!(order.len(), 200);
    }
}

#[test]
fn packets_that_are_held_back_are_overtaken() {
    let mut path = path(20, None);
    path.up.reorder = Some(Reorder {
        share: "20%".parse().unwrap(),
        by: Duration::from_millis(4),
    });
    let measured = honest(&path, &rooms(), |link| sequence(link, 200));
    let Some((order, truth)) = measured else {
        return;
    };
    assert!(!order.is_sorted());
    assert_eq!(order.len(), 200);
    assert!(
        (20..60).contains(&truth.up.reordered),
        "{}",
        truth.up.reordered
    );
}

/// Numbers sent one after the other at a distance of a fifth of a millisecond, in the order in which they arrive.
fn sequence(link: &PacketLink, count: u32) -> Vec<u32> {
    let [near, far] = datagrams(link);
    let start = Instant::now();
    for number in 0..count {
        while start.elapsed() < Duration::from_micros(200) * number {
            std::hint::spin_loop();
        }
        near.send(&number.to_be_bytes()).unwrap();
    }
    let mut bytes = [0; 4];
    let next = |_| {
        far.recv(&mut bytes).unwrap();
        u32::from_be_bytes(bytes)
    };
    (0..count).map(next).collect()
}
