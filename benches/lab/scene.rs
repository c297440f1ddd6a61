//! Links, sockets in their rooms, and how much work to make.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use netopt_core::unit::BitRate;
use netopt_lab::packet::{PacketLink, Room, RoomSpec};
use netopt_lab::path::{Limit, PathSpec, Rate, WaySpec};
use socket2::SockRef;

/// A wait beyond anything that is measured here.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a socket may hold while its reader does something else, in bytes.
const BUFFER: usize = 4 * 1024 * 1024;

/// Why there can be no rooms here.
pub(crate) fn missing() -> Option<String> {
    let error = PacketLink::start(&PathSpec::default(), &RoomSpec::default()).err()?;
    Some(error.to_string())
}

/// The kernel and what else is going on.
pub(crate) fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "kernel {}, {cores} processors, load {}",
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").trim()
    )
}

/// A path of the same kind both ways, with a queue of a bandwidth-delay product but at least 140 packets.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a product of small positive numbers"
)]
pub(crate) fn path(rtt: Duration, mbit: Option<f64>) -> PathSpec {
    let mut way = WaySpec {
        delay: rtt / 2,
        ..WaySpec::default()
    };
    if let Some(rate) = mbit.and_then(|mbit| BitRate::from_bps(mbit * 1e6)) {
        way.rate = Rate::Fixed(rate);
        let product = rtt.as_secs_f64() * rate.bps() / 8.0;
        way.queue.limit = Limit::Packets(((product / 1500.0) as usize).max(140));
    }
    PathSpec::symmetric(way)
}

/// A link of that path.
pub(crate) fn link(path: &PathSpec) -> PacketLink {
    PacketLink::start(path, &RoomSpec::default()).expect("one was made before")
}

/// A datagram socket in a room.
pub(crate) fn datagrams(room: &Room, address: SocketAddr) -> UdpSocket {
    let bind = || UdpSocket::bind(address).expect("the port is free in a fresh room");
    let socket = room.within(bind).expect("the room can be entered");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let buffer = SockRef::from(&socket).set_recv_buffer_size(BUFFER);
    buffer.expect("the kernel takes it and gives what it allows");
    socket
}

/// A pair of connected datagram sockets, near and far.
pub(crate) fn pair(link: &PacketLink, near: SocketAddr, far: SocketAddr) -> [UdpSocket; 2] {
    let ends = [datagrams(link.near(), near), datagrams(link.far(), far)];
    ends[0].connect(far).expect("an address of the room");
    ends[1].connect(near).expect("an address of the room");
    ends
}

/// A pair over the link itself.
pub(crate) fn over(link: &PacketLink) -> [UdpSocket; 2] {
    let at = |room: &Room| SocketAddr::from((room.address(), 7000));
    pair(link, at(link.near()), at(link.far()))
}

/// The value below which the share `q` of `sorted` lies.
pub(crate) fn quantile(sorted: &[Duration], q: f64) -> Duration {
    let above = |at: &usize| (*at as f64) < q * (sorted.len() - 1) as f64;
    sorted[(0..sorted.len()).find(|at| !above(at)).unwrap_or(0)]
}

/// In microseconds, with its sign.
pub(crate) fn micros(time: Duration, asked: Duration) -> f64 {
    (time.as_secs_f64() - asked.as_secs_f64()) * 1e6
}
