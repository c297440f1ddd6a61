//! Controlled experiments: does this change make it faster?
//!
//! Two runs one after the other answer nothing: the network drifts, and two copies of one system measured that way differ
//! by tens of percent. A trial therefore runs every arm in every round, in random order, together with a second copy of the
//! baseline, and judges by statistics that may be looked at after every round. The decisions behind it:
//!
//! - **The block is the unit**, never the request: requests share queues, caches and weather. A round gives one number an arm.
//! - **The order is the assumption.** The sign e-process and the sign-flip test need only that the order inside a round was
//!   random, so drift, autocorrelation and heavy tails cost power, not honesty.
//! - **Size and evidence must agree.** The e-process says that there is a difference, an interval says how large; a verdict
//!   needs both, and an effect beyond the A/A floor and the practical threshold.
//! - **No floor, no verdict.** The judge takes an [`stats::floor::AaFloor`], which only the A/A arm can give.
//! - **Screening picks, confirmation reports.** The winner of many looks better than it is; [`design::Design::confirmation`]
//!   runs the plan that will be applied on fresh data, and that figure is the result.
//!
//! ```
//! use netopt_core::metric::Metric;
//! use netopt_trial::{block::BlockResult, design::Design, session::Session};
//!
//! let design = Design::builder(7, Metric::P50, "today").candidate("pool of 16").build()?;
//! let mut session = Session::new(design);
//! while let Some(block) = session.next() {
//!     // Here a runner sends the requests of this block to the arm; the session only sees what came of it.
//!     let latencies = (1..=100).map(std::time::Duration::from_millis).collect();
//!     session.record(block, BlockResult::of_latencies(latencies))?;
//! }
//! assert_eq!(session.verdicts().len(), 1);
//! # Ok::<(), netopt_trial::error::Error>(())
//! ```
//!
//! Session and judge know no protocol, no clock and no system randomness: blocks and seeds go in, verdicts come out. Only the
//! [`runner`] waits, for the calls that it lets the load driver make.

pub mod block;
pub mod confirm;
pub mod design;
pub mod error;
pub mod judge;
pub mod runner;
pub mod seed;
pub mod session;
pub mod stats;

/// The examples of the page on the statistics, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/statistics.md")]
struct StatisticsPage;
