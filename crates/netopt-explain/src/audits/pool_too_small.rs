//! `pool.too-small`: calls wait for a connection because the client may not open another.
//!
//! The wait is measured as a phase of its own. The size that would end it comes from Little's law and Erlang's C formula;
//! where the pool is saturated the measured arrivals are only what it let through, and the calls in the system, waiting
//! ones included, say how many want in.
//!
//! Where one connection of HTTP/2 would carry the calls side by side, `http.head-of-line` tells the same wait instead.

use std::num::NonZeroU32;

use netopt_core::change::Change;
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::model::pool::size_for;
use netopt_core::model::queueing::Erlangs;
use netopt_core::unit::{PerSecond, Ratio, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::crowd::{held, queued};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::multiplexing::gain;
use crate::worth;

const ID: &str = "pool.too-small";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls wait for a pooled connection",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls and the length of the run";

/// With fewer calls than this the mean of the queue says nothing.
pub(crate) const LEAST_CALLS: u64 = 10;

/// The share of calls that may wait in a pool of the proposed size.
pub(crate) const MAY_WAIT: f64 = 0.05;

/// A pool that is used to this share is saturated: the load that it let through is not the load that was offered.
pub(crate) const SATURATED: f64 = 0.9;

/// At most so many times the size of today is proposed, because each connection is also the server's.
pub(crate) const MOST_GROWTH: u32 = 8;

/// Up to this size growth is not limited, and above 256 no size is proposed.
const SMALL_POOL: u32 = 32;
const MOST_CONNECTIONS: u32 = 256;

fn check(facts: &Facts) -> Outcome {
    let Some(limit) = facts.settings().pool.max_connections else {
        return Outcome::Quiet;
    };
    let calls: Vec<&Exchange> = facts.answered().collect();
    let arrivals = PerSecond::of(facts.baseline.exchanges.len() as u64, facts.baseline.window);
    let (Some(p50), Some(arrivals)) = (facts.p50(), arrivals) else {
        return Outcome::missing(CALLS);
    };
    if (calls.len() as u64) < LEAST_CALLS {
        return Outcome::missing(CALLS);
    }
    let queue: Times = calls.iter().map(|call| queued(call)).collect();
    let hold: Times = calls.iter().map(|call| held(call)).collect();
    let (waited, held) = (
        queue.mean().unwrap_or_default(),
        hold.mean().unwrap_or_default(),
    );
    let saving = waited.min(p50);
    let Some(severity) = worth::severity(saving, p50).filter(|_| gain(facts).is_none()) else {
        return Outcome::Quiet;
    };
    let load = Erlangs::of(arrivals, held);
    let size = proposed(
        limit,
        load,
        Erlangs::of(arrivals, held.saturating_add(waited)),
    );
    if size <= limit {
        return Outcome::Quiet;
    }
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    let share = queue.above_zero() as f64 / calls.len() as f64;
    Outcome::Fires(Finding {
        evidence: evidence_of(&queue, &hold, load, share),
        estimate: of_share(saving, share),
        remedy: Remedy::Change(Change::MaxConnections(Some(size))),
        cost: vec![format!(
            "up to {} more connections on the server and in memory",
            size.get().saturating_sub(limit.get())
        )],
        ..hypothesis(
            ID,
            severity,
            format!(
                "{:.0} % of {} calls waited for one of {limit} connections, {} on average.",
                share * 100.0,
                calls.len(),
                show_duration(waited)
            ),
        )
    })
}

/// The size for this load: at least one more than today, at most what the growth allows.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn proposed(limit: NonZeroU32, load: Erlangs, wanting: Erlangs) -> NonZeroU32 {
    let most = limit
        .get()
        .saturating_mul(MOST_GROWTH)
        .clamp(SMALL_POOL, MOST_CONNECTIONS);
    let size = if load.get() >= SATURATED * f64::from(limit.get()) {
        wanting.get().ceil() as u32
    } else if load.get() < f64::from(most) {
        Ratio::new(MAY_WAIT)
            .and_then(|share| size_for(load, share))
            .map_or(most, NonZeroU32::get)
    } else {
        most
    };
    let least = limit
        .saturating_add(1)
        .min(NonZeroU32::MIN.saturating_add(MOST_CONNECTIONS - 1));
    NonZeroU32::new(size.min(most)).map_or(least, |size| size.max(least))
}

fn evidence_of(queue: &Times, hold: &Times, load: Erlangs, share: f64) -> Vec<Evidence> {
    let n = queue.n();
    let mut all = vec![
        evidence::ratio("calls that waited for a connection", share, n),
        evidence::time("queue mean", queue.mean().unwrap_or_default(), n),
        evidence::count("busy connections, mean", load.get(), n),
    ];
    all.extend(evidence::median("queue p50", queue));
    all.extend(evidence::median("time on a connection p50", hold));
    all
}

#[cfg(test)]
mod tests;
