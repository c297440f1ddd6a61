//! `netopt` against servers and clients that it did not bring along: nginx and curl as Debian ships them, certificates
//! by openssl, echoes by socat and by the websockets of Python.
//!
//! The lab proves that the tool finds what was planted by the same hands. Here others built the server, wrote the log
//! that counts our calls, and timed the same phases. Everything is on loopback, in folders of its own, and without root;
//! the system's own nginx is never touched. What it leaves alone: the statistics, which have tests of their own.
//!
//! The tests take turns, because two of them at once would measure each other.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on should say where and stop, and `--nocapture` shows what curl and netopt measured"
)]

mod agreement;
mod closing_server;
mod curl;
mod dnsmasq;
mod folder;
mod healthy;
mod lab_origin;
#[cfg(target_os = "linux")]
mod lab_run;
mod netopt;
mod nginx;
mod process;
mod reuse;
mod socat;
mod tls;
mod websockets;

use std::sync::{Mutex, MutexGuard, PoisonError};

static TURN: Mutex<()> = Mutex::new(());

/// Waits until no other test runs; the machine is the holder's alone.
fn turn() -> MutexGuard<'static, ()> {
    // Whoever failed during a turn left nothing behind that matters here.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
