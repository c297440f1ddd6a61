//! The terms add up, stay in their phases and tell the truth of simple worlds.

use netopt_core::change::{Change, Switch};
use netopt_core::plan::Plan;
use netopt_core::unit::{Bytes, millis};
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, ms};

fn term(world: &World, term: Term) -> Option<f64> {
    typical(&world.facts()).unwrap().term(term).map(millis)
}

fn near(value: Option<f64>, expected: f64, within: f64) -> bool {
    value.is_some_and(|value| (value - expected).abs() <= within)
}

#[test]
fn nothing_is_typical_of_no_calls() {
    assert_eq!(typical(&Facts::default()), None);
}

#[test]
fn a_plain_call_is_path_and_server() {
    let world = World {
        rtt: ms(20.0),
        service: ms(10.0),
        ..World::default()
    };
    assert!(near(term(&world, Term::Propagation), 20.0, 0.1));
    assert!(near(term(&world, Term::Processing), 10.0, 0.5));
    assert!(near(term(&world, Term::Queuing), 0.0, 0.5));
    // Kept connections open nothing, and small answers do not tell the rate.
    assert_eq!(term(&world, Term::Connect), None);
    assert_eq!(term(&world, Term::Transmission), None);
    let residual = typical(&world.facts()).unwrap().residual_ms();
    assert!((0.0..1.0).contains(&residual), "{residual}");
}

#[test]
fn new_connections_show_their_handshakes() {
    let world = World {
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        rtt: ms(20.0),
        lookup: Some(ms(7.0)),
        tls: Some(ms(22.0)),
        ..World::default()
    };
    assert!(near(term(&world, Term::Dns), 7.0, 0.01));
    assert!(near(term(&world, Term::Connect), 20.0, 0.01));
    assert!(near(term(&world, Term::Tls), 22.0, 0.01));
}

#[test]
fn what_a_proxy_takes_counts_to_connecting() {
    let world = World {
        client: Plan::new().with(Change::KeepAlive(Switch::Off)),
        rtt: ms(20.0),
        ..World::default()
    };
    let mut facts = world.facts();
    for call in &mut facts.baseline.exchanges {
        let end = call.timeline.span(Phase::Connect).unwrap().end();
        call.timeline.mark(Phase::Proxy, end, end + ms(35.0));
    }
    let connecting = typical(&facts).unwrap().term(Term::Connect).map(millis);
    assert!(near(connecting, 55.0, 0.01), "{connecting:?}");
}

#[test]
fn a_pool_wait_has_its_term() {
    let world = World {
        pool_wait: ms(30.0),
        ..World::default()
    };
    assert!(near(term(&world, Term::PoolWait), 30.0, 0.01));
}

#[test]
fn a_large_answer_is_transmission() {
    let world = World {
        rate: BitRate::from_bps(20e6),
        body: Bytes::new(250_000),
        ..World::default()
    };
    assert!(near(term(&world, Term::Transmission), 100.0, 1.5));
    assert!(near(term(&world, Term::Rounds), 0.0, 0.01));
}

/// A server that closes after each answer; its answers take so much longer than the line needs. Only the warm calls show the
/// line's rate.
fn with_new_connections(rtt: Duration, bps: f64, body: u64, longer: Duration) -> Breakdown {
    let mut facts = World {
        rtt,
        rate: BitRate::from_bps(bps),
        body: Bytes::new(body),
        server_keeps: false,
        ..World::default()
    }
    .facts();
    for call in &mut facts.baseline.exchanges {
        let receive = call.timeline.span(Phase::Receive).unwrap();
        call.timeline
            .mark(Phase::Receive, receive.start(), receive.end() + longer);
    }
    for (index, call) in facts.survey.warm.iter_mut().enumerate() {
        call.connection.as_mut().unwrap().earlier = index as u64;
    }
    typical(&facts).unwrap()
}

#[test]
fn rounds_of_a_new_connection_fit_beside_the_transmission() {
    // 70 segments leave in three rounds: two more than the first.
    let found = with_new_connections(ms(30.0), 20e6, 100_000, ms(60.0));
    assert!(near(found.term(Term::Transmission).map(millis), 40.0, 1.0));
    assert!(near(found.term(Term::Rounds).map(millis), 60.0, 1.0));
}

#[test]
fn a_full_line_has_no_rounds() {
    // The first window takes 23.2 ms, its first acknowledgement 22.3. What the answer takes longer has another reason.
    let found = with_new_connections(ms(20.0), 5e6, 300_000, ms(9.0));
    assert_eq!(found.term(Term::Rounds), Some(Duration::ZERO));
    assert!((8.5..10.0).contains(&found.residual_ms()), "{found:?}");
}

#[test]
fn what_nagle_holds_stays_in_the_residual() {
    let world = World {
        client: Plan::new().with(Change::Nodelay(Switch::Off)),
        request: crate::worlds::Writes::Pieces,
        ..World::default()
    };
    let residual = typical(&world.facts()).unwrap().residual_ms();
    assert!((38.0..45.0).contains(&residual), "{residual}");
}

#[test]
fn load_that_no_single_call_shows_stays_in_the_residual() {
    let world = World {
        queue_under_load: ms(80.0),
        ..World::default()
    };
    let residual = typical(&world.facts()).unwrap().residual_ms();
    assert!((75.0..85.0).contains(&residual), "{residual}");
}

#[test]
fn only_the_middle_third_counts() {
    let mut facts = World {
        spread: 0.0,
        ..World::default()
    }
    .facts();
    for call in facts.baseline.exchanges.iter_mut().take(15) {
        call.lateness = Duration::from_secs(9);
    }
    assert!(typical(&facts).unwrap().total() < ms(5.0));
    facts.baseline.exchanges.truncate(5);
    assert_eq!(middle(&facts).len(), 5);
}

proptest! {
    #[test]
    fn terms_never_exceed_the_total(
        rtt in 0.05f64..200.0, hidden in 0.0f64..200.0, service in 0.0f64..200.0, body in 100u64..1_000_000,
        mbit in 1.0f64..1000.0, kept: bool, wait in 0.0f64..50.0,
    ) {
        let world = World {
            rtt: ms(rtt), hidden: ms(hidden), service: ms(service), body: Bytes::new(body),
            rate: BitRate::from_bps(mbit * 1e6), server_keeps: kept, pool_wait: ms(wait), smoothed: Some(ms(rtt + service)),
            ..World::default()
        };
        let found = typical(&world.facts()).unwrap();
        prop_assert!(found.residual_ms() >= -1e-6, "{found:?}");
    }
}
