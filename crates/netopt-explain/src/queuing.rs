//! Standing in queues of the path, while the baseline ran.
//!
//! The kernel's smoothed round trip less its smallest is the usual gauge (Brakmo and Peterson 1995, TCP Vegas). A connection
//! that was opened under load has the queue in its smallest one, too, so that of single calls counts where it is smaller. For
//! requests and answers it is only an upper bound: the acknowledgement of a request rides on the answer or is delayed by
//! up to 40 ms, so the server's work leaks into the smoothed figure. Calls made one by one meet no queue of ours; by how
//! much the baseline waits longer than they do is an upper bound too, since a busy server counts in it. The smaller of
//! the two is what is called queuing here, and without both of them it is unknown.
//!
//! What others fill meets single calls as well; there the handshakes tell, see `standing`.

use std::time::Duration;

use netopt_core::phase::Phase;

use crate::facts::{Connection, Facts, Times, on, phase};
use crate::standing::standing;
use crate::visible::visible;

/// What a call of the baseline stood in queues of the path, at the median; `None` when not measured.
#[must_use]
pub fn queuing(facts: &Facts) -> Option<Duration> {
    let of_others = standing(facts).map(|queue| queue.time.min(above(facts, queue.floor)));
    of_our_load(facts).max(of_others)
}

/// By how much calls of the baseline wait longer than `floor`.
fn above(facts: &Facts, floor: Duration) -> Duration {
    let wait = waits(facts).p50().unwrap_or_default();
    wait.saturating_sub(floor)
}

/// The waits of the baseline: on kept connections, or on all where there are too few of these.
pub(crate) fn waits(facts: &Facts) -> Times {
    let kept = phase(
        on(&facts.baseline.exchanges, Connection::Reused),
        Phase::Wait,
    );
    if kept.is_enough() {
        return kept;
    }
    phase(facts.answered(), Phase::Wait)
}

/// In queues that single calls do not meet.
fn of_our_load(facts: &Facts) -> Option<Duration> {
    let empty = visible(facts).map(|trip| trip.time);
    let kernel: Times = facts
        .answered()
        .filter_map(|exchange| {
            let path = exchange.path.as_ref()?;
            let least = path.min_rtt.into_iter().chain(empty).min()?;
            Some(path.rtt?.saturating_sub(least))
        })
        .collect();
    Some(kernel.p50()?.min(waited_under_load(facts)?))
}

/// By how much the wait of the baseline clearly exceeds that of single calls, on kept connections if there are enough of both.
pub(crate) fn waited_under_load(facts: &Facts) -> Option<Duration> {
    [
        (Connection::Reused, &facts.survey.warm),
        (Connection::New, &facts.survey.fresh),
    ]
    .into_iter()
    .find_map(|(connection, single)| {
        let loaded = phase(on(&facts.baseline.exchanges, connection), Phase::Wait);
        let idle = phase(on(single, connection), Phase::Wait);
        if !loaded.is_enough() || !idle.is_enough() {
            return None;
        }
        // A difference that may be chance is no queue.
        Some(loaded.clearly_above(&idle).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::{World, ms};

    #[test]
    fn the_servers_work_in_the_kernels_figure_is_no_queue() {
        let world = World {
            rtt: ms(20.0),
            service: ms(30.0),
            smoothed: Some(ms(50.0)),
            ..World::default()
        };
        assert!(queuing(&world.facts()).unwrap() < ms(2.0));
    }

    #[test]
    fn a_queue_under_load_shows_in_both_figures() {
        let world = World {
            rtt: ms(20.0),
            smoothed: Some(ms(90.0)),
            queue_under_load: ms(70.0),
            ..World::default()
        };
        let queue = queuing(&world.facts()).unwrap();
        assert!(queue > ms(60.0) && queue <= ms(71.0), "{queue:?}");
    }

    #[test]
    fn a_connection_that_was_opened_under_load_does_not_hide_the_queue() {
        let world = World {
            rtt: ms(20.0),
            smoothed: Some(ms(90.0)),
            queue_under_load: ms(70.0),
            ..World::default()
        };
        let mut facts = world.facts();
        for call in &mut facts.baseline.exchanges {
            call.path.as_mut().unwrap().min_rtt = Some(ms(88.0));
        }
        let queue = queuing(&facts).unwrap();
        assert!(queue > ms(60.0) && queue <= ms(71.0), "{queue:?}");
    }

    #[test]
    fn without_single_calls_it_is_unknown() {
        let mut facts = World::default().facts();
        facts.survey = crate::facts::Survey::default();
        assert_eq!(queuing(&facts), None);
    }
}
