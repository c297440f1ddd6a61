//! The wait in a full queue against its length over the rate, and losses against the share asked for.

use std::time::Duration;

use netopt_core::unit::Ratio;
use netopt_lab::path::{Limit, Loss};
use tokio::time::Instant;

use crate::effort::Effort;
use crate::scene::{link, over, path};

/// A packet of 1,000 bytes with its headers.
const PAYLOAD: usize = 972;

pub(crate) fn report(effort: Effort) {
    println!("\nwait for the last packet of a full queue, packets of 1,000 bytes");
    println!("  mbit  packets  expected_ms  got_ms  error_pct");
    for (mbit, packets) in [(1.0, 20), (8.0, 100), (40.0, 400)] {
        let rounds = effort.of(9, 3, 1);
        let waits = (0..rounds).map(|_| drained(mbit, packets));
        let best = waits.min().expect("at least one round").as_secs_f64() * 1e3;
        let expected = (packets + 1) as f64 * 8.0 / mbit;
        let error = (best / expected - 1.0) * 100.0;
        println!("  {mbit:>4.0}  {packets:>7}  {expected:>11.2}  {best:>6.2}  {error:>9.2}");
    }
    println!("\nloss of datagrams; three standard deviations are allowed");
    println!("  asked_pct   sent  expected  lost  deviations");
    let sent = effort.of(100_000, 20_000, 500);
    for percent in [0.1, 1.0, 10.0] {
        losses(percent, sent);
    }
}

/// From the first packet sent until the last of the queue has arrived.
fn drained(mbit: f64, packets: usize) -> Duration {
    let mut path = path(Duration::ZERO, Some(mbit));
    path.up.queue.limit = Limit::Packets(packets);
    let link = link(&path);
    let [near, far] = over(&link);
    let start = Instant::now();
    for _ in 0..packets + 30 {
        near.send(&[0; PAYLOAD]).expect("the device takes it");
    }
    for _ in 0..=packets {
        far.recv(&mut [0; PAYLOAD]).expect("as many have room");
    }
    start.elapsed()
}

fn losses(percent: f64, sent: u32) {
    let mut path = path(Duration::ZERO, None);
    let share = Ratio::new(percent / 100.0).expect("a share");
    path.up.loss = Loss::Independent(share);
    let link = link(&path);
    let [near, _far] = over(&link);
    let start = Instant::now();
    for number in 0..sent {
        while start.elapsed() < Duration::from_micros(15) * number {
            std::hint::spin_loop();
        }
        near.send(&[0; 100]).expect("the device takes it");
    }
    let up = link.finish().up;
    let (arrived, lost) = (up.arrived.packets as f64, up.lost as f64);
    let expected = arrived * share.get();
    let deviations = (lost - expected) / (expected * (1.0 - share.get())).sqrt();
    println!("  {percent:>9}  {arrived:>5}  {expected:>8.0}  {lost:>4}  {deviations:>10.2}");
}
