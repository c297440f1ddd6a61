//! What the cache tells to a recorder of metrics.

use metrics::Counter;
use netopt_core::journey::CacheUse;
use netopt_core::names;

use crate::layers::telemetry::counter_of;

/// The handles of one layer.
#[derive(Debug)]
pub(super) struct Counts([Counter; CacheUse::ALL.len()]);

impl Counts {
    pub(super) fn new() -> Self {
        Self(CacheUse::ALL.map(|how| counter_of(&names::CACHE, how.name())))
    }

    pub(super) fn count(&self, how: CacheUse) {
        self.0[how as usize].increment(1);
    }
}
