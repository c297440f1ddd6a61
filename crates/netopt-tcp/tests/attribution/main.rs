//! What limits a transfer, told from the sender's kernel and held against a link that knows.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot set its scene has failed, or says why it was skipped"
)]

mod cases;
mod proof;
mod scene;
mod transfer;
