//! What a client asks of each of its sockets: the knobs of a plan that are plain options.
//!
//! On Linux they go through the table. Elsewhere the two that every system has go through socket2, and the others are
//! refused. What this file leaves alone: when to connect, and fast open, which changes how that is done.

use std::io;
use std::time::Duration;

use netopt_core::change::{CongestionControl, Switch};
use netopt_core::unit::Bytes;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;

#[cfg(target_os = "linux")]
use super::{
    CONGESTION_CONTROL, FAST_OPEN_CONNECT, Grant, NOTSENT_LOWAT, RECEIVE_BUFFER, SEND_BUFFER,
    Setting, SettingError, USER_TIMEOUT,
};

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
    /// `TCP_FASTOPEN_CONNECT`: the first data goes in the SYN where the peer gave a cookie before; then a connection counts as
    /// open at once, and its handshake passes in the first exchange. Linux.
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

/// What the kernel repeated after the options were set. `None` where it does not tell, or was not asked for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Granted {
    /// Whether Nagle's algorithm is off.
    pub nodelay: Option<bool>,
    /// The congestion control, asked for or the system's. Linux.
    pub congestion_control: Option<CongestionControl>,
    /// The not-sent low-water mark, if one was asked for.
    pub notsent_lowat: Option<Bytes>,
    /// The receive buffer, if one was asked for: as asked, or what the system's bounds left of it.
    pub receive_buffer: Option<Bytes>,
    /// The send buffer, if one was asked for: as asked, or what the system's bounds left of it.
    pub send_buffer: Option<Bytes>,
}

impl Options {
    /// Sets on a socket that is not connected yet what counts from the handshake on: congestion control, buffers (which
    /// decide about window scaling), and bounds. What is only clamped is no error; [`Options::apply`] reads it back.
    ///
    /// # Errors
    /// When the kernel refuses one of them; the error names option, value, reason and what to do.
    #[cfg(target_os = "linux")]
    pub fn prepare(&self, socket: &SockRef<'_>) -> io::Result<()> {
        let settings = self
            .settings()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        for setting in settings {
            let grant = setting.apply(&**socket);
            let kind = match &grant {
                Grant::Refused(refusal) => {
                    let error = refusal.errno.map(io::Error::from_raw_os_error);
                    error.map_or(io::ErrorKind::Other, |error| error.kind())
                }
                Grant::NotSupported { .. } => io::ErrorKind::Unsupported,
                _ => continue,
            };
            return Err(io::Error::new(kind, format!("{setting} is {grant}")));
        }
        Ok(())
    }

    /// What is set before the handshake, as rows of the table.
    #[cfg(target_os = "linux")]
    fn settings(&self) -> Result<Vec<Setting>, SettingError> {
        let all = [
            self.congestion_control
                .map(|name| CONGESTION_CONTROL.to(name)),
            self.notsent_lowat.map(|mark| NOTSENT_LOWAT.to(mark)),
            self.receive_buffer.map(|size| RECEIVE_BUFFER.to(size)),
            self.send_buffer.map(|size| SEND_BUFFER.to(size)),
            self.user_timeout.map(|bound| USER_TIMEOUT.to(bound)),
            self.fast_open
                .is_on()
                .then(|| FAST_OPEN_CONNECT.to(Switch::On)),
        ];
        all.into_iter().flatten().collect()
    }

    /// Sets the buffers of a socket that is not connected yet.
    ///
    /// # Errors
    /// When the system refuses one, and when an option is asked for that only Linux has.
    #[cfg(not(target_os = "linux"))]
    pub fn prepare(&self, socket: &SockRef<'_>) -> io::Result<()> {
        if self.congestion_control.is_some()
            || self.notsent_lowat.is_some()
            || self.user_timeout.is_some()
            || self.fast_open.is_on()
        {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "congestion control, not-sent low-water mark, user timeout and fast open are not supported here; leave them to the system",
            ));
        }
        let whole = |size: Bytes| usize::try_from(size.get()).unwrap_or(usize::MAX);
        if let Some(size) = self.receive_buffer {
            socket.set_recv_buffer_size(whole(size))?;
        }
        if let Some(size) = self.send_buffer {
            socket.set_send_buffer_size(whole(size))?;
        }
        Ok(())
    }

    /// Whether a socket of this process takes these options: sets them on one that is closed again at once. Nothing is sent.
    ///
    /// Asking for a congestion control may load its module where the process has `CAP_NET_ADMIN`, as its use would.
    ///
    /// # Errors
    /// As [`Options::prepare`], and when there are no more sockets.
    pub fn rehearse(&self) -> io::Result<()> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
        self.prepare(&SockRef::from(&socket))
    }

    /// Sets the options of a connected socket and reads all of them back.
    ///
    /// # Errors
    /// When the kernel refuses one of them.
    pub fn apply(&self, socket: &TcpStream) -> io::Result<Granted> {
        let socket = SockRef::from(socket);
        socket.set_tcp_nodelay(self.nodelay.is_on())?;
        self.rearm(&socket);
        let granted = Granted {
            nodelay: socket.tcp_nodelay().ok(),
            ..Granted::default()
        };
        #[cfg(target_os = "linux")]
        let granted = Granted {
            congestion_control: CONGESTION_CONTROL.get(&*socket).ok(),
            notsent_lowat: self
                .notsent_lowat
                .and_then(|_| NOTSENT_LOWAT.get(&*socket).ok()),
            receive_buffer: self
                .receive_buffer
                .and_then(|_| RECEIVE_BUFFER.get(&*socket).ok()),
            send_buffer: self
                .send_buffer
                .and_then(|_| SEND_BUFFER.get(&*socket).ok()),
            ..granted
        };
        Ok(granted)
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
