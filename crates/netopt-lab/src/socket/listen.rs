//! Sockets to be reached at, with their buffers and backlog set before anybody can connect.
//!
//! Accepted connections inherit the buffers of the listening socket, and the window scale is chosen during the handshake
//! from what is set then (RFC 7323 section 2.3), so later would be too late. A size that the host cuts down is an error:
//! a lab must not say what is not so.
//!
//! A socket belongs to the network namespace of the thread that makes it, and that is the thread that calls here; nothing
//! is handed to a blocking pool. What it leaves alone: accepting.

use std::io;
use std::net::SocketAddr;

use netopt_core::unit::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::SocketSpec;

/// Linux grants twice what is asked for and counts its own bookkeeping in (socket(7)).
const GRANTED: u64 = if cfg!(target_os = "linux") { 2 } else { 1 };

/// Listens for TCP connections at `address`.
#[expect(
    clippy::unused_async,
    reason = "it needs the runtime of whoever awaits it, and says so by being awaited"
)]
pub(crate) async fn tcp(address: SocketAddr, spec: &SocketSpec) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // As tokio and std do: a restarted server need not wait for old connections to be forgotten.
    socket.set_reuse_address(true)?;
    set_buffers(&socket, spec)?;
    if let Some(name) = &spec.congestion_control {
        choose(&socket, name)?;
    }
    socket.bind(&address.into())?;
    socket.listen(i32::from(spec.backlog))?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Takes UDP datagrams at `address`.
#[expect(clippy::unused_async, reason = "as for TCP")]
pub(crate) async fn udp(address: SocketAddr, spec: &SocketSpec) -> io::Result<UdpSocket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    set_buffers(&socket, spec)?;
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket.into())
}

fn set_buffers(socket: &Socket, spec: &SocketSpec) -> io::Result<()> {
    if let Some(asked) = spec.rcvbuf {
        socket.set_recv_buffer_size(whole(asked))?;
        granted(
            asked,
            socket.recv_buffer_size()?,
            "rcvbuf",
            "net.core.rmem_max",
        )?;
    }
    if let Some(asked) = spec.sndbuf {
        socket.set_send_buffer_size(whole(asked))?;
        granted(
            asked,
            socket.send_buffer_size()?,
            "sndbuf",
            "net.core.wmem_max",
        )?;
    }
    Ok(())
}

/// Accepted connections inherit it, as they do the buffers.
fn choose(socket: &Socket, name: &str) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    let chosen = socket.set_tcp_congestion(name.as_bytes());
    #[cfg(not(target_os = "linux"))]
    let chosen: io::Result<()> = {
        let _ = socket;
        Err(io::ErrorKind::Unsupported.into())
    };
    chosen.map_err(|cause| {
        let line = format!("congestion control {name} is not to be had on this host: {cause}");
        io::Error::new(cause.kind(), line)
    })
}

fn whole(size: Bytes) -> usize {
    usize::try_from(size.get()).unwrap_or(usize::MAX)
}

/// Whether the host has given what was asked for.
fn granted(asked: Bytes, given: usize, name: &str, limit: &str) -> io::Result<()> {
    let given = Bytes::new(given as u64 / GRANTED);
    if given >= asked {
        return Ok(());
    }
    let line = format!("{name} {asked} is above {given}, the most this host allows ({limit})");
    Err(io::Error::new(io::ErrorKind::InvalidInput, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(rcvbuf: u64, sndbuf: u64) -> SocketSpec {
        SocketSpec {
            rcvbuf: Some(Bytes::new(rcvbuf)),
            sndbuf: Some(Bytes::new(sndbuf)),
            ..SocketSpec::default()
        }
    }

    fn anywhere() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn connections_inherit_the_buffers() {
        let listener = tcp(anywhere(), &asking(16_000, 20_000)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connect = tokio::net::TcpStream::connect(address);
        let (accepted, connected) = tokio::join!(listener.accept(), connect);
        drop(connected.unwrap());
        let accepted = accepted.unwrap().0;
        let accepted = socket2::SockRef::from(&accepted);
        assert_eq!(accepted.recv_buffer_size().unwrap(), 32_000);
        assert_eq!(accepted.send_buffer_size().unwrap(), 40_000);
        let datagrams = udp(anywhere(), &asking(16_000, 20_000)).await.unwrap();
        let datagrams = socket2::SockRef::from(&datagrams);
        assert_eq!(datagrams.recv_buffer_size().unwrap(), 32_000);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn connections_inherit_the_congestion_control() {
        let with = |name: &str| SocketSpec {
            congestion_control: Some(name.to_owned()),
            ..SocketSpec::default()
        };
        let listener = tcp(anywhere(), &with("reno")).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connect = tokio::net::TcpStream::connect(address);
        let (accepted, connected) = tokio::join!(listener.accept(), connect);
        drop(connected.unwrap());
        let accepted = accepted.unwrap().0;
        let name = socket2::SockRef::from(&accepted).tcp_congestion().unwrap();
        assert!(name.starts_with(b"reno"), "{name:?}");
        let line = tcp(anywhere(), &with("newest"))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            line.starts_with("congestion control newest is not to be had"),
            "{line}"
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_buffer_that_the_host_cuts_down_is_an_error() {
        let error = tcp(anywhere(), &asking(1 << 30, 4096)).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let line = error.to_string();
        assert!(line.starts_with("rcvbuf 1.1 GB is above "), "{line}");
        assert!(line.ends_with("(net.core.rmem_max)"), "{line}");
        let line = udp(anywhere(), &asking(4096, 1 << 30))
            .await
            .unwrap_err()
            .to_string();
        assert!(line.starts_with("sndbuf 1.1 GB is above "), "{line}");
    }
}
