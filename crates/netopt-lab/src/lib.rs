//! Worlds with known truth: origins with planted faults behind an emulated link.
//!
//! A tool that explains why calls are slow has to be examined where the answer is known. This crate builds such places
//! on loopback, without root: an HTTP [`origin`] and [`raw`] servers below HTTP with faults of the server's side, a stream
//! [`link`] that adds distance and a bottleneck rate, a [`dns`] server that answers late, and a [`world`] that puts them
//! together and says what was planted. A [`Server`] is any of the origins, for whoever need not know
//! which; [`scenario`] reads such worlds, with their answer keys, from files.
//!
//! What it leaves alone: it never measures, it knows no client, and no production crate but the command line may depend
//! on it. Everything runs in real time (real sockets, kernel buffers, the monotonic clock); a paused test clock has no
//! power here.
//!
//! Every server owns its tasks and threads and ends them when it is dropped.

mod acceptor;
mod alarm;
mod black_hole;
#[cfg(target_os = "linux")]
mod cross;
mod dist;
pub mod dns;
pub mod lateness;
pub mod link;
pub mod origin;
#[cfg(target_os = "linux")]
pub mod packet;
pub mod path;
pub mod raw;
pub mod scenario;
mod server;
pub mod socket;
mod tls;
mod traffic;
mod work;
pub mod world;

pub use black_hole::BlackHole;
#[cfg(target_os = "linux")]
pub use cross::{Carried, CrossTraffic};
pub use dns::{NameServer, NameServerSpec};
pub use link::{LinkSpec, StreamLink};
pub use origin::{Origin, OriginSpec};
pub use path::PathSpec;
pub use raw::{RawServer, RawSpec};
pub use scenario::Scenario;
pub use server::{Server, ServerSpec};
pub use traffic::Traffic;
pub use world::{Planted, Side, World, WorldSpec};

/// Everything that is wrong with a spec, in one line.
fn refuse(wrong: &[String]) -> std::io::Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    let line = wrong.join("; ");
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, line))
}
