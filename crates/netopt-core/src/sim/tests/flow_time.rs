//! Without loss a flow takes what the slow-start recurrence of the model says, and with loss about what is expected.

use super::*;
use crate::model::flow_time::Path;
use crate::model::flow_time::recurrence::course;
use crate::model::flow_time::under_loss::Transfer;
use crate::model::loss::Acks;

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

/// Expected over simulated time under loss, the mean of many seeds.
fn expected_over_mean(count: u64, loss: Loss, ratio: f64) -> f64 {
    const SEEDS: u32 = 1_000;
    let (round_trip, rate) = (ms(100), mbit(10_000.0));
    let flow = Flow {
        size: Some(packets(count)),
        timer: Timer {
            initial: ms(300),
            ..Timer::default()
        },
        ..flow_of(Controller::Reno)
    };
    let bottleneck = Bottleneck {
        loss,
        ..clear_path(rate, round_trip)
    };
    let mut sum = 0.0;
    for seed in 0..SEEDS {
        let scenario = Scenario {
            seed: seed.into(),
            time_limit: Duration::from_secs(10_000),
            ..Scenario::new(bottleneck, vec![flow])
        };
        let outcome = run(&scenario).unwrap();
        sum += outcome.flows[0].completion.unwrap().as_secs_f64();
    }
    let transfer = Transfer {
        acks: Acks::EverySegment,
        ..Transfer::new(Path::new(round_trip, Some(rate)))
    };
    let expected = transfer.expect(packets(count), share(ratio)).unwrap();
    expected.total().as_secs_f64() * f64::from(SEEDS) / sum
}

#[test]
fn flows_under_loss_take_about_what_is_expected() {
    for count in [1, 10, 30, 100] {
        let rare = expected_over_mean(count, Loss::Random(share(0.001)), 0.001);
        assert!((rare - 1.0).abs() < 0.05, "{count}: {rare}");
        let episodes = Loss::Episodes {
            start: share(0.01),
            length: ms(50),
        };
        for loss in [Loss::Random(share(0.01)), episodes] {
            let often = expected_over_mean(count, loss, 0.01);
            assert!((often - 1.0).abs() < 0.4, "{count} {loss:?}: {often}");
        }
    }
}
