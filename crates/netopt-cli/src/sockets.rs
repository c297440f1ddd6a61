//! What `netopt probe --sockets` and `--pid` watch: the TCP connections of this machine, or of one process.
//!
//! Decisions:
//!
//! - **Looking only.** The kernel is asked a few times; nothing is sent, and no connection notices.
//! - **Intervals, not lifetimes.** What a connection did while it was watched counts. An hour of idling before says nothing.
//! - **Joined by cookie.** Ports are used again; the kernel's cookie is not.
//! - **One cause each.** The first that fits, the gravest first, so that nothing is told twice.
//!
//! What it leaves alone: measuring (that is the probe of a target), and changing anything.

mod cause;
mod connection;
mod course;
mod fill;
mod owners;
#[cfg(test)]
pub(crate) mod scene;
mod sentence;
mod summary;
mod watch;

pub(crate) use cause::Cause;
pub(crate) use connection::Connection;
pub(crate) use owners::Owner;
pub(crate) use summary::{counts, retransmitters, summary};
pub(crate) use watch::{Subject, Watched, watch};
