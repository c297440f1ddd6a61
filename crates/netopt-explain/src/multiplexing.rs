//! What one connection that carries many calls would change for calls that wait for one.
//!
//! On HTTP/1.1 a connection carries one call at a time, so with few connections a call waits for the slowest of those before
//! it. HTTP/2 carries them side by side (RFC 9113 §5), if the server offers it and works on several calls of a connection at
//! once. Whether it does both, the survey finds out where there is a question: [`AT_ONCE`] calls at a time on one
//! connection. By what they take longer than single ones, the server, or the line, is in the way.

use std::time::Duration;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::finding::Severity;

use crate::crowd::{held, queued};
use crate::facts::{Connection, Facts, Times, on};
use crate::worth;

/// So many calls at a time tell whether a server works on them side by side: with one after the other the median call takes
/// four times as long.
pub const AT_ONCE: usize = 8;

/// With fewer calls than this the mean of the queue says nothing.
const LEAST_CALLS: u64 = 10;

/// Whether it is a question: calls wait for one of a bounded number of connections, over TLS, by a client that is told to
/// speak HTTP/1.1.
#[must_use]
pub fn is_in_question(facts: &Facts) -> bool {
    waiting(facts).is_some()
}

/// What the calls of the baseline wait for a connection.
fn waiting(facts: &Facts) -> Option<Times> {
    let settings = facts.settings();
    let is_told = settings.http.version == HttpVersion::Http1 && settings.http.keep_alive.is_on();
    let is_bounded = settings.pool.max_connections.is_some();
    let encrypted = |call: &Exchange| {
        call.connection
            .as_ref()
            .is_some_and(|used| used.tls.is_some())
    };
    let queue: Times = facts.answered().map(queued).collect();
    let asked = is_told && is_bounded && facts.answered().any(encrypted);
    let matters = worth::severity(queue.mean()?, facts.p50()?).is_some();
    (asked && matters && queue.n() >= LEAST_CALLS).then_some(queue)
}

/// What calls would gain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gain {
    /// Of a call, on average: the wait for a connection less what calls at once take longer than single ones.
    pub(crate) saving: Duration,
    /// How much that is of a call.
    pub(crate) severity: Severity,
    /// What the calls of the baseline wait for a connection.
    pub(crate) queue: Times,
    /// What calls at once on one connection take.
    pub(crate) together: Times,
    /// What single ones take on a kept connection.
    pub(crate) single: Times,
}

/// What calls would gain from HTTP/2; `None` when nothing is to be gained, or nobody asked.
pub(crate) fn gain(facts: &Facts) -> Option<Gain> {
    let queue = waiting(facts)?;
    let side_by_side = |call: &&Exchange| {
        let used = call.connection.as_ref();
        used.is_some_and(|used| used.protocol == Protocol::Http2)
    };
    let together: Times = on(&facts.survey.together, Connection::Reused)
        .filter(side_by_side)
        .map(held)
        .collect();
    let single: Times = on(&facts.survey.warm, Connection::Reused)
        .map(held)
        .collect();
    let longer = together.clearly_above(&single).unwrap_or_default();
    let p50 = facts.p50()?;
    let saving = queue.mean()?.saturating_sub(longer).min(p50);
    let severity = worth::severity(saving, p50)?;
    together.is_enough().then_some(Gain {
        saving,
        severity,
        queue,
        together,
        single,
    })
}
