//! Socket options: one table of them, and what a client asks of its socket.
//!
//! The seed set every option at `SOL_SOCKET`; there the constant of `TCP_NODELAY` means `SO_DEBUG`, so Nagle's
//! algorithm stayed on and nobody noticed. Here the level belongs to the option, and a value counts only when the kernel
//! repeats it. Each option is a [`Key`] that knows the type of its value ([`NODELAY`], [`NOTSENT_LOWAT`]), and can also be
//! set by name and text; either way a [`Grant`] tells what the kernel made of it.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(target_os = "linux")] {
//! use netopt_core::change::Switch;
//! use netopt_tcp::options::{self, Grant, Setting, Value};
//!
//! let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let stream = std::net::TcpStream::connect(listener.local_addr()?)?;
//!
//! let grant = options::NODELAY.set(&stream, Switch::On)?;
//! assert_eq!(grant, Grant::Exactly(Value::Switch(Switch::On)));
//!
//! let setting: Setting = "tcp.keepalive_time=0s".parse()?;
//! let told = setting.apply(&stream).to_string();
//! assert_eq!(told, "refused: the kernel does not take tcp.keepalive_time = 0 µs; it takes 1 s to 32767 s");
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Buffers
//!
//! Nothing here sets a buffer by itself, [`Options::default`] neither. Linux tunes both buffers of a connection to its path, up to
//! the largest value in `net.ipv4.tcp_rmem` and `tcp_wmem`. A program that sets `SO_RCVBUF` or `SO_SNDBUF` ends that
//! tuning for the socket: the size is fixed, cut to `net.core.rmem_max` and `wmem_max` without an error, and bounds the
//! rate to buffer over round trip. Raise the limits of the system instead. [`BUFFER_LOCK`] at 0 takes it back.

mod grant;
mod key;
mod multipath;
mod row;
mod setting;
mod table;
mod value;

use std::io;
use std::time::Duration;

use netopt_core::change::{CongestionControl, Switch};
use netopt_core::unit::Bytes;
use socket2::SockRef;
use tokio::net::TcpStream;

pub use grant::{Grant, Refusal};
pub use key::{Key, OptionValue};
pub use multipath::multipath;
pub use row::{Level, Moment, Privilege, ReadBack, Rules, SocketOption};
pub use setting::{Setting, SettingError};
pub use table::*;
pub use value::{Kind, Value};

/// What to ask the kernel for. The default is the ordinary client: Nagle off, all else as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// `TCP_NODELAY`: on switches Nagle's algorithm off.
    pub nodelay: Switch,
    /// `TCP_QUICKACK`: acknowledge at once. Linux only, and not sticky, so the stream sets it after each read.
    pub quickack: Switch,
    /// `TCP_CONGESTION`: who decides how fast to send. Linux; `None` is the system's. The kernel refuses what it does not
    /// have, and what `net.ipv4.tcp_allowed_congestion_control` keeps for root.
    pub congestion_control: Option<CongestionControl>,
    /// `TCP_NOTSENT_LOWAT`: the unsent data from which on the socket takes no more. Linux; `None` is the system's.
    pub notsent_lowat: Option<Bytes>,
    /// `SO_RCVBUF`. `None` lets the kernel tune it; a value ends that for good, and is clamped to `net.core.rmem_max`.
    pub receive_buffer: Option<Bytes>,
    /// `SO_SNDBUF`. `None` lets the kernel tune it; a value ends that for good, and is clamped to `net.core.wmem_max`.
    pub send_buffer: Option<Bytes>,
    /// `TCP_USER_TIMEOUT`, in ms: how long sent data may stay unacknowledged. Linux; `None` is the system's.
    pub user_timeout: Option<Duration>,
    /// `TCP_FASTOPEN_CONNECT`: data in the SYN. Carried to the connector, which does not act on it yet.
    pub fast_open: Switch,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodelay: Switch::On,
            quickack: Switch::Off,
            congestion_control: None,
            notsent_lowat: None,
            receive_buffer: None,
            send_buffer: None,
            user_timeout: None,
            fast_open: Switch::Off,
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
    /// Sets on a socket that is not connected yet what counts from the handshake on: congestion control, buffers (which
    /// decide about window scaling), and bounds.
    ///
    /// # Errors
    /// When the kernel refuses one of them; the error names the option and the value.
    pub fn prepare(&self, socket: &SockRef<'_>) -> io::Result<()> {
        if let Some(size) = self.receive_buffer {
            let set = socket.set_recv_buffer_size(whole(size));
            set.map_err(|error| refused("SO_RCVBUF", &size, &error))?;
        }
        if let Some(size) = self.send_buffer {
            let set = socket.set_send_buffer_size(whole(size));
            set.map_err(|error| refused("SO_SNDBUF", &size, &error))?;
        }
        self.prepare_linux(socket)
    }

    #[cfg(target_os = "linux")]
    fn prepare_linux(&self, socket: &SockRef<'_>) -> io::Result<()> {
        if let Some(name) = self.congestion_control {
            let set = socket.set_tcp_congestion(name.as_str().as_bytes());
            set.map_err(|error| refused("TCP_CONGESTION", &name, &error))?;
        }
        if let Some(mark) = self.notsent_lowat {
            let count = u32::try_from(mark.get()).unwrap_or(u32::MAX);
            let set = socket.set_tcp_notsent_lowat(count);
            set.map_err(|error| refused("TCP_NOTSENT_LOWAT", &mark, &error))?;
        }
        if let Some(bound) = self.user_timeout {
            let set = socket.set_tcp_user_timeout(Some(bound));
            let shown = netopt_core::unit::show_duration(bound);
            set.map_err(|error| refused("TCP_USER_TIMEOUT", &shown, &error))?;
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn prepare_linux(&self, _: &SockRef<'_>) -> io::Result<()> {
        if self.congestion_control.is_some()
            || self.notsent_lowat.is_some()
            || self.user_timeout.is_some()
        {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "congestion control, not-sent low-water mark and user timeout are not supported here; leave them to the system",
            ));
        }
        Ok(())
    }

    /// Sets the options of a connected socket and reads them back.
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

fn whole(size: Bytes) -> usize {
    usize::try_from(size.get()).unwrap_or(usize::MAX)
}

/// The kernel's refusal with what was asked of it.
fn refused(option: &str, value: &dyn std::fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("the kernel refuses {option} = {value}: {error}"),
    )
}

#[cfg(test)]
mod tests;
