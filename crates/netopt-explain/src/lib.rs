//! From measured facts to findings: what makes these calls slow, how we know, and what would help.
//!
//! ```text
//! Facts ──▶ AUDITS ──▶ Vec<Finding> ──▶ primary
//! measured   pure        ranked          the root cause
//! ```
//!
//! Decisions:
//!
//! - **An audit is a pure function.** No I/O, no clock, no randomness: the same facts give the same findings, and every
//!   threshold is a named constant with its reason.
//! - **Unknown is not zero.** An audit without its facts says which ones are missing; it does not guess.
//! - **An estimate is not a result.** What a change would save is a model's word, marked as a hypothesis. Only a trial
//!   turns it into more, and the words for that are not used here.
//! - **No time is claimed twice.** Stalls, queues and hidden paths are taken off before the rest is called the server's
//!   work, so two audits do not fire for the same milliseconds.
//!
//! The entry points are [`explain`] and [`typical`]; measuring, trying and applying are the business of other crates.

pub mod audit;
mod audits;
pub mod bbr;
pub mod breakdown;
mod breaks;
pub mod catalogue;
mod course;
pub mod crowd;
mod evidence;
pub mod facts;
mod handshake;
mod heads;
mod line;
mod lookup;
pub mod multiplexing;
mod openings;
mod own_bulk;
mod placed;
mod processing;
pub mod queuing;
pub mod rank;
pub mod round_trip;
pub mod stall;
mod standing;
mod tail;
mod upload;
mod visible;
#[cfg(test)]
mod worlds;
pub mod worth;

use netopt_core::finding::Finding;

pub use breakdown::typical;
pub use catalogue::AUDITS;
pub use facts::{Asking, Baseline, BodySample, Crowd, Facts, Survey};
pub use heads::LONG_HEAD;
pub use rank::{primary, rank};

/// Runs all audits and ranks what they say.
///
/// The findings are hypotheses, or *not measured* with the facts that were missing. After a trial has added its verdicts,
/// [`rank()`] sorts them again.
#[must_use]
pub fn explain(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = AUDITS.iter().filter_map(|audit| audit.run(facts)).collect();
    rank(&mut findings, facts.p50());
    findings
}

#[cfg(test)]
mod tests;
