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

mod client;
mod grant;
mod key;
mod multipath;
mod row;
mod setting;
mod table;
mod value;

pub use client::{Granted, Options};
pub use grant::{Grant, Refusal};
pub use key::{Key, OptionValue};
pub use multipath::multipath;
pub use row::{Level, Moment, Privilege, ReadBack, Rules, SocketOption};
pub use setting::{Setting, SettingError};
pub use table::*;
pub use value::{Kind, Value};

#[cfg(test)]
mod tests;
