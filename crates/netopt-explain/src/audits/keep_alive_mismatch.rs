//! `http.keep-alive-mismatch`: the other side gives idle connections up sooner than the client does.
//!
//! A call that is sent on such a connection is lost: the client learns only from a reset, or from the end of the stream, that
//! nobody was there. It must not be sent again by itself unless it is idempotent, since the client cannot know whether it was
//! processed. A client that closes first never sends on such a connection. Which idle time is too long, the calls tell
//! ([`crate::breaks`]); what is proposed lies a fifth below, as the pool does by itself with closes that it has seen.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::finding::{Estimate, Evidence, Finding, Remedy, Severity};
use netopt_core::metric::Metric;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::breaks::{Breaks, breaks, is_repeated};
use crate::crowd::queued;
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::worth;

const ID: &str = "http.keep-alive-mismatch";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Idle connections are given up sooner than the client thinks",
    needs: &[CALLS, IDLE],
    check,
};

const CALLS: &str = "answered calls in the baseline";
const IDLE: &str = "the kernel's word on how long connections were idle";

/// The share of the shortest idle time that broke a connection for which one is still used: the other side's clock
/// started earlier than ours, and its next close may be a little early.
const SAFE: f64 = 0.8;

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let Some(breaks) = breaks(facts) else {
        let unknown =
            |call: &&netopt_core::exchange::Exchange| call.broke() && call.idle().is_none();
        let has_unknown = facts.baseline.exchanges.iter().any(|call| unknown(&call));
        return if has_unknown {
            Outcome::missing(IDLE)
        } else {
            Outcome::Quiet
        };
    };
    let proposed = proposed(breaks.least());
    if proposed >= facts.settings().pool.idle_timeout {
        return Outcome::Quiet;
    }
    let Some((severity, estimate)) = weight(facts, &breaks, p50) else {
        return Outcome::Quiet;
    };
    Outcome::Fires(Finding {
        evidence: told(facts, &breaks),
        estimate,
        remedy: Remedy::Change(Change::IdleTimeout(proposed)),
        cost: vec![
            "a new connection for a call that comes after a longer pause; a server, or whatever stands before it, that waits \
             longer would save it"
                .to_owned(),
        ],
        ..hypothesis(ID, severity, summary(facts, &breaks))
    })
}

/// The idle time from which on a connection is no longer used: whole milliseconds, at least one.
fn proposed(least: Duration) -> Duration {
    let safe = least.mul_f64(SAFE).as_millis();
    Duration::from_millis(u64::try_from(safe).unwrap_or(u64::MAX).max(1))
}

/// How much it matters, and what would be saved; `None` when that is not worth telling.
///
/// A call without an answer is told in any case, and is not about latency: who asks again at once has spent the call that
/// failed and makes another one. So what is saved is the time for an answer, and a trial has to count answers.
fn weight(facts: &Facts, breaks: &Breaks, p50: Duration) -> Option<(Severity, Option<Estimate>)> {
    if breaks.failed > 0 {
        let severity = Severity::of_share(breaks.share()).max(Severity::Medium);
        let saving = p50.mul_f64(breaks.share().min(1.0));
        return Some((
            severity,
            Some(Estimate {
                metric: Metric::Throughput.name(),
                saving,
            }),
        ));
    }
    let lost = lost(facts).p50()?.mul_f64(breaks.share()).min(p50);
    Some((worth::severity(lost, p50)?, of_share(lost, breaks.share())))
}

/// What passed before the attempt that was answered, in calls that were made again.
fn lost(facts: &Facts) -> Times {
    let repeated = facts.answered().filter(|call| is_repeated(call));
    repeated.map(queued).collect()
}

fn summary(facts: &Facts, breaks: &Breaks) -> String {
    let least = show_duration(breaks.least());
    let Breaks {
        failed,
        repeated,
        calls,
        ..
    } = breaks;
    let keeps = show_duration(facts.settings().pool.idle_timeout);
    let met = match (failed, repeated) {
        (failed, 0) => format!("{failed} of {calls} calls got no answer"),
        (0, repeated) => format!("{repeated} of {calls} calls had to be made again"),
        (failed, repeated) => {
            format!("{failed} of {calls} calls got no answer and {repeated} had to be made again")
        }
    };
    format!(
        "{met}, because their connection had been idle for {least} or longer: the other side had given it up, and the client \
         keeps it for {keeps}."
    )
}

fn told(facts: &Facts, breaks: &Breaks) -> Vec<Evidence> {
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    let share = breaks.broken.n() as f64 / breaks.beyond.max(1) as f64;
    let mut all = vec![
        evidence::ratio(
            "calls that met a dead connection",
            breaks.share(),
            breaks.calls,
        ),
        evidence::time(
            "idle time that broke a connection, shortest",
            breaks.least(),
            breaks.broken.n(),
        ),
        evidence::ratio(
            "connections broken, of those idle for as long",
            share,
            breaks.beyond,
        ),
    ];
    all.extend(
        breaks
            .worked
            .map(|worked| evidence::time("idle time that did not, longest", worked, 1)),
    );
    all.extend(evidence::median(
        "time until the call was made again p50",
        &lost(facts),
    ));
    all
}

#[cfg(test)]
mod tests;
