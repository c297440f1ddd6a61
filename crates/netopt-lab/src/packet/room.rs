//! One end of a packet link: a network namespace with loopback and a TUN device, and ways to get into it.
//!
//! A namespace belongs to threads, so everything here is about threads: [`Room::enter`] moves the calling one, for good;
//! [`Room::within`] borrows one; [`Room::runtime`] makes a runtime whose threads are all inside. A socket stays in the
//! room in which it was made, whoever uses it.
//!
//! The namespace has no name. It lives as long as somebody holds a descriptor of it or is in it, so nothing is left
//! behind however the process ends. What it leaves alone: packets, programs.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::runtime::{Builder, Runtime};

use super::error::{Error, Step};
use super::kernel::{self, Setting};
use super::{FAR, NEAR, route};

/// The name of the device in each room.
const DEVICE: &str = "lab0";

/// The largest packet, that of Ethernet.
pub const MTU: u16 = 1500;

/// What may wait in the kernel until the forwarder reads it. With the usual 500 packets a burst of a large window gets
/// lost before the link has seen it.
const DEVICE_QUEUE: u16 = 20_000;

/// The two ends are the only hosts of their network.
const NETMASK: Ipv4Addr = Ipv4Addr::new(255, 255, 255, 252);

/// A network namespace at one end of a packet link.
#[derive(Debug, Clone)]
pub struct Room {
    address: Ipv4Addr,
    namespace: Arc<OwnedFd>,
}

/// What is set in a room besides its address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomSpec {
    /// The congestion control of new connections, such as `cubic`. Where the machine does not allow it as a default, the
    /// route has it, and then it overrules what a program asks for. Default: that of the machine.
    pub congestion_control: Option<String>,
}

impl Room {
    /// Makes a namespace with the address, and the device that leads out of it.
    pub(super) fn build(address: Ipv4Addr, spec: &RoomSpec) -> Result<(Self, File), Error> {
        thread::scope(|scope| {
            let building = thread::Builder::new()
                .name("lab-room".to_owned())
                .spawn_scoped(scope, || build_here(address, spec))
                .map_err(Error::at(Step::Thread))?;
            building
                .join()
                .expect("making a namespace panics on nothing")
        })
    }

    /// The address of this end.
    #[must_use]
    pub const fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Moves the calling thread into the room, for the rest of its life.
    ///
    /// Sockets that the thread made before stay where they are.
    ///
    /// # Errors
    /// When the caller is not allowed to change namespaces.
    pub fn enter(&self) -> io::Result<()> {
        let kind = Some(LinkNameSpaceType::Network);
        move_into_link_name_space(self.namespace.as_fd(), kind).map_err(io::Error::from)
    }

    /// Runs `work` on a thread inside the room and returns what it returns.
    ///
    /// # Errors
    /// When there is no thread or it cannot enter.
    ///
    /// # Panics
    /// When `work` does.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        thread::scope(|scope| {
            let inside = thread::Builder::new()
                .name("lab-inside".to_owned())
                .spawn_scoped(scope, || self.enter().map(|()| work()))?;
            match inside.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// A runtime with `workers` threads, all inside the room: spawn on it what shall live there.
    ///
    /// `Runtime::block_on` runs its future on the calling thread, which is inside only if it entered.
    ///
    /// # Errors
    /// When there are no threads, or they cannot enter.
    ///
    /// # Panics
    /// In a thread of the runtime that cannot enter although one just did.
    pub fn runtime(&self, workers: usize) -> io::Result<Runtime> {
        // Tried here, because a thread that fails to enter has nobody to tell.
        self.within(|| ())?;
        let room = self.clone();
        Builder::new_multi_thread()
            .worker_threads(workers.max(1))
            .thread_name("lab-inside")
            .on_thread_start(move || room.enter().expect("another thread entered before"))
            .enable_all()
            .build()
    }
}

/// Turns the calling thread's network into a room.
fn build_here(address: Ipv4Addr, spec: &RoomSpec) -> Result<(Room, File), Error> {
    kernel::leave_network().map_err(Error::at(Step::Network))?;
    let namespace = File::open("/proc/thread-self/ns/net").map_err(Error::at(Step::Network))?;
    settle()?;
    let tun = File::options()
        .read(true)
        .write(true)
        .open("/dev/net/tun")
        .and_then(|tun| kernel::attach(tun.as_fd(), DEVICE).map(|()| tun))
        .map_err(Error::at(Step::Device))?;
    rustix::io::ioctl_fionbio(&tun, true).map_err(|e| Error::new(Step::Device, e.into()))?;
    wire(address).map_err(Error::at(Step::Interface))?;
    if let Some(name) = &spec.congestion_control {
        choose(name, address)?;
    }
    let room = Room {
        address,
        namespace: Arc::new(namespace.into()),
    };
    Ok((room, tun))
}

/// The settings of the calling thread's own network.
fn settle() -> Result<(), Error> {
    // What one connection learnt must not help or hurt the next: arms of an experiment share the room.
    write("ipv4/tcp_no_metrics_save", "1")?;
    // The device would announce itself to IPv6 routers that are not there. A kernel without IPv6 has no such file.
    write("ipv6/conf/default/disable_ipv6", "1").ok();
    Ok(())
}

/// Gives new connections a congestion control: as the default, or where that is not allowed, along the route to the
/// other end.
fn choose(name: &str, address: Ipv4Addr) -> Result<(), Error> {
    let Err(error) = write("ipv4/tcp_congestion_control", name) else {
        return Ok(());
    };
    if !error.is_forbidden() {
        return Err(error);
    }
    let other = if address == NEAR { FAR } else { NEAR };
    route::add(other, DEVICE, name).map_err(|cause| setting("congestion control", name, &cause))
}

fn write(name: &str, value: &str) -> Result<(), Error> {
    fs::write(format!("/proc/sys/net/{name}"), value).map_err(|cause| setting(name, value, &cause))
}

fn setting(name: &str, value: &str, cause: &io::Error) -> Error {
    let text = format!("{name} = {value}: {cause}");
    Error::new(Step::Settings, io::Error::new(cause.kind(), text))
}

/// Brings up loopback and the device.
fn wire(address: Ipv4Addr) -> io::Result<()> {
    // Any socket of the namespace will do to talk about its interfaces.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let set = |name: &str, setting| kernel::set(socket.as_fd(), name, setting);
    set("lo", Setting::Up)?;
    set(DEVICE, Setting::Address(address))?;
    set(DEVICE, Setting::Netmask(NETMASK))?;
    set(DEVICE, Setting::Mtu(MTU))?;
    // Only root of the machine may, not root of a user namespace; then bursts of a large window are lost before the link.
    set(DEVICE, Setting::QueueLength(DEVICE_QUEUE)).ok();
    set(DEVICE, Setting::Up)
}
