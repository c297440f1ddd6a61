//! What servers of the command line share: an address that is refused, and being told to stop.

use std::net::SocketAddr;

use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Fault;

/// Why an address cannot be listened on.
pub(super) fn refused(listen: SocketAddr, error: &std::io::Error) -> Fault {
    if error.kind() == std::io::ErrorKind::InvalidInput {
        return Fault::usage(error);
    }
    Fault::usage(format!("cannot listen on {listen}: {error}"))
}

/// Ctrl-C and SIGTERM, heard from the moment this is made.
pub(super) struct Told {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Told {
    pub(super) fn to_stop() -> Result<Self, Fault> {
        let hear = |kind| {
            signal(kind).map_err(|error| Fault::internal(format!("no signal handler: {error}")))
        };
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    pub(super) async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
