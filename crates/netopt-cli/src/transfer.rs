//! What `netopt transfer` does: from arguments to specs, from specs to finished runs.
//!
//! What it leaves alone: how bytes move (`netopt_tcp::transfer`), and how it looks (`render`).

mod finding;
mod job;
mod limit;
mod story;

pub(crate) use finding::sentence;
pub(crate) use job::{Job, Run, read};
pub(crate) use limit::of as limit;
pub(crate) use story::{Story, Told};
