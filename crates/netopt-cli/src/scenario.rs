//! Scenarios as an exam: builds the world of a file, runs the line in it, and judges what came of it.
//!
//! What runs is the line of `netopt optimize`, unchanged and in this process; the judge sees what a user would see, and
//! the answer key. Truth comes from the file alone. A run in which the lab or the load generator was late is void: it is
//! tried again, and never counts as a pass. What this leaves alone: files, and how results look.

mod job;
mod judge;
mod run;
mod score;
mod support;
mod world;

pub(crate) use run::{Mark, Run, sit};
pub(crate) use score::{Case, Exam, Score, Share, Standing};
pub(crate) use support::unsupported;
