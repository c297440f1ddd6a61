//! Keeps the kernel's stamping of arrivals switched on.
//!
//! The kernel switches it on for the first socket that asks, some time later, and off with the last. What arrives in
//! between has no time. So whoever opens connections one after the other first waits until stamps are there, and holds a
//! socket that wants them.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::control;
use crate::kernel;

/// The kernel rewrites its own code for this, which takes it less than a millisecond, once it gets to it.
const PATIENCE: Duration = Duration::from_millis(200);

/// While it lives, what arrives at this machine has a time.
#[derive(Debug)]
pub struct Warmth {
    _socket: UdpSocket,
}

impl Warmth {
    /// Switches stamping on and waits until it is, at most 200 ms; `None` where there is none.
    ///
    /// Cancel safe: dropping the future leaves everything as it was.
    pub async fn keep() -> Option<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.ok()?;
        super::request::arrivals(socket.as_raw_fd()).ok()?;
        socket.connect(socket.local_addr().ok()?).await.ok()?;
        let stamped = timeout(PATIENCE, until_stamped(&socket)).await;
        stamped
            .is_ok_and(|done| done.is_ok())
            .then_some(Self { _socket: socket })
    }
}

/// Sends itself a byte until one comes with its time.
async fn until_stamped(socket: &UdpSocket) -> io::Result<()> {
    loop {
        socket.send(&[0]).await?;
        let mut beside = [0; control::ROOM];
        let receive = || kernel::receive(socket.as_raw_fd(), &mut [0], &mut beside, 0);
        let received = socket.async_io(Interest::READABLE, receive).await?;
        if control::parse(&beside[..received.control]).at.is_some() {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}
