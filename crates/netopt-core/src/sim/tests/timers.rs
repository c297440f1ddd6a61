//! The retransmission timer on a path that keeps order: it never cries wolf.

use proptest::prelude::*;

use super::*;

/// Nothing on such a path is sent again that was not lost, provided that the queue grows by less than the timer's margin
/// in a round trip and acknowledgements are not delayed.
fn sends_again_more_than_was_lost(scenario: &Scenario) -> Option<String> {
    let outcome = run(scenario).unwrap();
    let flow = &outcome.flows[0];
    (flow.retransmissions > flow.packets.dropped).then(|| {
        format!(
            "{} sent again, {} lost, {} timeouts",
            flow.retransmissions, flow.packets.dropped, flow.timeouts
        )
    })
}

fn long_way(controller: Controller, round_trip: u64, seed: u64) -> Scenario {
    let loss = Loss::Episodes {
        start: share(0.001),
        length: ms(round_trip / 2),
    };
    let bottleneck = Bottleneck {
        loss,
        ..clear_path(mbit(1_000.0), ms(round_trip))
    };
    Scenario {
        seed,
        time_limit: Duration::from_secs(1_000),
        ..Scenario::new(bottleneck, vec![flow_of(controller)])
    }
}

#[test]
fn round_trips_above_the_margin_of_the_timer_bring_no_needless_timeouts() {
    // With the bound of 200 ms on the whole timeout, half of these runs never got out of timeouts once they were in.
    for round_trip in [210, 300] {
        for seed in 0..2 {
            let scenario = long_way(Controller::Cubic, round_trip, seed);
            let needless = sends_again_more_than_was_lost(&scenario);
            assert_eq!(needless, None, "{round_trip} ms, seed {seed}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_sent_again_was_lost(
        kind in 0_usize..3,
        round_trip in 201_u64..1_000,
        exponent in -4.0..-1.5_f64,
        in_episodes in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let loss = share(10_f64.powf(exponent));
        let mut scenario = long_way(Controller::ALL[kind], round_trip, seed);
        scenario.time_limit = Duration::from_secs(30);
        scenario.bottleneck.rate = mbit(100.0);
        scenario.bottleneck.buffer = Bytes::new(1_000_000);
        scenario.bottleneck.loss = if in_episodes {
            Loss::Episodes { start: loss, length: ms(round_trip / 2) }
        } else {
            Loss::Random(loss)
        };
        let needless = sends_again_more_than_was_lost(&scenario);
        prop_assert_eq!(needless, None);
    }
}
