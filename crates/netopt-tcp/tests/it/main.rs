//! Real sockets on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod connect;
mod options;
