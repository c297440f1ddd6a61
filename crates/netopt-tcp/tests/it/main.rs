//! Real sockets on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod connect;
mod datagram;
#[cfg(target_os = "linux")]
mod info;
mod names;
mod options;
#[cfg(target_os = "linux")]
mod options_table;
#[cfg(target_os = "linux")]
mod stamps;
mod race;
mod transfer;
