//! Real sockets on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod connect;
#[cfg(target_os = "linux")]
mod info;
mod options;
mod transfer;
