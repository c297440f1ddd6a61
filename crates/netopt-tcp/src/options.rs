//! Socket options, set at their right level and read back.
//!
//! The seed set every option at `SOL_SOCKET`; there the constant of `TCP_NODELAY` means `SO_DEBUG`, so Nagle's
//! algorithm stayed on and nobody noticed. A value counts here only when the kernel repeats it.

use std::io;

use netopt_core::change::Switch;
use socket2::SockRef;
use tokio::net::TcpStream;

/// What to ask the kernel for. The default is the ordinary client: Nagle off, delayed acknowledgements as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// `TCP_NODELAY`: on switches Nagle's algorithm off.
    pub nodelay: Switch,
    /// `TCP_QUICKACK`: acknowledge at once. Linux only, and not sticky, so the stream sets it after each read.
    pub quickack: Switch,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodelay: Switch::On,
            quickack: Switch::Off,
        }
    }
}

/// What the kernel reported after the options were set. `None` where it does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Granted {
    /// Whether Nagle's algorithm is off.
    pub nodelay: Option<bool>,
}

impl Options {
    /// Sets the options on a connected socket and reads them back.
    ///
    /// # Errors
    /// When the kernel refuses one of them.
    pub fn apply(&self, socket: &TcpStream) -> io::Result<Granted> {
        let socket = SockRef::from(socket);
        socket.set_tcp_nodelay(self.nodelay.is_on())?;
        self.rearm(&socket);
        Ok(Granted {
            nodelay: socket.tcp_nodelay().ok(),
        })
    }

    /// Asks for an immediate acknowledgement again; the kernel forgets that after each one.
    pub(crate) fn rearm(&self, socket: &SockRef<'_>) {
        #[cfg(target_os = "linux")]
        if self.quickack.is_on() {
            // A hint: a kernel that does not take it acknowledges later, which costs time and no data.
            drop(socket.set_tcp_quickack(true));
        }
        #[cfg(not(target_os = "linux"))]
        let _ = socket;
    }
}
