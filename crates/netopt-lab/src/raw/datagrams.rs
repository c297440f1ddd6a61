//! UDP echo: every datagram goes back to where it came from, after its time.
//!
//! Datagrams do not wait for each other unless there are fewer workers than datagrams, so a short time may overtake a
//! long one. What is more than [`MAX_IN_FLIGHT`] is dropped and counted; what comes faster than the pace of reading
//! fills the socket's buffer, where the kernel drops it unseen, as it does with a busy server. Loss and duplication are
//! the link's.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use netopt_core::unit::BitRate;
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

use crate::socket::Pace;
use crate::traffic::Meter;
use crate::work::Work;

/// The largest datagram, in bytes: more than UDP over IPv4 can carry.
pub const MAX_DATAGRAM: usize = 64 * 1024;

/// Datagrams that wait for their time, at most 64 MiB of them.
pub const MAX_IN_FLIGHT: usize = 1024;

/// A UDP socket that echoes. Dropping it closes the port; echoes that are due later are not sent.
#[derive(Debug)]
pub(super) struct Datagrams {
    local_addr: SocketAddr,
    serving: AbortHandle,
}

impl Datagrams {
    pub(super) fn start(
        socket: UdpSocket,
        reads: Option<BitRate>,
        work: Arc<Work>,
        meter: &Arc<Meter>,
    ) -> io::Result<Self> {
        let local_addr = socket.local_addr()?;
        let echo = Echo {
            socket: Arc::new(socket),
            pace: reads.map(Pace::new),
            work,
            meter: Arc::clone(meter),
        };
        Ok(Self {
            local_addr,
            serving: tokio::spawn(echo.run()).abort_handle(),
        })
    }

    pub(super) const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for Datagrams {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Echo {
    socket: Arc<UdpSocket>,
    pace: Option<Pace>,
    work: Arc<Work>,
    meter: Arc<Meter>,
}

impl Echo {
    /// Receives until aborted; echoes that are not due yet live in its set and end with it.
    async fn run(mut self) {
        let mut waiting = JoinSet::new();
        let places = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        let mut buffer = vec![0; MAX_DATAGRAM];
        loop {
            if let Some(pace) = &mut self.pace {
                pace.ready().await;
            }
            let Ok((length, from)) = self.socket.recv_from(&mut buffer).await else {
                // A client that went away (ICMP port unreachable) shows up here on some systems.
                continue;
            };
            if let Some(pace) = &mut self.pace {
                pace.took(length);
            }
            self.meter.message();
            self.meter.read(length);
            while waiting.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                self.meter.dropped();
                continue;
            };
            let time = self.work.draw().time;
            let datagram = buffer[..length].to_vec();
            let (socket, work, meter) = (
                Arc::clone(&self.socket),
                Arc::clone(&self.work),
                Arc::clone(&self.meter),
            );
            waiting.spawn(async move {
                work.spend(time).await;
                // Nobody to tell if the client is gone.
                if socket.send_to(&datagram, from).await.is_ok() {
                    meter.wrote(length);
                }
                drop(place);
            });
        }
    }
}
