//! Connections that broke under a call because nobody had used them for a while.
//!
//! A server closes what is idle, and its word may cross the next request on the way. A firewall or a load balancer forgets
//! what is idle and says nothing. Both ends then disagree about a connection, and the call that finds it out gets a reset,
//! or the end of the stream, instead of an answer. Whether idle time is the reason shows in the calls: beyond some idle time
//! nearly all break, and calls on new connections do not.
//!
//! What this leaves alone: connections that were seen to be closed before a call was sent on them. They cost a new
//! connection and no call, which is told by `http.connection-reuse`.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::outcome::FailureKind;
use netopt_core::unit::Ratio;

use crate::facts::{Facts, Times};

/// Fewer broken calls may have another reason, such as a server that was started anew.
pub(crate) const LEAST_BROKEN: u64 = 3;

/// Of the calls on connections that were idle for so long or longer, at least this share breaks. Below, idle time is not
/// what decides.
const NEARLY_ALL: f64 = 0.8;

/// New connections break for other reasons than idle time. When they do so half as often, these reasons are enough.
const AS_WELL: f64 = 0.5;

/// What idle time does to connections.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Breaks {
    /// Calls of the baseline that ended without an answer because of it.
    pub(crate) failed: u64,
    /// Calls of the baseline that were answered by a later attempt.
    pub(crate) repeated: u64,
    /// Calls of the baseline.
    pub(crate) calls: u64,
    /// The idle times before attempts that broke.
    pub(crate) broken: Times,
    /// Attempts on connections that had been idle for as long as the shortest of these, or longer.
    pub(crate) beyond: u64,
    /// The longest idle time below these after which a connection worked; `None` when none was seen.
    pub(crate) worked: Option<Duration>,
}

impl Breaks {
    /// The share of the baseline's calls that met a dead connection.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    pub(crate) fn share(&self) -> f64 {
        (self.failed + self.repeated) as f64 / self.calls.max(1) as f64
    }

    /// The shortest idle time that broke a connection.
    pub(crate) fn least(&self) -> Duration {
        self.broken.least().unwrap_or_default()
    }
}

/// An attempt on a connection that had been idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Attempt {
    idle: Duration,
    broke: bool,
}

/// What idle time did to the connections of the baseline and the survey; `None` when it broke none, or too few.
pub(crate) fn breaks(facts: &Facts) -> Option<Breaks> {
    let survey = &facts.survey;
    let baseline = &facts.baseline.exchanges;
    let all = || baseline.iter().chain(&survey.warm).chain(&survey.encoded);
    let attempts: Vec<Attempt> = all().flat_map(attempts).collect();
    let mut idle: Vec<Duration> = attempts
        .iter()
        .filter(|attempt| attempt.broke)
        .map(|attempt| attempt.idle)
        .collect();
    idle.sort_unstable();
    let bound = idle
        .into_iter()
        .find(|bound| is_nearly_all(&attempts, *bound))?;
    let broke = |attempt: &&Attempt| attempt.broke && attempt.idle >= bound;
    let broken: Times = attempts.iter().filter(broke).map(|one| one.idle).collect();
    let beyond = attempts.iter().filter(|one| one.idle >= bound).count() as u64;
    let worked = attempts
        .iter()
        .filter(|attempt| !attempt.broke && attempt.idle < bound)
        .map(|attempt| attempt.idle)
        .max();
    let is_other = new_ones_break(facts)
        .zip(Ratio::of(broken.n(), beyond))
        .is_some_and(|(new, idle)| new.get() >= AS_WELL * idle.get());
    let found = Breaks {
        failed: baseline.iter().filter(|call| call.broke()).count() as u64,
        repeated: baseline.iter().filter(|call| is_repeated(call)).count() as u64,
        calls: baseline.len() as u64,
        broken,
        beyond,
        worked,
    };
    let enough = found.failed + found.repeated >= LEAST_BROKEN;
    (enough && !is_other).then_some(found)
}

/// A call that was answered although a connection had broken under it.
pub(crate) fn is_repeated(call: &Exchange) -> bool {
    call.journey.broken_after.is_some() && !call.broke()
}

/// The attempts of a call of which the idle time is known.
fn attempts(call: &Exchange) -> impl Iterator<Item = Attempt> + use<> {
    let own = call.idle().filter(|_| call.is_reused());
    let own = own.map(|idle| Attempt {
        idle,
        broke: call.broke(),
    });
    let earlier = call
        .journey
        .broken_after
        .map(|idle| Attempt { idle, broke: true });
    own.into_iter().chain(earlier)
}

#[expect(clippy::cast_precision_loss, reason = "a share of a count")]
fn is_nearly_all(attempts: &[Attempt], bound: Duration) -> bool {
    let beyond = attempts.iter().filter(|attempt| attempt.idle >= bound);
    let broken = beyond.clone().filter(|attempt| attempt.broke).count();
    broken as f64 >= NEARLY_ALL * beyond.count() as f64
}

/// The share of calls on new connections that got no answer in the same way; `None` without new connections.
fn new_ones_break(facts: &Facts) -> Option<Ratio> {
    let calls = facts.baseline.exchanges.iter().chain(&facts.survey.fresh);
    let new = || {
        calls
            .clone()
            .filter(|call| call.connection.is_some() && !call.is_reused())
    };
    let is_same = |call: &&Exchange| {
        call.outcome.failure().is_some_and(|failure| {
            matches!(failure.kind, FailureKind::Reset | FailureKind::ClosedEarly)
        })
    };
    Ratio::of(new().filter(is_same).count() as u64, new().count() as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{World, idling, ms};

    #[test]
    fn beyond_an_idle_time_all_break_and_below_none() {
        let facts = idling(
            &World::default(),
            ms(200.0),
            &[20.0, 90.0, 260.0, 150.0, 420.0],
        );
        let found = breaks(&facts).unwrap();
        assert_eq!(found.least(), ms(260.0));
        assert_eq!(found.worked, Some(ms(150.0)));
        assert_eq!((found.failed, found.repeated), (23, 0));
        assert_eq!(found.beyond, found.broken.n());
    }

    #[test]
    fn calls_that_were_made_again_are_told_apart() {
        let mut facts = idling(&World::default(), ms(200.0), &[20.0, 90.0]);
        assert_eq!(breaks(&facts), None);
        for call in facts.baseline.exchanges.iter_mut().take(3) {
            call.journey.broken_after = Some(ms(300.0));
        }
        let found = breaks(&facts).unwrap();
        assert_eq!((found.failed, found.repeated), (0, 3));
        assert_eq!(found.least(), ms(300.0));
    }

    #[test]
    fn two_are_too_few() {
        let mut facts = idling(&World::default(), ms(200.0), &[20.0]);
        for call in facts.baseline.exchanges.iter_mut().take(2) {
            call.journey.broken_after = Some(ms(300.0));
        }
        assert_eq!(breaks(&facts), None);
    }

    #[test]
    fn a_server_that_breaks_new_connections_too_has_another_trouble() {
        let mut facts = idling(&World::default(), ms(200.0), &[260.0]);
        assert!(breaks(&facts).is_some());
        let broken = facts.baseline.exchanges[40].outcome.clone();
        for call in &mut facts.survey.fresh {
            call.outcome = broken.clone();
        }
        assert_eq!(breaks(&facts), None);
    }

    #[test]
    fn breaks_at_any_idle_time_are_not_its_doing() {
        let mut facts = idling(&World::default(), ms(200.0), &[20.0, 90.0, 260.0, 420.0]);
        let broken = facts.baseline.exchanges[58].outcome.clone();
        for (index, call) in facts.baseline.exchanges.iter_mut().enumerate().skip(2) {
            call.outcome = if index % 7 == 0 {
                broken.clone()
            } else {
                netopt_core::outcome::Outcome::Answered(200)
            };
        }
        assert_eq!(breaks(&facts), None);
    }

    proptest! {
        #[test]
        fn the_bound_lies_between_what_worked_and_what_broke(
            keeps in 10.0f64..500.0, idle in prop::collection::vec(1.0f64..1000.0, 1..12),
        ) {
            let keeps = ms(keeps.round());
            let idle: Vec<f64> = idle.into_iter().map(f64::round).collect();
            if let Some(found) = breaks(&idling(&World::default(), keeps, &idle)) {
                prop_assert!(found.least() >= keeps);
                prop_assert!(found.worked.is_none_or(|worked| worked < keeps));
                prop_assert!(found.share() > 0.0 && found.share() <= 1.0);
            }
        }
    }
}
