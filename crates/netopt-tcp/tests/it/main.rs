//! Real sockets on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod connect;
mod datagram;
#[cfg(target_os = "linux")]
mod diag;
#[cfg(target_os = "linux")]
mod fast_open;
#[cfg(target_os = "linux")]
mod info;
mod names;
mod options;
#[cfg(target_os = "linux")]
mod options_table;
mod race;
#[cfg(target_os = "linux")]
mod stamps;
mod transfer;
