//! When the lookup of a name is slow, and whether the client can do something about it.
//!
//! Three audits need it: those of the resolver and of short lifetimes, and the one of connections that are not reused,
//! which leaves to the first two what the client can cure by itself.

use std::time::Duration;

use crate::facts::{Facts, Times};
use crate::openings;

/// A lookup from here on is slow: a resolver in the same network answers from its cache in about a millisecond.
pub(crate) const SLOW: Duration = Duration::from_millis(3);

/// The proposed time to keep addresses: short enough that a move of the service is seen within a minute.
pub(crate) const PROPOSED_TTL: Duration = Duration::from_secs(60);

/// The proposed time to serve an expired answer while it is asked for again: a resolver that fails for that long is
/// somebody's alarm. RFC 8767 §5 allows up to three days.
pub(crate) const PROPOSED_STALE: Duration = Duration::from_secs(300);

/// An answer that fewer calls than this share is not worth keeping.
const LEAST_SHARED: f64 = 2.0;

/// The typical lifetime of the answers, when keeping them for it does not help: they expire before enough calls have
/// come, or the client keeps them already.
pub(crate) fn expires_too_soon(facts: &Facts) -> Option<Duration> {
    let lifetimes: Times = openings::made(facts)
        .filter_map(|made| made.lifetime)
        .collect();
    let lifetime = lifetimes.p50().filter(|time| *time < PROPOSED_TTL)?;
    let window = facts.baseline.window.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate of a count")]
    let rate = facts.answered().count() as f64 / window;
    let shared = rate * lifetime.as_secs_f64();
    let kept = facts.settings().dns.cache_ttl;
    let keeps = !kept.is_zero() && kept >= lifetime;
    (keeps || shared < LEAST_SHARED).then_some(lifetime)
}

/// True when the client could spare lookups: by keeping addresses for longer, or by serving stale ones.
pub(crate) fn is_curable(facts: &Facts) -> bool {
    let settings = facts.settings();
    if expires_too_soon(facts).is_some() {
        settings.dns.serve_stale.is_zero()
    } else {
        settings.dns.cache_ttl < PROPOSED_TTL
    }
}
