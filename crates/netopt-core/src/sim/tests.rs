//! The simulator as a whole: short runs by hand, closed forms, long runs, laws.

use std::time::Duration;

use super::*;
use crate::unit::{BitRate, Bytes, Ratio};

mod flow_time;
mod laws;
mod long_runs;
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
