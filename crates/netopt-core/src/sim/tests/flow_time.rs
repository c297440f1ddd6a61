//! Without loss a flow takes what the slow-start recurrence of the model says.

use super::*;
use crate::model::flow_time::Path;
use crate::model::flow_time::recurrence::course;

/// Simulated and predicted time until the last byte is there, in seconds.
fn both(controller: Controller, count: u64, rate: BitRate, round_trip: Duration) -> [f64; 2] {
    let flow = Flow {
        size: Some(packets(count)),
        ..flow_of(controller)
    };
    let limit = Duration::from_secs(1_000);
    let outcome = run_for(clear_path(rate, round_trip), vec![flow], limit);
    let course = course(&Path::new(round_trip, Some(rate)), packets(count)).unwrap();
    let predicted = course.sent() + round_trip / 2;
    let simulated = outcome.flows[0].completion.unwrap();
    [simulated.as_secs_f64(), predicted.as_secs_f64()]
}

/// The worst disagreement over a grid, as a share.
fn worst(counts: &[u64], rates: &[f64], round_trips: &[u64]) -> f64 {
    let mut worst = 0.0_f64;
    for controller in [Controller::Reno, Controller::Cubic] {
        for count in counts {
            for rate in rates {
                for round_trip in round_trips {
                    let [simulated, predicted] =
                        both(controller, *count, mbit(*rate), ms(*round_trip));
                    worst = worst.max((simulated / predicted - 1.0).abs());
                }
            }
        }
    }
    worst
}

#[test]
fn flows_take_what_the_recurrence_says() {
    // 1.4 kB to 10 MB, 1 Mbit/s to 100 Gbit/s, 1 to 300 ms: the two differ by rounding to picoseconds only.
    let counts = [1, 10, 11, 30, 70, 690, 6_906];
    let off = worst(&counts, &[1.0, 20.0, 1_000.0, 100_000.0], &[1, 40, 300]);
    assert!(off < 1e-6, "{off}");
}

#[test]
fn also_100_mb_over_100_gbit_and_300_ms() {
    let off = worst(&[69_060], &[100_000.0], &[300]);
    assert!(off < 1e-6, "{off}");
}
