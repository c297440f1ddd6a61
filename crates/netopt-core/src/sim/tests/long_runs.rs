//! Long flows against the closed forms of their congestion control, and against each other.

use super::*;
use crate::model::congestion::{bbr, cubic, reno};
use crate::model::validity::Validity;

const ROUND_TRIP: Duration = Duration::from_millis(100);

/// A line so fast that only loss limits a flow, 100 ms long.
fn lossy(loss: Loss) -> Bottleneck {
    Bottleneck {
        loss,
        ..clear_path(mbit(10_000.0), ROUND_TRIP)
    }
}

/// The mean window in the long run, by Little's law: segments a second times the round trip.
fn steady_window(controller: Controller, every: u64, round_trip: Duration) -> f64 {
    let bottleneck = Bottleneck {
        round_trip,
        ..lossy(Loss::Every(every))
    };
    let loss = Ratio::of(1, every).unwrap();
    let window = cubic::steady_window(cubic::Scale::STANDARD, loss, round_trip).unwrap();
    let time = round_trip.mul_f64(90.0 / loss.get() / window.get());
    let [_, received] = settled(bottleneck, flow_of(controller), time);
    received * round_trip.as_secs_f64()
}

#[test]
fn mean_windows_under_evenly_spaced_losses_are_those_of_the_formulas() {
    for (every, round_trip) in [
        (100, 100),
        (1_000, 10),
        (1_000, 100),
        (1_000, 300),
        (4_000, 100),
    ] {
        let (loss, round_trip) = (Ratio::of(1, every).unwrap(), ms(round_trip));
        let by_reno = reno::response(loss).unwrap().get();
        let by_cubic = cubic::steady_window(cubic::Scale::STANDARD, loss, round_trip)
            .unwrap()
            .get();
        for (controller, expected) in [(Controller::Reno, by_reno), (Controller::Cubic, by_cubic)] {
            let window = steady_window(controller, every, round_trip);
            let off = window / expected - 1.0;
            assert!(
                off.abs() < 0.15,
                "{controller:?} {every} {round_trip:?}: {window}, not {expected}"
            );
        }
    }
}

#[test]
fn bbr_keeps_its_rate_under_one_percent_loss_where_the_others_collapse() {
    let bottleneck = Bottleneck {
        rate: mbit(50.0),
        round_trip: ms(40),
        buffer: Bytes::new(250_000),
        loss: Loss::Random(share(0.01)),
    };
    let [by_reno, by_cubic, by_bbr] = Controller::ALL
        .map(|controller| goodput(&run_for(bottleneck, vec![flow_of(controller)], ms(20_000))));
    assert!(by_bbr > 0.9 * bottleneck.rate.bps(), "{by_bbr}");
    assert!(
        by_reno < by_cubic * 1.2 && by_cubic * 8.0 < by_bbr,
        "{by_reno} {by_cubic} {by_bbr}"
    );
}

#[test]
fn bbr_delivers_its_share_up_to_15_percent_loss_and_breaks_down_beyond_20() {
    for (ratio, holds) in [(0.0, true), (0.02, true), (0.15, true), (0.25, false)] {
        let bottleneck = Bottleneck {
            rate: mbit(20.0),
            round_trip: ms(40),
            buffer: Bytes::new(100_000),
            loss: Loss::Random(share(ratio)),
        };
        let outcome = run_for(bottleneck, vec![flow_of(Controller::Bbr)], ms(30_000));
        let (rate, validity) =
            bbr::throughput(bbr::Version::V1, bottleneck.rate, share(ratio)).unwrap();
        let payload = rate.bps() * Flow::MSS.bits() / Bytes::new(1500).bits();
        let off = goodput(&outcome) / payload - 1.0;
        assert_eq!(validity == Validity::Holds, holds);
        // Alone it fills no queue for long and is spared the probes that the formula counts: 2 %.
        assert_eq!(off.abs() < 0.03, holds, "p={ratio}: {off}");
        assert!(holds || off < -0.5, "an upper bound, far off: {off}");
    }
}

#[test]
fn two_flows_of_a_kind_share_fairly() {
    for controller in Controller::ALL {
        let bottleneck = Bottleneck {
            buffer: Bytes::new(100_000),
            ..clear_path(mbit(20.0), ms(40))
        };
        let late = Flow {
            start: ms(500),
            ..flow_of(controller)
        };
        let outcome = run_for(bottleneck, vec![flow_of(controller), late], ms(60_000));
        let fairness = outcome.fairness().unwrap().get();
        assert!(fairness >= 0.9, "{controller:?} {fairness}");
        assert!(outcome.bottleneck.utilisation.get() > 0.9, "{controller:?}");
    }
}

#[test]
fn a_full_buffer_delays_by_its_size_over_the_rate() {
    for controller in [Controller::Reno, Controller::Cubic] {
        let bottleneck = Bottleneck {
            buffer: Bytes::new(200_000),
            ..clear_path(mbit(20.0), ms(40))
        };
        let outcome = run_for(bottleneck, vec![flow_of(controller)], ms(20_000));
        let longest = outcome.bottleneck.queue_max.unwrap();
        assert!(longest <= ms(80) && longest > ms(78), "{longest:?}");
    }
}

#[test]
fn samples_of_the_window_show_the_sawtooth() {
    let bottleneck = Bottleneck {
        buffer: Bytes::new(100_000),
        ..clear_path(mbit(20.0), ms(40))
    };
    let outcome = run_for(bottleneck, vec![flow_of(Controller::Reno)], ms(60_000));
    let windows = &outcome.flows[0].windows;
    assert!((400..=FlowOutcome::MAX_SAMPLES).contains(&windows.len()));
    let late = windows.iter().filter(|sample| sample.at > ms(20_000));
    let sizes: Vec<f64> = late.map(|sample| sample.window.get()).collect();
    let most = sizes.iter().copied().fold(0.0, f64::max);
    let least = sizes.iter().copied().fold(f64::MAX, f64::min);
    assert!(
        (least / most - reno::BETA).abs() < 0.05,
        "{least} to {most}"
    );
}
