//! The whole line as its users meet it: optimize and diagnose against servers whose faults are known.
//!
//! These tests measure, so they run one after the other: each takes the [`turn`](crate::run::turn) first.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set its scene has failed"
)]

mod asking;
mod findings;
mod manners;
mod run;
mod scenario;
mod tails;
mod usage;
