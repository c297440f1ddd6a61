//! Laws of any run: nothing appears from nowhere, nothing is faster than the line, the seed decides.

use proptest::prelude::*;

use super::*;
use crate::model::loss::Acks;

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::Never),
        (0.0..0.3_f64).prop_map(|ratio| Loss::Random(share(ratio))),
        (2_u64..200).prop_map(Loss::Every),
        (0.0..0.05_f64, 1_u64..100).prop_map(|(start, length)| Loss::Episodes {
            start: share(start),
            length: ms(length)
        }),
    ]
}

fn any_flow() -> impl Strategy<Value = Flow> {
    let limits = (
        proptest::option::of(1_u64..1_000_000),
        proptest::option::of(1_448_u64..100_000),
    );
    let kinds = (0_usize..3, proptest::bool::ANY);
    let times = (0_u64..1_500, 0_u64..100);
    (limits, kinds, times, 64_u64..1_449).prop_map(|((size, window), (kind, each), times, mss)| {
        Flow {
            start: ms(times.0),
            size: size.map(Bytes::new),
            controller: Controller::ALL[kind],
            mss: Bytes::new(mss),
            extra_delay: ms(times.1),
            acks: if each {
                Acks::EverySegment
            } else {
                Acks::EverySecond
            },
            receive_window: window.map(Bytes::new),
            timer: Timer::default(),
        }
    })
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let path = (0.1..100.0_f64, 0_u64..200, 1_500_u64..300_000, any_loss());
    let flows = proptest::collection::vec(any_flow(), 1..5);
    (path, flows, any::<u64>()).prop_map(|((rate, round_trip, buffer, loss), flows, seed)| {
        Scenario {
            seed,
            time_limit: ms(2_000),
            ..Scenario::new(
                Bottleneck {
                    rate: mbit(rate),
                    round_trip: ms(round_trip),
                    buffer: Bytes::new(buffer),
                    loss,
                },
                flows,
            )
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sent_arrives_or_is_dropped_or_is_on_its_way(scenario in any_scenario()) {
        let outcome = run(&scenario).unwrap();
        let (mut sent, mut dropped) = (0, 0);
        for (flow, given) in outcome.flows.iter().zip(&scenario.flows) {
            let packets = flow.packets;
            prop_assert_eq!(packets.sent, packets.arrived + packets.dropped + packets.in_flight);
            prop_assert!(flow.delivered.get() <= packets.arrived * given.mss.get());
            prop_assert!(flow.retransmissions <= packets.sent);
            prop_assert_eq!(flow.completion.is_some(), given.size == Some(flow.delivered));
            prop_assert!(given.size.is_none_or(|size| flow.delivered <= size));
            let base = scenario.bottleneck.round_trip + given.extra_delay;
            prop_assert!(flow.round_trip.is_none_or(|trip| base <= trip.min && trip.min <= trip.mean));
            sent += packets.sent;
            dropped += packets.dropped;
        }
        prop_assert_eq!(outcome.bottleneck.packets, sent);
        prop_assert_eq!(outcome.bottleneck.overflows + outcome.bottleneck.losses, dropped);
    }

    #[test]
    fn the_line_carries_no_more_than_its_rate_and_queues_no_more_than_its_buffer(
        scenario in any_scenario()
    ) {
        let outcome = run(&scenario).unwrap();
        let bottleneck = scenario.bottleneck;
        let mut wire = 0.0;
        for (flow, given) in outcome.flows.iter().zip(&scenario.flows) {
            wire += flow.delivered.bits();
            let headers = flow.delivered.bits() / given.mss.bits() * Flow::HEADER.bits();
            wire += headers;
        }
        prop_assert!(wire <= bottleneck.rate.bps() * outcome.end.as_secs_f64() * (1.0 + 1e-9));
        let longest = bottleneck.buffer / bottleneck.rate + Duration::from_nanos(1);
        prop_assert!(outcome.bottleneck.queue_max.is_none_or(|wait| wait <= longest));
    }

    #[test]
    fn the_seed_decides(scenario in any_scenario()) {
        let outcome = run(&scenario).unwrap();
        let again = run(&scenario).unwrap();
        prop_assert_eq!(format!("{outcome:?}"), format!("{again:?}"));
    }
}

#[test]
fn another_seed_is_another_run_if_there_is_chance_and_the_same_if_there_is_none() {
    let outcome = |seed, loss, controller| {
        let bottleneck = Bottleneck {
            buffer: Bytes::new(100_000),
            loss,
            ..clear_path(mbit(20.0), ms(40))
        };
        let mut scenario = Scenario::new(bottleneck, vec![flow_of(controller)]);
        scenario.time_limit = ms(3_000);
        scenario.seed = seed;
        run(&scenario).unwrap()
    };
    for controller in Controller::ALL {
        let random = Loss::Random(share(0.01));
        assert_ne!(
            outcome(1, random, controller),
            outcome(2, random, controller)
        );
        assert_eq!(
            outcome(1, random, controller),
            outcome(1, random, controller)
        );
    }
    let reno = |seed| outcome(seed, Loss::Never, Controller::Reno);
    assert_eq!(reno(1), reno(2));
}
