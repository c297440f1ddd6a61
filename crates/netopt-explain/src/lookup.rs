//! When the lookup of a name is slow, and whether the client can do something about it.
//!
//! Two audits need it: the one of the resolver, and the one of connections that are not reused, which leaves to the first
//! what the client can cure by itself.

use std::time::Duration;

use crate::facts::Facts;

/// A lookup from here on is slow: a resolver in the same network answers from its cache in about a millisecond.
pub(crate) const SLOW: Duration = Duration::from_millis(3);

/// The proposed time to keep addresses: short enough that a move of the service is seen within a minute.
pub(crate) const PROPOSED_TTL: Duration = Duration::from_secs(60);

/// True when the client does not keep addresses for as long as it could.
pub(crate) fn is_curable(facts: &Facts) -> bool {
    facts.settings().dns_cache_ttl < PROPOSED_TTL
}
