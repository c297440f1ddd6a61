//! The socket on which the kernel is asked: a netlink socket of its own for each listing.

use std::io;
use std::time::Duration;

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with,
};

use super::dump::Dump;
use super::filter::Filter;
use super::request::{Family, encode};

/// The kernel puts at most 32 KiB into a datagram of a listing.
const DATAGRAM: usize = 64 * 1024;

/// The kernel answers at once; one that does not in this time never will.
const PATIENCE: Duration = Duration::from_secs(5);

/// A socket has one question, so any number tells its answers apart.
const SEQUENCE: u32 = 1;

/// Asks for the listing of a family, and keeps at most `room` sockets of it.
pub(super) fn dump(family: Family, filter: &Filter, room: usize) -> io::Result<Dump> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    // Connected to the kernel, so that nobody else can answer.
    connect(&socket, &SocketAddrNetlink::new(0, 0))?;
    rustix::net::sockopt::set_socket_timeout(
        &socket,
        rustix::net::sockopt::Timeout::Recv,
        Some(PATIENCE),
    )?;
    send(
        &socket,
        &encode(family, filter, SEQUENCE),
        SendFlags::empty(),
    )?;
    let mut dump = Dump::new(SEQUENCE, *filter, room);
    let mut buffer = vec![0; DATAGRAM];
    while !dump.is_done() {
        let received = recv(&socket, buffer.as_mut_slice(), RecvFlags::TRUNC);
        let (filled, length) = match received {
            Err(rustix::io::Errno::INTR) => continue,
            received => received?,
        };
        dump.take(&buffer[..filled], length)?;
    }
    Ok(dump)
}
