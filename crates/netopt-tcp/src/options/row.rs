//! One row of the table: what is known about a socket option without asking a kernel.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

use netopt_core::unit::Bytes;

use super::value::{Kind, Value};
use crate::kernel;

/// Whose option it is. An option set at another level than its own is another option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `SOL_SOCKET`
    Socket,
    /// `IPPROTO_TCP`
    Tcp,
    /// `IPPROTO_IP`
    Ip,
    /// `IPPROTO_IPV6`; the socket has to be one of IPv6.
    Ipv6,
}

impl Level {
    /// The kernel's number.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Ip => 0,
            Self::Socket => 1,
            Self::Tcp => 6,
            Self::Ipv6 => 41,
        }
    }

    /// The name of the constant.
    #[must_use]
    pub const fn constant(self) -> &'static str {
        match self {
            Self::Socket => "SOL_SOCKET",
            Self::Tcp => "IPPROTO_TCP",
            Self::Ip => "IPPROTO_IP",
            Self::Ipv6 => "IPPROTO_IPV6",
        }
    }
}

/// Who may set an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// Anyone, any value.
    Anyone,
    /// `CAP_NET_ADMIN` for every value that changes something.
    NetAdmin,
    /// `CAP_NET_ADMIN` for values above this one.
    NetAdminAbove(i64),
    /// Anyone for the algorithms in `net.ipv4.tcp_allowed_congestion_control`, `CAP_NET_ADMIN` for all.
    AllowedList,
}

/// When an option has to be set to have its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Any time.
    Any,
    /// Before the handshake.
    BeforeConnect,
    /// On a socket that listens, or will.
    Listener,
    /// After each read: the kernel forgets it.
    EachRead,
}

/// What reading the option back gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBack {
    /// What was set.
    Same,
    /// Twice what was set, for the kernel's bookkeeping, within bounds that nobody is told of; read as the option of that
    /// number. This crate halves it again.
    Doubled(i32),
    /// Something near what was set, as the text says.
    Adjusted(&'static str),
    /// Always the same: kernels of today take the value and do nothing, as the text says.
    Dead(&'static str),
    /// An error: it can be set only.
    Nothing,
}

/// A socket option of Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketOption {
    /// The name here: whose option it is, and what it is about: `tcp.notsent_lowat`.
    pub name: &'static str,
    /// The name in C: `TCP_NOTSENT_LOWAT`.
    pub constant: &'static str,
    /// Its level.
    pub level: Level,
    /// Its number at that level, on all machines but mips, parisc and sparc.
    pub number: i32,
    /// The kind of its value.
    pub kind: Kind,
    /// The rules for setting it.
    pub rules: Rules,
    /// One line about what it does.
    pub about: &'static str,
}

/// What one may expect when an option is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Who may.
    pub privilege: Privilege,
    /// When.
    pub moment: Moment,
    /// What is read back.
    pub read_back: ReadBack,
    /// The values that the kernel takes without an error, in words; empty where it takes all of its kind.
    pub bounds: &'static str,
    /// The first Linux that has it; 2.6 for what was there from the beginning.
    pub since: (u8, u8),
}

impl SocketOption {
    /// Reads what is in force on `socket`.
    ///
    /// # Errors
    /// What the kernel says: `ENOPROTOOPT` where it has no such option or does not tell; `Unsupported` on systems
    /// other than Linux.
    pub fn read(&self, socket: &impl AsFd) -> io::Result<Value> {
        let mut room = [0; 32];
        let number = match self.rules.read_back {
            ReadBack::Doubled(number) => number,
            _ => self.number,
        };
        let descriptor = socket.as_fd().as_raw_fd();
        let length = kernel::get_option(descriptor, self.level.number(), number, &mut room)?;
        let value = Value::decode(self.kind, &room[..length]).ok_or_else(|| {
            let problem = format!("the kernel's {length} bytes are no {}", self.constant);
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })?;
        Ok(match (self.rules.read_back, value) {
            (ReadBack::Doubled(_), Value::Bytes(twice)) => {
                Value::Bytes(Bytes::new(twice.get() / 2))
            }
            (_, value) => value,
        })
    }
}
