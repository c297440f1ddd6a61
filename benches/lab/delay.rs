//! The delay that a round trip gets beyond what was asked for, on an idle path.

use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::scene::{Effort, link, micros, over, path, quantile};

/// Round trips that are measured, in ms.
const ROUND_TRIPS: [u64; 6] = [2, 5, 20, 80, 150, 300];

pub(crate) fn report(effort: Effort) {
    println!(
        "\nadded delay of small datagrams one after the other; error in us, of a round trip and of a delivery"
    );
    println!("  rtt_ms  trips  error_p50  error_p99  late_p50  late_p99");
    for rtt in ROUND_TRIPS {
        let rtt = Duration::from_millis(rtt);
        let budget = effort.of(15_000, 3_000, 20);
        let trips = (budget / (rtt.as_millis() as usize)).clamp(5, 1000);
        row(rtt, trips);
    }
}

fn row(rtt: Duration, trips: usize) {
    let link = link(&path(rtt, None));
    let [near, far] = over(&link);
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
    let truth = link.finish();
    let late = |q| truth.lateness.quantile(q).unwrap_or_default().as_secs_f64() * 1e6;
    println!(
        "  {:>6}  {trips:>5}  {:>9.0}  {:>9.0}  {:>8.0}  {:>8.0}",
        rtt.as_millis(),
        micros(quantile(&times, 0.5), rtt),
        micros(quantile(&times, 0.99), rtt),
        late(0.5),
        late(0.99)
    );
}
