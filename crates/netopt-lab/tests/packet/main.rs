//! The packet link against the running kernel: what the path promises is what sockets see.
//!
//! Where rooms cannot be made (no root, no TUN), each test says so on stderr and does nothing. A run in which the lab
//! itself was late does not count and is made again, a bounded number of times.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot set its scene has failed, or says why it was skipped"
)]

mod cross;
mod delay;
mod facts;
mod guest;
mod loss;
mod origins;
mod rate;
mod refusal;
mod scene;
mod stream;
