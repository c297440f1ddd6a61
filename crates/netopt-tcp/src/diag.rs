//! The TCP sockets of this machine, as the kernel lists them (`NETLINK_SOCK_DIAG`, what `ss` asks): also those of other
//! programs.
//!
//! [`list`] asks once for IPv4 and once for IPv6, and yields a [`Socket`] each: addresses, state, queues, owner, memory,
//! the congestion control with its own figures, and the whole [`TcpInfo`](crate::TcpInfo). No rights are needed, and the
//! listing is that of the network namespace of the caller. Two listings joined by [`Socket::cookie`] tell what happened
//! in between.
//!
//! Everything but `netlink.rs` is bytes in, facts out. What it leaves alone: which process holds a socket (that is in
//! files of `/proc`; the inode leads there), and what the figures mean.

mod algorithm;
mod dump;
mod filter;
#[cfg(target_os = "linux")]
mod netlink;
mod request;
mod socket;
mod wire;

use std::io;

pub use algorithm::Algorithm;
pub use filter::{Filter, States};
pub use socket::{CongestionControl, Memory, Socket, Timer};

/// What the kernel listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The sockets, in no order.
    pub sockets: Vec<Socket>,
    /// False when sockets may be missing or twice: the table changed under each attempt to list it, a message could not
    /// be read, or there were more than [`MOST`].
    pub is_complete: bool,
}

/// The most sockets of one listing: 100,000, which take some 70 MB.
pub const MOST: usize = 100_000;

/// A listing that changed underway is asked for again so many times.
#[cfg(target_os = "linux")]
const ATTEMPTS: u32 = 3;

/// Lists the TCP sockets of this network namespace that the filter lets through.
///
/// It blocks while the kernel lists, about a millisecond for a thousand sockets, five seconds at the most.
///
/// # Errors
/// What the kernel says when it cannot list (a kernel without `inet_diag`, a sandbox without netlink); `Unsupported` on
/// systems other than Linux.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # #[cfg(target_os = "linux")] {
/// use netopt_tcp::diag::{self, Filter, States};
///
/// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_addr()?.port();
/// let listing = diag::list(&Filter { states: States::ALL, port: Some(port) })?;
/// assert_eq!(listing.sockets[0].local.port(), port);
/// # }
/// # Ok(())
/// # }
/// ```
#[cfg(target_os = "linux")]
pub fn list(filter: &Filter) -> io::Result<Listing> {
    let mut all = Listing {
        sockets: Vec::new(),
        is_complete: true,
    };
    for family in [request::Family::V4, request::Family::V6] {
        let room = MOST - all.sockets.len();
        let mut found = netlink::dump(family, filter, room)?;
        for _ in 1..ATTEMPTS {
            if found.is_sound() {
                break;
            }
            found = netlink::dump(family, filter, room)?;
        }
        all.is_complete &= found.is_sound();
        all.sockets.append(&mut found.into_sockets());
    }
    Ok(all)
}

/// Lists the TCP sockets of this machine; not supported here.
///
/// # Errors
/// `Unsupported` in any case.
#[cfg(not(target_os = "linux"))]
pub fn list(_filter: &Filter) -> io::Result<Listing> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "sockets are listed on Linux only",
    ))
}
