//! The command as its users meet it: the binary is run, against servers on loopback whose faults are known.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set its scene has failed, or says why it was skipped"
)]

mod bad_peers;
mod command;
mod lab;
mod manual;
mod model;
mod probe;
mod scenario;
#[cfg(target_os = "linux")]
mod sockets;
mod transfer;
