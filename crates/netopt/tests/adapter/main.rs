//! A plan applied to reqwest: each knob that is taken is seen by an origin, and each that is not is told.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod calls;
mod layers;
mod names;
mod page;
mod pool;
mod protocol;
mod scene;
#[cfg(target_os = "linux")]
mod socket;
