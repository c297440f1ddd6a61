//! The simulator as a whole: short runs by hand, closed forms, long runs, laws.

use std::time::Duration;

use super::*;
use crate::unit::{BitRate, Bytes, Ratio};

mod flow_time;
mod laws;
mod long_runs;
mod pftk;
mod short_runs;
mod timers;

fn mbit(count: f64) -> BitRate {
    BitRate::from_bps(count * 1e6).unwrap()
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn share(value: f64) -> Ratio {
    Ratio::new(value).unwrap()
}

fn packets(count: u64) -> Bytes {
    Bytes::new(count * Flow::MSS.get())
}

/// A path on which nothing is lost and no queue is ever full.
fn clear_path(rate: BitRate, round_trip: Duration) -> Bottleneck {
    Bottleneck {
        rate,
        round_trip,
        buffer: Bytes::new(1 << 40),
        loss: Loss::Never,
    }
}

fn flow_of(controller: Controller) -> Flow {
    Flow {
        controller,
        ..Flow::default()
    }
}

fn run_for(bottleneck: Bottleneck, flows: Vec<Flow>, time: Duration) -> Outcome {
    let scenario = Scenario {
        time_limit: time,
        ..Scenario::new(bottleneck, flows)
    };
    run(&scenario).unwrap()
}

fn goodput(outcome: &Outcome) -> f64 {
    outcome.flows[0].goodput.map_or(0.0, BitRate::bps)
}

/// Segments a second that a flow sent and that arrived, after the first third of the time, in which it settles. Two runs of
/// one scenario are the same up to the earlier end, so what happened between the ends is a difference.
fn settled(bottleneck: Bottleneck, flow: Flow, time: Duration) -> [f64; 2] {
    let counts = |time| {
        let outcome = run_for(bottleneck, vec![flow], time);
        let flow = &outcome.flows[0];
        let segments = flow.delivered.bits() / Flow::MSS.bits();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let sent = flow.packets.sent as f64;
        [sent, segments]
    };
    let seconds = (time - time / 3).as_secs_f64();
    let [before, after] = [time / 3, time].map(counts);
    [0, 1].map(|kind| (after[kind] - before[kind]) / seconds)
}
