//! How long TLS handshakes are, and how much of that need not be.
//!
//! A new session takes one round trip (TLS 1.3, RFC 8446 §2) or two (TLS 1.2, RFC 5246 §7.3), one more for each window that
//! the certificates of the server fill, and the cryptography. A session that is resumed takes one round trip, shows no
//! certificates and signs nothing. Two audits and the one of connections that are not reused share these figures, so
//! that none of the time is claimed twice.

use std::time::Duration;

use netopt_core::exchange::{Exchange, TlsSession};
use netopt_core::model::slow_start::rounds;
use netopt_core::phase::Phase;
use netopt_core::unit::Bytes;

use crate::facts::{Connection, Facts, LEAST_SAMPLES, Times, on};
use crate::line::SEGMENT;
use crate::openings::openings;
use crate::visible::visible;

/// A handshake that takes this share of the calls that make one is most of them.
const MOST: f64 = 0.55;

/// Connections are short when this share of the calls opens one.
const SHORT: f64 = 0.5;

/// The version whose full handshake takes two round trips. It is written with a dot or an underscore, depending on the
/// library.
const TLS_1_2: [&str; 2] = ["1.2", "1_2"];

/// What a server sends beside its certificates in the same flight.
const BESIDE: Bytes = Bytes::new(500);

/// The handshakes of calls that are mostly made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dominating {
    /// Those that were looked at.
    pub(crate) handshakes: Times,
    /// The whole of the calls that made them.
    pub(crate) calls: Times,
    /// What is the audit's to claim, at the median: all of it, but for what the client can spare by resuming sessions.
    pub(crate) time: Duration,
}

/// The TLS session of a call that has one.
pub(crate) fn session(call: &Exchange) -> Option<&TlsSession> {
    call.connection.as_ref()?.tls.as_ref()
}

/// Whether a full handshake of that session takes two round trips.
pub(crate) fn is_old(session: &TlsSession) -> bool {
    TLS_1_2.iter().any(|end| session.version.ends_with(end))
}

/// Round trips that the certificates of a session take beyond the one that the first window needs.
pub(crate) fn chain_trips(session: &TlsSession) -> u32 {
    rounds(session.certificates + BESIDE, SEGMENT).saturating_sub(1)
}

/// The handshakes by whose length the calls are judged: those of single calls, or of the baseline where there are none.
pub(crate) fn made(facts: &Facts) -> Vec<&Exchange> {
    let single: Vec<&Exchange> = with_tls(&facts.survey.fresh).collect();
    if single.len() as u64 >= LEAST_SAMPLES {
        return single;
    }
    with_tls(&facts.baseline.exchanges).collect()
}

fn with_tls(calls: &[Exchange]) -> impl Iterator<Item = &Exchange> {
    on(calls, Connection::New).filter(|call| session(call).is_some())
}

/// What resuming a session would have saved this call; `None` when it resumed one, or made no handshake. A lower bound: the
/// cryptography is not counted, nor what lies behind a relay.
pub(crate) fn spared_by_resuming(call: &Exchange, trip: Duration) -> Option<Duration> {
    let session = session(call).filter(|session| !session.resumed)?;
    let took = call.timeline.length(Phase::Tls)?;
    let trips = u32::from(is_old(session)).saturating_add(chain_trips(session));
    // It cannot spare more than what the one round trip leaves.
    Some(trip.saturating_mul(trips).min(took.saturating_sub(trip)))
}

/// What resuming would spare a typical handshake, where the client keeps no sessions; zero where it does.
pub(crate) fn kept_by_the_client(facts: &Facts) -> Duration {
    if facts.settings().tls.resumption.is_on() {
        return Duration::ZERO;
    }
    spared(facts).p50().unwrap_or_default()
}

/// What resuming would spare the handshakes that were looked at.
pub(crate) fn spared(facts: &Facts) -> Times {
    let Some(trip) = visible(facts) else {
        return Times::default();
    };
    made(facts)
        .into_iter()
        .filter_map(|call| spared_by_resuming(call, trip.time))
        .collect()
}

/// The handshakes, when connections are short and most of their time is spent in them.
pub(crate) fn dominating(facts: &Facts) -> Option<Dominating> {
    openings(facts).filter(|openings| openings.share() >= SHORT)?;
    let made = made(facts);
    let handshakes: Times = made
        .iter()
        .filter_map(|call| call.timeline.length(Phase::Tls))
        .collect();
    let calls: Times = made.iter().map(|call| call.service_time()).collect();
    let kept = kept_by_the_client(facts);
    let time = handshakes.p50()?.saturating_sub(kept);
    let whole = calls.p50()?.saturating_sub(kept);
    let most = handshakes.is_enough() && time >= whole.mul_f64(MOST) && !time.is_zero();
    most.then_some(Dominating {
        handshakes,
        calls,
        time,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{World, ms};

    #[test]
    fn a_chain_takes_a_round_trip_for_each_window_after_the_first() {
        let mut session = World::default().session;
        // Windows of 10, 20 and 40 segments.
        for (kilobytes, trips) in [(1, 0), (13, 0), (15, 1), (42, 1), (45, 2)] {
            session.certificates = Bytes::new(kilobytes * 1_000);
            assert_eq!(chain_trips(&session), trips, "{kilobytes} kB");
        }
    }

    proptest! {
        #[test]
        fn no_more_is_spared_than_was_spent_beyond_a_round_trip(
            tls in 0.0f64..500.0, trip in 0.0f64..200.0, kilobytes in 0u64..60, old: bool, resumed: bool,
        ) {
            let mut world = World {
                tls: Some(ms(tls)),
                ..World::default()
            };
            world.session.certificates = Bytes::new(kilobytes * 1_000);
            world.session.resumed = resumed;
            if old {
                world.session.version = "TLSv1.2".to_owned();
            }
            let facts = world.facts();
            for call in made(&facts) {
                let spared = spared_by_resuming(call, ms(trip));
                prop_assert_eq!(spared.is_none(), resumed);
                prop_assert!(spared.unwrap_or_default() <= ms(tls).saturating_sub(ms(trip)) + ms(0.001));
            }
        }
    }
}
