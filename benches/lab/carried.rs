//! Packets a second through the forwarder, and what one costs, beside a plain pair of virtual Ethernets.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::effort::Effort;
use crate::scene::{link, over, pair, path};
use crate::veth;

pub(crate) fn report(effort: Effort) {
    let time = effort.of(
        Duration::from_secs(5),
        Duration::from_secs(1),
        Duration::from_millis(200),
    );
    println!(
        "\nsmall datagrams as fast as one thread sends them; the forwarder has the other processor"
    );
    println!("  way                       packets/s  forwarder_us/packet  all_us/packet");
    let rounds = effort.of(5, 2, 1);
    for _ in 0..rounds {
        for (name, rtt, mbit) in [
            ("link, nothing on", 0, None),
            ("link, 20 ms", 20, None),
            ("link, 20 ms, 1 Gbit/s", 20, Some(1000.0)),
        ] {
            let link = link(&path(Duration::from_millis(rtt), mbit));
            let [near, far] = over(&link);
            let (sent, cost) = blast(&near, &far, time);
            let truth = link.finish();
            let carried = truth.up.delivered.packets.max(1) as f64;
            let forwarder = truth
                .busy
                .map_or(0.0, |busy| busy.get() * truth.elapsed.as_secs_f64());
            println!(
                "  {name:<24}  {:>9.0}  {:>19.2}  {:>13.2}",
                carried / sent.as_secs_f64(),
                forwarder * 1e6 / carried,
                cost.as_secs_f64() * 1e6 / carried
            );
        }
        let plain = link(&path(Duration::ZERO, None));
        match veth::pair(&plain, None) {
            Ok([near, far]) => {
                let [near, far] = pair(&plain, near, far);
                floor(&near, &far, time);
            }
            Err(missing) => println!("  {missing}"),
        }
    }
}

fn floor(near: &UdpSocket, far: &UdpSocket, time: Duration) {
    let over = AtomicBool::new(false);
    let (received, cost) = thread::scope(|scope| {
        let counting = scope.spawn(|| {
            let mut received = 0.0;
            far.set_read_timeout(Some(Duration::from_millis(100)))
                .expect("a socket");
            while !over.load(Ordering::Relaxed) {
                received += f64::from(u8::from(far.recv(&mut [0; 64]).is_ok()));
            }
            received
        });
        let (_, cost) = blast(near, far, time);
        over.store(true, Ordering::Relaxed);
        (counting.join().expect("it counts only"), cost)
    });
    println!(
        "  {:<24}  {:>9.0}  {:>19}  {:>13.2}",
        "virtual Ethernet, floor",
        received / time.as_secs_f64(),
        "-",
        cost.as_secs_f64() * 1e6 / received
    );
}

/// Sends as fast as it goes; how long, and the processor time of the whole process for it.
fn blast(near: &UdpSocket, _far: &UdpSocket, time: Duration) -> (Duration, Duration) {
    let (start, before) = (Instant::now(), processor());
    while start.elapsed() < time {
        for _ in 0..32 {
            near.send(&[0; 64]).ok();
        }
    }
    (start.elapsed(), processor() - before)
}

/// User and system time of the process.
fn processor() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default()
}
