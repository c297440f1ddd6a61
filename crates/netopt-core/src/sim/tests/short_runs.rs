//! Runs that can be worked out by hand.

use super::*;
use crate::model::loss::Acks;

/// A line so fast that packets take no time worth counting, and 100 ms long.
fn fast(loss: Loss) -> Bottleneck {
    Bottleneck {
        loss,
        ..clear_path(mbit(1e6), ms(100))
    }
}

fn of_packets(count: u64) -> Flow {
    Flow {
        size: Some(packets(count)),
        ..flow_of(Controller::Reno)
    }
}

/// The completion in milliseconds.
fn completion(bottleneck: Bottleneck, flow: Flow) -> u128 {
    let outcome = run_for(bottleneck, vec![flow], Duration::from_secs(100));
    outcome.flows[0].completion.unwrap().as_millis()
}

#[test]
fn the_first_window_takes_half_a_round_trip_and_one_packet_more_takes_a_whole_one() {
    assert_eq!(completion(fast(Loss::Never), of_packets(10)), 50);
    assert_eq!(completion(fast(Loss::Never), of_packets(11)), 150);
    let late = Flow {
        start: ms(700),
        extra_delay: ms(100),
        ..of_packets(11)
    };
    assert_eq!(completion(fast(Loss::Never), late), 300, "from its start");
}

#[test]
fn a_loss_in_the_middle_is_repaired_within_a_round_trip() {
    // Packet 6 of 10 is lost; packet 9 proves it at 100 ms, and the repair is there at 150 ms.
    assert_eq!(completion(fast(Loss::Every(6)), of_packets(10)), 150);
    // Packet 5 of 9: its repair is packet 10 and lost as well, with nothing behind it. The timer has come down to the
    // round trip and its margin of 200 ms, and runs from 100 ms on.
    assert_eq!(completion(fast(Loss::Every(5)), of_packets(9)), 450);
}

#[test]
fn a_lost_tail_waits_for_the_timer() {
    // One sample of 100 ms at 100 ms makes a timeout of 300 ms; sent again at 400 ms, there at 450 ms.
    let outcome = run_for(fast(Loss::Every(2)), vec![of_packets(2)], ms(10_000));
    let flow = &outcome.flows[0];
    assert_eq!(flow.completion.unwrap().as_millis(), 450);
    assert_eq!((flow.timeouts, flow.retransmissions), (1, 1));
    assert_eq!(
        flow.packets,
        Packets {
            sent: 3,
            arrived: 2,
            dropped: 1,
            in_flight: 0
        }
    );
}

#[test]
fn without_any_answer_the_timer_doubles() {
    let flow = of_packets(1);
    let outcome = run_for(fast(Loss::Random(share(1.0))), vec![flow], ms(31_500));
    // After 1, 3, 7, 15 and 31 s.
    assert_eq!(outcome.flows[0].timeouts, 5);
    assert_eq!(outcome.flows[0].delivered, Bytes::ZERO);
    assert_eq!(outcome.flows[0].round_trip, None);
    assert_eq!(outcome.bottleneck.queue_max, None);
    assert_eq!(outcome.fairness(), None);
}

#[test]
fn a_receive_window_of_twenty_packets_allows_twenty_a_round_trip() {
    for controller in Controller::ALL {
        let flow = Flow {
            receive_window: Some(packets(20)),
            ..flow_of(controller)
        };
        let outcome = run_for(fast(Loss::Never), vec![flow], ms(20_000));
        let expected = packets(20).over(ms(100)).unwrap().bps();
        assert!(
            (goodput(&outcome) / expected - 1.0).abs() < 0.02,
            "{controller:?}"
        );
        assert_eq!(outcome.bottleneck.losses, 0);
        let sizes = outcome.flows[0].windows.iter().map(|sample| sample.window);
        let most = sizes.fold(0.0, |most, window| window.get().max(most));
        assert!(
            controller == Controller::Bbr || most <= 21.0,
            "a window that does not limit does not grow: {controller:?} {most}"
        );
    }
}

#[test]
fn delayed_acknowledgements_hold_up_a_lone_packet_only() {
    let flow = Flow {
        acks: Acks::EverySecond,
        ..of_packets(13)
    };
    // 5 acknowledgements at 100 ms release 10 packets; 3 are left, in order.
    assert_eq!(completion(fast(Loss::Never), flow), 150);
    let flow = Flow {
        receive_window: Some(packets(1)),
        ..flow
    };
    // One packet at a time: 12 waits of 40 ms.
    assert_eq!(completion(fast(Loss::Never), flow), 12 * 140 + 50);
}

#[test]
fn a_short_last_packet_counts_its_true_size() {
    let flow = Flow {
        size: Some(Bytes::new(3_000)),
        ..flow_of(Controller::Cubic)
    };
    let bottleneck = clear_path(mbit(8.0), Duration::ZERO);
    let outcome = run_for(bottleneck, vec![flow], ms(1_000));
    // 3,000 B and three headers at one byte a microsecond.
    assert_eq!(
        outcome.flows[0].completion,
        Some(Duration::from_micros(3_156))
    );
    assert_eq!(outcome.flows[0].delivered, Bytes::new(3_000));
    assert_eq!(outcome.bottleneck.utilisation, share(1.0));
}

#[test]
fn an_impossible_scenario_is_refused_with_all_that_is_wrong() {
    let bottleneck = Bottleneck {
        rate: BitRate::from_bps(1.0).unwrap(),
        buffer: Bytes::new(1_000),
        ..clear_path(mbit(1.0), ms(61_000))
    };
    let flow = Flow {
        size: Some(Bytes::ZERO),
        ..Flow::default()
    };
    let error = run(&Scenario::new(bottleneck, vec![flow])).unwrap_err();
    assert_eq!(error.violations().len(), 4);
    assert!(!error.is_packet_limit());
    let text = error.to_string();
    assert!(
        text.contains("buffer of 1000 B: must be 1500 B or more"),
        "{text}"
    );
    let none = Scenario::new(clear_path(mbit(1.0), ms(1)), Vec::new());
    assert_eq!(
        run(&none).unwrap_err().violations(),
        ["0 flows: must be 1 to 1024"]
    );
}

#[test]
fn too_many_packets_are_an_error_and_not_an_outcome() {
    let mut scenario = Scenario::new(fast(Loss::Never), vec![Flow::default()]);
    scenario.packet_limit = 1_000;
    let error = run(&scenario).unwrap_err();
    assert!(error.is_packet_limit() && error.violations().is_empty());
    assert!(
        error
            .to_string()
            .starts_with("more than 1000 packets after 600 ms"),
        "{error}"
    );
}
