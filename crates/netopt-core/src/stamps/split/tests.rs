//! Whose time it is, in worlds whose truth is known.

use proptest::prelude::*;

use super::*;

const fn us(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

/// A round trip of 40 ms, 10 ms of work, prompt acknowledgement, everybody awake. In microseconds.
const CALM: Stamps = Stamps {
    handed: us(100),
    written: Some(us(120)),
    blocked: Duration::ZERO,
    scheduled: Some(us(130)),
    sent: Some(us(140)),
    acknowledged: Some(us(40_140)),
    arrived: Some(Arrival {
        at: us(50_140),
        of: ArrivalOf::OneSegment,
    }),
    read: Some(us(50_200)),
    whole: Some(us(50_200)),
    answered: us(50_300),
    last_arrived: Some(us(50_140)),
    is_resent: false,
    min_rtt: Some(us(40_000)),
    trip_before: None,
    uncertainty: Duration::ZERO,
};

const fn came(at: u64, of: ArrivalOf) -> Option<Arrival> {
    Some(Arrival { at: us(at), of })
}

#[test]
fn a_calm_call_has_every_term_and_no_residual() {
    let split = CALM.split();
    assert_eq!(split.total, us(50_200));
    assert_eq!(split.application, Some(us(20)));
    assert_eq!(split.kernel(), Some(us(20)));
    assert_eq!(
        (split.wire, split.server),
        (Some(us(40_000)), Some(us(10_000)))
    );
    assert_eq!(split.server_at_least, Some(us(10_000)));
    assert_eq!(split.server_at_most, Some(us(10_000)));
    assert_eq!(
        (split.runtime, split.unpacking),
        (Some(us(60)), Some(us(100)))
    );
    assert_eq!(split.residual, Duration::ZERO);
}

#[test]
fn an_acknowledgement_that_rides_on_the_answer_acquits_nobody() {
    // The kernel notes the arrival of a packet before it looks at the acknowledgement in it.
    let split = Stamps {
        acknowledged: Some(us(50_144)),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server),
        (Some(us(40_000)), Some(us(10_000)))
    );
    assert_eq!(split.server_at_least, Some(Duration::ZERO));
    assert_eq!(split.server_at_most, Some(us(10_000)));
}

#[test]
fn an_acknowledgement_that_was_kept_back_is_not_the_wire() {
    // The server works for 100 ms; its kernel acknowledges after 40.
    let split = Stamps {
        acknowledged: Some(us(80_140)),
        arrived: came(140_140, ArrivalOf::OneSegment),
        read: None,
        answered: us(140_300),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server),
        (Some(us(40_000)), Some(us(100_000)))
    );
    assert_eq!(split.server_at_least, Some(us(60_000)));
}

#[test]
fn a_queue_on_the_path_is_the_wires() {
    // The acknowledgement came 15 ms late, and so did the answer.
    let split = Stamps {
        acknowledged: Some(us(55_140)),
        arrived: came(65_140, ArrivalOf::OneSegment),
        read: Some(us(65_200)),
        whole: Some(us(65_200)),
        answered: us(65_300),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server),
        (Some(us(55_000)), Some(us(10_000)))
    );
    assert_eq!(split.server_at_most, Some(us(25_000)));
}

#[test]
fn a_queue_that_the_request_made_itself_is_the_wires() {
    // The acknowledgement of the end comes with the answer; that of the piece before took 60 ms.
    let split = Stamps {
        acknowledged: Some(us(70_144)),
        arrived: came(70_140, ArrivalOf::OneSegment),
        read: Some(us(70_200)),
        whole: Some(us(70_200)),
        answered: us(70_300),
        trip_before: Some(us(60_000)),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server),
        (Some(us(60_000)), Some(us(10_000)))
    );
    assert_eq!(split.server_at_most, Some(us(30_000)));
}

#[test]
fn of_several_segments_the_acknowledgement_may_have_come_with_the_first() {
    let split = Stamps {
        acknowledged: Some(us(50_000)),
        arrived: came(50_140, ArrivalOf::LastOfSeveral),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server),
        (Some(us(40_000)), Some(us(10_000)))
    );
    assert_eq!(split.server_at_least, Some(Duration::ZERO));
}

#[test]
fn a_starved_runtime_is_not_the_server() {
    let split = Stamps {
        read: Some(us(70_140)),
        whole: Some(us(70_140)),
        answered: us(70_200),
        ..CALM
    }
    .split();
    assert_eq!(split.runtime, Some(us(20_000)));
    assert_eq!(split.server, Some(us(10_000)));
}

#[test]
fn waiting_for_room_is_the_kernels() {
    let split = Stamps {
        handed: us(100),
        written: Some(us(120)),
        blocked: us(15),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.application, split.socket),
        (Some(us(5)), Some(us(25)))
    );
    assert_eq!(split.residual, Duration::ZERO);
}

#[test]
fn a_record_that_comes_in_two_rounds_is_no_slow_decryption() {
    let split = Stamps {
        whole: Some(us(90_200)),
        answered: us(90_300),
        ..CALM
    }
    .split();
    assert_eq!(split.rest, Some(us(40_000)));
    assert_eq!(split.unpacking, Some(us(100)));
    assert_eq!(split.residual, Duration::ZERO);
}

#[test]
fn a_request_that_was_sent_again_leaves_a_residual() {
    let split = Stamps {
        is_resent: true,
        ..CALM
    }
    .split();
    assert_eq!(
        (split.wire, split.server, split.server_at_most),
        (None, None, None)
    );
    assert_eq!(split.residual, us(50_000));
}

#[test]
fn a_stamp_out_of_order_is_left_out() {
    let split = Stamps {
        scheduled: Some(us(119)),
        ..CALM
    }
    .split();
    assert_eq!(
        (split.socket, split.device, split.kernel()),
        (None, None, None)
    );
    assert_eq!(split.residual, us(20));
    assert_eq!(split.server, Some(us(10_000)));
}

fn time() -> impl Strategy<Value = Duration> {
    (0_u64..200_000).prop_map(us)
}

prop_compose! {
    fn stamps()(
        (handed, answered, is_resent, exact) in (time(), time(), any::<bool>(), any::<bool>()),
        kernel in prop::array::uniform8(prop::option::of(time())),
        min_rtt in prop::option::of(time()),
        blocked in time(),
        trip_before in prop::option::of(time()),
    ) -> Stamps {
        let [written, scheduled, sent, acknowledged, arrived, read, whole, last_arrived] = kernel;
        let of = if exact { ArrivalOf::OneSegment } else { ArrivalOf::LastOfSeveral };
        Stamps {
            handed, written, blocked, scheduled, sent, acknowledged,
            arrived: arrived.map(|at| Arrival { at, of }),
            read, whole, answered, last_arrived, is_resent, min_rtt, trip_before,
            uncertainty: Duration::ZERO,
        }
    }
}

proptest! {
    #[test]
    fn terms_and_residual_are_the_total_whatever_the_stamps(stamps in stamps()) {
        let split = stamps.split();
        prop_assert_eq!(split.known() + split.residual, split.total);
    }

    #[test]
    fn the_server_lies_within_its_bounds(stamps in stamps()) {
        let split = stamps.split();
        if let Some(server) = split.server {
            // An acknowledgement that took less than the smallest round trip belongs to another clock or path.
            let is_possible = stamps.acknowledged.zip(stamps.sent).zip(stamps.min_rtt)
                .is_none_or(|((acknowledged, sent), trip)| acknowledged >= sent + trip);
            if is_possible {
                prop_assert!(split.server_at_most.is_none_or(|most| server <= most));
            }
            prop_assert!(split.server_at_least.is_some_and(|least| least <= server || !is_possible), "{split:?}");
        }
    }
}
