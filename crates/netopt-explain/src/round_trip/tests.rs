//! What the kernel sees, what it does not, and what is too uncertain to say.

use super::*;
use crate::worlds::{World, ms};

fn trip(world: &World) -> RoundTrip {
    round_trip(&world.facts()).unwrap()
}

fn is_about(trip: RoundTrip, millis: f64) -> bool {
    trip.time.abs_diff(ms(millis)) < ms(1.0)
}

#[test]
fn the_kernel_tells_on_an_open_path() {
    let found = trip(&World {
        rtt: ms(20.0),
        ..World::default()
    });
    assert_eq!((found.time, found.source), (ms(20.0), Source::Kernel));
    assert_eq!(found.n, 80);
}

#[test]
fn a_relay_is_given_away_by_the_first_request() {
    let found = trip(&World {
        rtt: ms(0.1),
        hidden: ms(60.0),
        ..World::default()
    });
    assert_eq!(found.source, Source::FirstRequest);
    assert!(is_about(found, 60.0), "{found:?}");
}

#[test]
fn of_web_socket_the_upgrade_gives_a_relay_away() {
    let mut facts = World {
        rtt: ms(0.1),
        hidden: ms(60.0),
        ..World::default()
    }
    .facts();
    // The upgrade is the first request; the message after it waits as long as any other.
    for exchange in &mut facts.survey.fresh {
        let wait = exchange.timeline.span(Phase::Wait).unwrap();
        exchange
            .timeline
            .mark(Phase::Upgrade, wait.start(), wait.end());
        exchange
            .timeline
            .mark(Phase::Wait, wait.end(), wait.end() + ms(1.0));
    }
    let found = round_trip(&facts).unwrap();
    assert_eq!(found.source, Source::FirstRequest);
    assert!(is_about(found, 60.0), "{found:?}");
}

#[test]
fn a_relay_is_given_away_by_tls() {
    let found = trip(&World {
        rtt: ms(0.1),
        hidden: ms(60.0),
        tls: Some(ms(122.0)),
        ..World::default()
    });
    assert_eq!(found.source, Source::Tls);
    assert!(is_about(found, 60.0), "{found:?}");
}

#[test]
fn a_handshake_end_to_end_does_not_exceed_the_kernels_figure() {
    let found = trip(&World {
        rtt: ms(60.0),
        tls: Some(ms(63.0)),
        ..World::default()
    });
    assert_eq!(found.source, Source::Kernel);
}

#[test]
fn noise_is_no_hidden_path() {
    let found = trip(&World {
        service: ms(40.0),
        spread: 0.9,
        ..World::default()
    });
    assert_eq!((found.time, found.source), (ms(1.0), Source::Kernel));
}

#[test]
fn it_is_never_longer_than_a_kept_connection_waits() {
    let found = trip(&World {
        rtt: ms(1.0),
        service: ms(0.0),
        tls: Some(ms(300.0)),
        ..World::default()
    });
    assert_eq!(found.time, ms(1.0));
}

#[test]
fn without_the_kernel_the_shortest_connect_counts() {
    let found = trip(&World {
        rtt: ms(30.0),
        kernel_tells: false,
        ..World::default()
    });
    assert_eq!((found.time, found.source), (ms(30.0), Source::Connect));
    assert_eq!(round_trip(&Facts::default()), None);
}

#[test]
fn a_full_handshake_of_tls_1_2_takes_two_round_trips_and_hides_nothing() {
    let mut facts = World {
        rtt: ms(40.0),
        tls: Some(ms(82.0)),
        ..World::default()
    }
    .facts();
    for call in facts
        .baseline
        .exchanges
        .iter_mut()
        .chain(&mut facts.survey.fresh)
    {
        let tls = call.connection.as_mut().unwrap().tls.as_mut().unwrap();
        tls.version = "TLSv1.2".to_owned();
    }
    facts.survey.warm.clear();
    assert_eq!(round_trip(&facts).unwrap().time, ms(40.0));
}
