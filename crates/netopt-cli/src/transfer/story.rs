//! What became of the runs: all that a renderer needs.

use std::net::SocketAddr;

use netopt_core::model::responsiveness::Draft;
use netopt_tcp::transfer::{Ended, Report, Way};

/// All runs that were begun.
#[derive(Debug)]
pub(crate) struct Story {
    /// As the user named it, or where our own server listened.
    pub(crate) target: String,
    /// The address that was used.
    pub(crate) peer: SocketAddr,
    /// Whether the other end was in this process, on loopback.
    pub(crate) is_own: bool,
    /// Whether it was about latency under load, and by which version of the formula.
    pub(crate) draft: Option<Draft>,
    /// The runs, in their order.
    pub(crate) told: Vec<Told>,
    /// Whether every run that was asked for came to its end.
    pub(crate) is_complete: bool,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) report: Report,
    /// The direction under load, when it was about latency under load.
    pub(crate) loaded: Option<Way>,
}

impl Story {
    /// What broke, if anything did.
    pub(crate) fn broken(&self) -> Option<&netopt_tcp::transfer::Error> {
        self.told.iter().find_map(|told| match &told.report.ended {
            Ended::Broken(error) => Some(error),
            Ended::Complete | Ended::Stopped => None,
        })
    }
}
