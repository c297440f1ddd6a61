//! A port of this machine's loopback, brought into a room: a relay beside the emulated path, not on it.
//!
//! The room's side listens at the room's address; each connection is joined to one of loopback. What it leaves alone: the
//! bytes, and UDP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use tokio::net::TcpStream;

use super::room::Room;
use crate::acceptor::Acceptor;

/// Connections at the same time; later ones wait in the kernel's accept queue.
const MAX_CONNECTIONS: usize = 1024;

/// A port of loopback that a room has, too. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Gate {
    acceptor: Acceptor,
}

impl Gate {
    /// Listens on `port` in the room and joins every connection to 127.0.0.1 and the same port outside. Nobody needs to
    /// listen there yet.
    ///
    /// # Errors
    /// When the port is taken in the room, or the room cannot be entered.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O enabled. The runtime's threads must not be in a room.
    pub fn open(room: &Room, port: u16) -> io::Result<Self> {
        let listener = room.within(|| TcpListener::bind((room.address(), port)))??;
        let outside = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let acceptor = Acceptor::start(listener, MAX_CONNECTIONS, move |inside| {
            join(inside, outside)
        })?;
        Ok(Self { acceptor })
    }

    /// Where it listens in the room.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.acceptor.local_addr()
    }
}

async fn join(mut inside: TcpStream, outside: SocketAddr) {
    // Without a server outside, the connection is closed at once: the nearest that a relay comes to refusing it.
    if let Ok(mut outside) = TcpStream::connect(outside).await {
        // Latency belongs to the path.
        inside.set_nodelay(true).ok();
        outside.set_nodelay(true).ok();
        tokio::io::copy_bidirectional(&mut inside, &mut outside)
            .await
            .ok();
    }
}
