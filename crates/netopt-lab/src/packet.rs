//! The packet link: a real kernel-TCP path between two network namespaces, with a distance, a rate, a queue and loss.
//!
//! Linux, as root or in a user namespace that may open `/dev/net/tun`. Two [`Room`]s are namespaces of their own with
//! a TUN device each; one thread carries the packets between the devices through a [`Way`](crate::path::Way) for each
//! direction. Both ends have the kernel's own TCP, so windows, congestion control, retransmissions and `TCP_INFO` are
//! what they are on a real path. Decisions:
//!
//! - **TUN, not a pair of virtual Ethernets.** The kernel cuts segments to size before it hands them over and finishes
//!   their checksums, so a packet of the model is a packet on a wire.
//! - **Namespaces without names.** They live by the descriptors and threads in them. Nothing is left when the process is
//!   gone, by whatever end.
//! - **One thread without a runtime.** It sleeps by the kernel's high-resolution timer, learns how late that wakes it, and
//!   asks for less.
//! - **No memory between connections.** Rooms do not save TCP metrics, or the second arm of an experiment would begin
//!   with what the first one learnt.
//!
//! Addresses are of 198.18.0.0/15, which RFC 2544 keeps for benchmarks; they exist in the rooms only. What it leaves
//! alone: IPv6, and a way out of the rooms.

mod error;
mod forwarder;
mod gate;
mod guest;
mod kernel;
mod room;
mod route;
mod sleeper;
mod truth;
mod wakes;

use std::io::{self, PipeWriter};
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use netopt_core::unit::Ratio;

use crate::path::PathSpec;
pub use error::Error;
use error::Step;
use forwarder::Forwarder;
pub use gate::Gate;
pub use guest::{Guest, become_root_of_own_users};
pub use room::{MTU, Room, RoomSpec};
use truth::Log;
pub use truth::{BUSIEST, Truth, Void};

/// The address of the near end, where clients are.
pub const NEAR: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// The address of the far end, where servers are.
pub const FAR: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);

/// A running packet link. Dropping it ends the forwarder; the rooms go when nobody is in them any more.
#[derive(Debug)]
pub struct PacketLink {
    near: Room,
    far: Room,
    log: Arc<Mutex<Log>>,
    over: Option<PipeWriter>,
    forwarding: Option<JoinHandle<()>>,
}

impl PacketLink {
    /// Makes two rooms and joins them by `path`.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when the path has a value out of its range; [`Error::is_missing_here`] when the machine or
    /// the user lacks what it takes.
    pub fn start(path: &PathSpec, rooms: &RoomSpec) -> Result<Self, Error> {
        path.check().map_err(Error::of_path)?;
        let (near, near_device) = Room::build(NEAR, rooms)?;
        let (far, far_device) = Room::build(FAR, rooms)?;
        let (hung_up, over) = io::pipe().map_err(Error::at(Step::Thread))?;
        let devices = [near_device, far_device].map(OwnedFd::from);
        let forwarder = Forwarder::new(devices, path, hung_up).map_err(Error::at(Step::Device))?;
        let log = forwarder.log();
        let forwarding = thread::Builder::new()
            .name("lab-forwarder".to_owned())
            .spawn(move || forwarder.run())
            .map_err(Error::at(Step::Thread))?;
        Ok(Self {
            near,
            far,
            log,
            over: Some(over),
            forwarding: Some(forwarding),
        })
    }

    /// The near end, where clients are.
    #[must_use]
    pub const fn near(&self) -> &Room {
        &self.near
    }

    /// The far end, where servers are.
    #[must_use]
    pub const fn far(&self) -> &Room {
        &self.far
    }

    /// What the link did until now, at most a twentieth of a second ago.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let [up, down] = log.ways.clone();
        let busy = Ratio::new(log.busy.as_secs_f64() / log.elapsed.as_secs_f64());
        Truth {
            up,
            down,
            lateness: log.lateness.clone(),
            refused: log.refused,
            broken: log.broken,
            elapsed: log.elapsed,
            busy: busy.filter(|_| log.elapsed > Duration::ZERO),
        }
    }

    /// Ends the link and says what it did to the very end.
    #[must_use]
    pub fn finish(mut self) -> Truth {
        self.end();
        self.truth()
    }

    fn end(&mut self) {
        drop(self.over.take());
        if let Some(forwarding) = self.forwarding.take() {
            // A forwarder that panicked has said so already.
            forwarding.join().ok();
        }
    }
}

impl Drop for PacketLink {
    fn drop(&mut self) {
        self.end();
    }
}
