//! The delay that a round trip gets beyond what was asked for, on an idle path.
//!
//! A round trip takes some time without any link: two programs have to be woken, each after half a round trip of rest. So the
//! error is what is beyond the round trip that was asked for and the two ways over a plain pair of virtual Ethernets, with the
//! same rest before each.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::effort::Effort;
use crate::scene::{link, micros, over, pair, path, quantile};
use crate::veth;

/// Round trips that are measured, in ms.
const ROUND_TRIPS: [u64; 6] = [2, 5, 20, 80, 150, 300];

pub(crate) fn report(effort: Effort) {
    println!(
        "\nadded delay of small datagrams one after the other, in us; plain: both ways over a pair of virtual Ethernets, with the same rest before each"
    );
    println!("  rtt_ms  trips  plain_p50  plain_p99  added_p50  added_p99  late_p50  late_p99");
    for rtt in ROUND_TRIPS {
        let rtt = Duration::from_millis(rtt);
        let budget = effort.of(15_000, 3_000, 20);
        let trips = (budget / (rtt.as_millis() as usize)).clamp(5, 1000);
        row(rtt, trips);
    }
}

fn row(rtt: Duration, trips: usize) {
    let plain = link(&path(Duration::ZERO, None));
    let floor = match veth::pair(&plain, None) {
        Ok([near, far]) => ways(&pair(&plain, near, far), trips, rtt / 2),
        Err(missing) => {
            println!("  {missing}");
            vec![Duration::ZERO]
        }
    };
    drop(plain);
    let link = link(&path(rtt, None));
    let times = round_trips(&over(&link), trips);
    let truth = link.finish();
    let late = |q| truth.lateness.quantile(q).unwrap_or_default().as_secs_f64() * 1e6;
    let plain = |q| micros(quantile(&floor, q), Duration::ZERO);
    // Against the middle of the plain ones: their own tail is no excuse.
    let added = |q| micros(quantile(&times, q), rtt + quantile(&floor, 0.5));
    println!(
        "  {:>6}  {trips:>5}  {:>9.0}  {:>9.0}  {:>9.0}  {:>9.0}  {:>8.0}  {:>8.0}",
        rtt.as_millis(),
        plain(0.5),
        plain(0.99),
        added(0.5),
        added(0.99),
        late(0.5),
        late(0.99)
    );
}

/// Round trips in order of length.
fn round_trips([near, far]: &[UdpSocket; 2], trips: usize) -> Vec<Duration> {
    let mut times: Vec<Duration> = thread::scope(|scope| {
        scope.spawn(|| {
            let mut byte = [0];
            for _ in 0..trips {
                far.recv(&mut byte).expect("the near end sends as many");
                far.send(&byte).expect("the near end is there");
            }
        });
        let trip = |_| {
            let sent = Instant::now();
            near.send(&[1]).expect("the far end is there");
            near.recv(&mut [0]).expect("nothing gets lost");
            sent.elapsed()
        };
        (0..trips).map(trip).collect()
    });
    times.sort_unstable();
    times
}

/// Way there and way back, without the rests before each, in order of length.
fn ways([near, far]: &[UdpSocket; 2], trips: usize, rest: Duration) -> Vec<Duration> {
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let answering = scope.spawn(|| {
            let answer = |_| {
                far.recv(&mut [0]).expect("the near end sends as many");
                let came = Instant::now();
                thread::park_timeout(rest);
                let left = Instant::now();
                far.send(&[1]).expect("the near end is there");
                left - came
            };
            (0..trips).map(answer).collect::<Vec<_>>()
        });
        let trip = |_| {
            thread::park_timeout(rest);
            let sent = Instant::now();
            near.send(&[1]).expect("the far end is there");
            near.recv(&mut [0]).expect("nothing gets lost");
            sent.elapsed()
        };
        let trips: Vec<_> = (0..trips).map(trip).collect();
        let rests = answering.join().expect("it answers only");
        let without = |(trip, rest): (Duration, Duration)| trip.saturating_sub(rest);
        trips.into_iter().zip(rests).map(without).collect()
    });
    times.sort_unstable();
    times
}
