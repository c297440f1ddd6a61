//! A dead address: whoever connects to it hears nothing, neither a yes nor a no.
//!
//! On loopback a closed port refuses at once, which is the opposite of dead. But a listening socket whose accept queue is
//! full has Linux drop every further SYN, and the client is left to its timers, as it is when a firewall drops packets
//! or a host is gone. So a dead address is a listener that nobody accepts from, filled by one connection of its own.
//!
//! What it leaves alone: who is told of the address; a name server that lists it first is the usual way.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;

/// An address that swallows connections. Dropping it makes the port refuse them.
#[derive(Debug)]
pub struct BlackHole {
    local_addr: SocketAddr,
    _listening: Socket,
    _filling: TcpStream,
}

impl BlackHole {
    /// Begins to swallow what comes to `listen`: on Linux any address of 127.0.0.0/8 will do, such as the port of an
    /// origin on 127.0.0.9.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where a full queue does not drop handshakes (other systems than Linux); otherwise
    /// when the address cannot be bound.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O enabled.
    pub async fn start(listen: SocketAddr) -> io::Result<Self> {
        if cfg!(not(target_os = "linux")) {
            let line = "a dead address on loopback needs Linux";
            return Err(io::Error::new(io::ErrorKind::Unsupported, line));
        }
        let domain = Domain::for_address(listen);
        let listening = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        listening.set_reuse_address(true)?;
        listening.bind(&listen.into())?;
        // Linux takes one connection more than the backlog says.
        listening.listen(0)?;
        let local_addr = listening
            .local_addr()?
            .as_socket()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let filling = TcpStream::connect(local_addr).await?;
        Ok(Self {
            local_addr,
            _listening: listening,
            _filling: filling,
        })
    }

    /// The dead address.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn nobody_answers_and_nobody_refuses_until_it_is_gone() {
        let hole = BlackHole::start(([127, 0, 0, 9], 0).into()).await.unwrap();
        let address = hole.local_addr();
        for _ in 0..3 {
            let silence = timeout(PATIENCE, TcpStream::connect(address)).await;
            assert!(silence.is_err(), "{silence:?}");
        }
        drop(hole);
        let refused = timeout(PATIENCE, TcpStream::connect(address)).await;
        let error = refused.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
