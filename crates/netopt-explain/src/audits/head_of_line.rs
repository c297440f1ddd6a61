//! `http.head-of-line`: calls wait behind others for one of few HTTP/1.1 connections, where HTTP/2 would carry them side by side.
//!
//! The wait is that of `pool.too-small`, and one of the two tells: this one when the server was seen to offer HTTP/2 and to
//! work on the calls of a connection at once ([`crate::multiplexing`]). More connections would help as well, and each costs
//! the server a socket and both sides a handshake.

use netopt_core::change::{Change, HttpVersion};
use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::multiplexing::{Gain, gain, is_in_question};

const ID: &str = "http.head-of-line";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls wait behind others for few connections of HTTP/1.1",
    needs: &[CALLS, TOGETHER],
    check,
};

const CALLS: &str = "answered calls in the baseline";
const TOGETHER: &str = "calls at once on one connection";

fn check(facts: &Facts) -> Outcome {
    if facts.p50().is_none() {
        return Outcome::missing(CALLS);
    }
    if is_in_question(facts) && facts.survey.together.is_empty() {
        return Outcome::missing(TOGETHER);
    }
    let Some(limit) = facts.settings().pool.max_connections else {
        return Outcome::Quiet;
    };
    let Some(gain) = gain(facts) else {
        return Outcome::Quiet;
    };
    let Gain {
        saving,
        severity,
        queue,
        together,
        single,
    } = &gain;
    let share = waited(queue);
    let mut evidence = vec![
        evidence::ratio("calls that waited for a connection", share, queue.n()),
        evidence::time("queue mean", queue.mean().unwrap_or_default(), queue.n()),
    ];
    evidence.extend(evidence::median("service p50, one by one", single));
    evidence.extend(evidence::median(
        "service p50, at once on one connection of HTTP/2",
        together,
    ));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_share(*saving, share),
        remedy: Remedy::Change(Change::Version(HttpVersion::Auto)),
        cost: vec![
            "one lost packet holds up all calls on the connection, where it held up one".to_owned(),
            "all calls share one congestion window, and what the server allows at once on a connection".to_owned(),
        ],
        ..hypothesis(
            ID,
            *severity,
            format!(
                "{:.0} % of {} calls waited for one of {limit} connections of HTTP/1.1, {} on average; the server offers \
                 HTTP/2, and answers several calls of one connection at once.",
                share * 100.0,
                queue.n(),
                show_duration(queue.mean().unwrap_or_default()),
            ),
        )
    })
}

/// The share of calls that waited at all.
#[expect(clippy::cast_precision_loss, reason = "a share of a count")]
fn waited(queue: &Times) -> f64 {
    queue.above_zero() as f64 / queue.n().max(1) as f64
}

#[cfg(test)]
mod tests;
