//! The rate that a full line gets: datagrams faster than it takes them, counted where they arrive.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use netopt_lab::packet::PacketLink;
use netopt_lab::path::Limit;
use tokio::time::Instant;

use crate::effort::Effort;
use crate::scene::{link, over, pair, path};
use crate::veth;

/// Rates that are measured, in Mbit/s.
const RATES: [f64; 6] = [1.0, 10.0, 50.0, 100.0, 250.0, 500.0];

/// Payload of a datagram of 1,500 bytes.
const PAYLOAD: usize = 1472;
const PACKET: f64 = 1500.0;

/// What is sent: more than the line takes by this share and by so many Mbit/s, so that slow ones are full soon, too.
const SURPLUS: f64 = 1.1;
const MORE: f64 = 5.0;

/// Between two bursts of the sender.
const REST: Duration = Duration::from_millis(1);

pub(crate) fn report(effort: Effort) {
    println!(
        "\nrate of a full line, datagrams of 1,500 bytes; a virtual Ethernet shaped by the kernel's token bucket beside it"
    );
    println!("  asked_mbit  link_mbit  error_pct  late_p99_us  tbf_mbit  error_pct");
    let time = effort.of(
        Duration::from_secs(4),
        Duration::from_secs(1),
        Duration::from_millis(200),
    );
    for asked in RATES {
        row(asked, time);
    }
}

fn row(asked: f64, time: Duration) {
    let mut path_of_rate = path(Duration::ZERO, Some(asked));
    // Long enough to keep the line busy while the sender waits for a processor.
    path_of_rate.up.queue.limit = Limit::Packets(5000);
    let shaped = link(&path_of_rate);
    let [near, far] = over(&shaped);
    let got = full(&near, &far, asked, time);
    let truth = shaped.finish();
    let late = truth.lateness.quantile(0.99).unwrap_or_default();
    let plain = link(&path(Duration::ZERO, None));
    let bucket = veth::pair(&plain, Some(asked)).map(|ends| through(&plain, ends, asked, time));
    let bucket = bucket.map_or_else(
        |missing| missing,
        |got| format!("{got:>8.3}  {:>9.2}", error(got, asked)),
    );
    println!(
        "  {asked:>10.0}  {got:>9.3}  {:>9.2}  {:>11.0}  {bucket}",
        error(got, asked),
        late.as_secs_f64() * 1e6
    );
}

fn through(link: &PacketLink, [near, far]: [SocketAddr; 2], asked: f64, time: Duration) -> f64 {
    let [near, far] = pair(link, near, far);
    full(&near, &far, asked, time)
}

fn error(got: f64, asked: f64) -> f64 {
    (got / asked - 1.0) * 100.0
}

/// Mbit/s of IP packets between the first arrival and the last.
fn full(near: &UdpSocket, far: &UdpSocket, asked: f64, time: Duration) -> f64 {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let start = Instant::now();
            let mut sent = 0.0;
            while !over.load(Ordering::Relaxed) {
                // A full queue drops; that is the point. The rests are for the receiver: it needs a processor, too.
                let due =
                    start.elapsed().as_secs_f64() * (asked * SURPLUS + MORE) * 1e6 / (PACKET * 8.0);
                while sent < due {
                    near.send(&[0; PAYLOAD]).ok();
                    sent += 1.0;
                }
                thread::park_timeout(REST);
            }
        });
        let mut buffer = [0; PAYLOAD];
        let mut receive = || far.recv(&mut buffer).expect("the line is full");
        // What waits in the queue at first came in a burst.
        let warm = Instant::now();
        while warm.elapsed() < time / 4 {
            receive();
        }
        let (first, mut last, mut packets) = (Instant::now(), Instant::now(), 0.0);
        while first.elapsed() < time {
            receive();
            last = Instant::now();
            packets += 1.0;
        }
        over.store(true, Ordering::Relaxed);
        packets * PACKET * 8.0 / (last - first).as_secs_f64() / 1e6
    })
}
