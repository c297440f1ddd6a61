//! A connection that was forgotten: it stands still, and whoever writes to it again is answered by a reset.
//!
//! Firewalls, address translators and load balancers keep a table of connections and drop those on which nothing has
//! happened for a while. Neither end hears of it. The end that speaks first finds out, by a reset or by silence; here it is a
//! reset, so that nobody waits for a time-out. What it leaves alone: when a connection is forgotten, which is the business
//! of its lifetime.

use std::io;
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::TcpStream;

/// A second handle on the socket of a connection, for when the first one is looked at no more.
#[derive(Debug)]
pub(super) struct Forgotten(Socket);

impl Forgotten {
    /// A handle on the socket under `stream`.
    ///
    /// # Errors
    /// When there are no more file descriptors.
    pub(super) fn handle(stream: &TcpStream) -> io::Result<Self> {
        SockRef::from(stream).try_clone().map(Self)
    }

    /// Returns when the peer has written something, or has closed. Once all handles on the socket are dropped, the peer gets
    /// a reset. Cancel safe.
    ///
    /// # Errors
    /// When the socket cannot be watched or be told to reset.
    pub(super) async fn written_to(self) -> io::Result<()> {
        // Watched only from now on: what was written before has been answered.
        let stream = TcpStream::from_std(self.0.into())?;
        stream.readable().await?;
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))
    }
}
