//! The table of socket options: one row for each, level by level.
//!
//! Numbers are those of Linux' headers (`asm-generic/socket.h`, `linux/tcp.h`, `linux/in.h`, `linux/in6.h`). What a row says of
//! privilege, bounds and reading back is tested on a running kernel, for every row, by root and by nobody.
//!
//! What is not in it: options that are structures of their own (timeouts of blocking calls, filters, signatures, multicast), and
//! those that only read.

mod ip;
mod socket;
mod tcp;
mod tcp_timing;

pub use ip::*;
pub use socket::*;
pub use tcp::*;
pub use tcp_timing::*;

use super::row::SocketOption;

/// Makes a constant of each row and a list of all of them; the comment of a row is what it says about itself.
macro_rules! rows {
    ($list:ident; $($(#[doc = $about:literal])+ $name:ident: $type:ty = $key:expr;)*) => {
        $(
            $(#[doc = $about])+
            pub const $name: Key<$type> = $key.about(concat!($($about),+));
        )*
        pub(super) const $list: &[SocketOption] = &[$($name.row()),*];
    };
}
use rows;

/// Every option, level by level.
pub fn all() -> impl Iterator<Item = &'static SocketOption> {
    [SOCKET, TCP, TCP_TIMING, IP].into_iter().flatten()
}

/// The option of that name (`tcp.nodelay`), or of that constant in C (`TCP_NODELAY`).
#[must_use]
pub fn find(name: &str) -> Option<&'static SocketOption> {
    all().find(|option| option.name == name || option.constant == name)
}
