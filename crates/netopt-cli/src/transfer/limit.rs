//! What limited a direction of a run, told from the kernel's view of its senders.

use netopt_tcp::transfer::{Report, Way};

/// What limited a direction.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The word for it.
    pub(crate) name: String,
    /// How far to trust it.
    pub(crate) confidence: String,
    /// What limits, by which figure, and what to do about it.
    pub(crate) sentence: String,
}

/// What limited that direction; `None` where the sender's kernel was not heard.
pub(crate) fn of(_report: &Report, _way: Way) -> Option<Limit> {
    None
}
