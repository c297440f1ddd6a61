//! The vocabulary that all of netopt speaks, and the models behind its numbers.
//!
//! ```text
//! Exchange ──▶ NetworkMetrics ──▶ Finding ──▶ Change / Plan ──▶ Verdict
//! one call     many calls         what, why   what to do        does it help
//! ```
//!
//! This crate has no I/O, no async code, no clock and no source of randomness (times and seeds are arguments), so every
//! crate can stand on it and every law in it can be tested. It is no place for helpers: what has one user lives with that user.

pub mod arrivals;
pub mod asked;
pub mod change;
pub mod encoding;
pub mod exchange;
pub mod finding;
pub mod histogram;
pub mod journey;
pub mod metric;
pub mod metrics;
pub mod misfit;
pub mod model;
pub mod names;
pub mod opening;
pub mod outcome;
pub mod path;
pub mod phase;
pub mod plan;
pub mod sim;
pub mod stamps;
pub mod target;
pub mod unit;
pub mod verdict;
pub mod workload;

/// The examples of the page on the theory.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/theory.md")]
struct TheoryPage;
