//! How many calls had to open a connection although the load did not ask for one.
//!
//! A client that keeps its connections still opens some: the first ones. How many, follows from the load: a pool for a
//! mean of `a` busy connections needs about `a + 2·√a` of them (square-root staffing, Halfin and Whitt 1981). Those are
//! taken off, so a short run of a healthy client does not look like one that never reuses.

use netopt_core::exchange::Exchange;
use netopt_core::opening::Opening;

use crate::facts::{Facts, service};

/// With fewer answered calls than this the share of new connections says nothing.
pub(crate) const LEAST_CALLS: u64 = 10;

/// With fewer calls than this beyond the first connections neither.
const LEAST_BEYOND: u64 = 5;

/// A reuse ratio from here on is healthy: what is lost is within the idle time-outs of ordinary servers.
pub(crate) const HEALTHY_REUSE: f64 = 0.9;

/// Calls and the connections that they opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Openings {
    /// Answered calls that had a connection.
    pub(crate) calls: u64,
    /// Those of them that opened it.
    pub(crate) new: u64,
    /// Connections that the load needs at the start.
    pub(crate) first: u64,
}

impl Openings {
    /// The share of calls that opened a connection beyond the first ones.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    pub(crate) fn share(self) -> f64 {
        let beyond = self.calls.saturating_sub(self.first).max(1);
        (self.new.saturating_sub(self.first) as f64 / beyond as f64).min(1.0)
    }
}

/// How the connections of the answered calls of the baseline came about, as far as that is known.
pub(crate) fn made(facts: &Facts) -> impl Iterator<Item = Opening> + '_ {
    facts.answered().filter_map(of)
}

/// How the connection of a call came about; `None` when it was open before, and when nobody noted it.
pub(crate) fn of(call: &Exchange) -> Option<Opening> {
    call.connection.as_ref()?.opening
}

/// Counts the baseline; `None` with too few calls.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and the result is cut to the count"
)]
pub(crate) fn openings(facts: &Facts) -> Option<Openings> {
    let carried = || facts.answered().filter(|call| call.connection.is_some());
    let calls = carried().count() as u64;
    let new = carried().filter(|call| !call.is_reused()).count() as u64;
    let busy = service(carried()).mean()?.as_secs_f64() * calls as f64;
    let load = busy / facts.baseline.window.as_secs_f64();
    let needed = if load.is_finite() {
        (load + 2.0 * load.sqrt()).ceil() as u64
    } else {
        0
    };
    // One more, because two calls meet now and then at any load.
    let first = needed.saturating_add(1).min(new);
    let enough = calls >= LEAST_CALLS && calls - first >= LEAST_BEYOND;
    enough.then_some(Openings { calls, new, first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::World;

    #[test]
    fn the_first_connections_are_not_held_against_a_client() {
        let healthy = openings(&World::default().facts()).unwrap();
        assert!(healthy.new > 0);
        assert!(healthy.share() < 0.01, "{healthy:?}");
    }

    #[test]
    fn each_call_on_its_own_connection_is_a_share_of_one() {
        let world = World {
            server_keeps: false,
            ..World::default()
        };
        let closing = openings(&world.facts()).unwrap();
        assert!(closing.share() > 0.99, "{closing:?}");
    }

    #[test]
    fn nine_calls_are_too_few() {
        let world = World {
            calls: 9,
            ..World::default()
        };
        assert_eq!(openings(&world.facts()), None);
    }
}
