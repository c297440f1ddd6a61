//! What the retries tell to a recorder of metrics.

use metrics::{Counter, Histogram};
use netopt_core::names;

use super::policy::GaveUp;
use crate::layers::telemetry::{counter_of, histogram};

/// The handles of one layer.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) first: Counter,
    pub(super) retries: Counter,
    pub(super) delays: Histogram,
    given_up: [Counter; GaveUp::ALL.len()],
}

impl Counts {
    pub(super) fn new() -> Self {
        Self {
            first: counter_of(&names::ATTEMPTS, "first"),
            retries: counter_of(&names::ATTEMPTS, "retry"),
            delays: histogram(&names::RETRY_DELAY),
            given_up: GaveUp::ALL.map(|why| counter_of(&names::GIVEN_UP, why.name())),
        }
    }

    pub(super) fn gave_up(&self, why: GaveUp) {
        self.given_up[why as usize].increment(1);
    }
}
