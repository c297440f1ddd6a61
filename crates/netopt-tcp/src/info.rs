//! What the kernel knows about a connection: `struct tcp_info`, read field by field.
//!
//! The kernel says how many bytes it filled; a field beyond that is `None`, so an old kernel yields unknowns and never
//! zeros. Offsets are those of `linux/tcp.h`; the structure only ever grows at its end. Each field is one row of a table
//! ([`TcpInfo::fields`]) that makes its accessor, its line of `Debug` and its row of `docs/tcp-info.md`.
//!
//! The bytes may come from an open socket ([`TcpInfo::of`]) or from anywhere else ([`TcpInfo::from_bytes`]): a listing of
//! sockets, a file. Any bytes of any length are read; none make it fail. What the figures mean together is not told here.

mod delta;
mod field;
mod newer;
mod oldest;
mod state;

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

use netopt_core::path::PathSample;

pub use delta::Delta;
pub use field::{Field, Unit};
pub use state::{CongestionState, FastOpenFail, Negotiated, State};

/// Room for the structure of kernels to come; 6.18 fills 280 bytes.
const ROOM: usize = 512;

/// One snapshot of `TCP_INFO`. It owns its bytes and allocates nothing.
#[derive(Clone)]
pub struct TcpInfo {
    raw: [u8; ROOM],
    length: usize,
}

impl TcpInfo {
    /// `snd_ssthresh` before the first loss (`TCP_INFINITE_SSTHRESH`).
    pub const NO_THRESHOLD: u32 = 0x7fff_ffff;

    /// Asks the kernel about a TCP socket. It costs less than two microseconds and does not block.
    ///
    /// # Errors
    /// What the kernel says when the descriptor is no TCP socket; `Unsupported` on systems other than Linux.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # #[cfg(target_os = "linux")] {
    /// use netopt_tcp::TcpInfo;
    ///
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let stream = std::net::TcpStream::connect(listener.local_addr()?)?;
    /// let info = TcpInfo::of(&stream)?;
    /// assert!(info.snd_cwnd().is_some_and(|segments| segments > 0));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(socket: &impl AsFd) -> io::Result<Self> {
        read(socket.as_fd().as_raw_fd())
    }

    /// The structure as it lies in memory, cut off at 512 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let length = bytes.len().min(ROOM);
        let mut raw = [0; ROOM];
        raw[..length].copy_from_slice(&bytes[..length]);
        Self { raw, length }
    }

    /// The bytes that the kernel filled, at most 512.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw[..self.length]
    }

    /// All fields that this crate knows, in the order of the structure.
    pub fn fields() -> impl Iterator<Item = &'static Field> {
        oldest::ROWS.iter().chain(newer::ROWS)
    }

    /// What happened since an earlier snapshot of the same connection.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Delta {
        Delta::between(earlier, self)
    }

    /// The part of it that findings are made of.
    #[must_use]
    pub fn sample(&self) -> PathSample {
        PathSample {
            rtt: self.rtt(),
            min_rtt: self.min_rtt(),
            retransmits: self.total_retrans(),
            cwnd: self.snd_cwnd(),
            mss: self.snd_mss(),
            peer_window: self.snd_wnd(),
            delivery_rate: self.delivery_rate(),
            unsent: self.notsent_bytes(),
            in_flight: self.unacked(),
            app_limited: self.delivery_rate_app_limited(),
            receive_window: self.rcv_wnd(),
            receive_rtt: self.rcv_rtt(),
            silent_for: self.last_data_recv(),
            busy: self.busy_time(),
            window_limited: self.rwnd_limited(),
            buffer_limited: self.sndbuf_limited(),
            bytes_sent: self.bytes_sent(),
            bytes_again: self.bytes_retrans(),
            bytes_acked: self.bytes_acked(),
            bytes_received: self.bytes_received(),
            out_of_order: self.rcv_ooopack(),
        }
    }

    /// The number of `width` bytes at `offset`, if the kernel filled `needs` bytes.
    fn number(&self, offset: usize, width: usize, needs: usize) -> Option<u64> {
        let filled = self.as_bytes();
        if filled.len() < needs {
            return None;
        }
        let bytes = filled.get(offset..offset + width)?;
        Some(match *bytes {
            [byte] => byte.into(),
            [a, b] => u16::from_ne_bytes([a, b]).into(),
            [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]).into(),
            _ => u64::from_ne_bytes(bytes.try_into().ok()?),
        })
    }
}

impl std::fmt::Debug for TcpInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut told = f.debug_struct("TcpInfo");
        told.field("length", &self.length);
        oldest::tell(self, &mut told);
        newer::tell(self, &mut told);
        told.finish_non_exhaustive()
    }
}

/// Asks about a descriptor that somebody else keeps open; a closed one is an error, never undefined behaviour.
pub(crate) fn of_raw(descriptor: std::os::fd::RawFd) -> Option<TcpInfo> {
    read(descriptor).ok()
}

fn read(descriptor: std::os::fd::RawFd) -> io::Result<TcpInfo> {
    /// `IPPROTO_TCP` and `TCP_INFO`.
    const PLACE: (i32, i32) = (6, 11);
    let mut raw = [0; ROOM];
    let length = crate::kernel::get_option(descriptor, PLACE.0, PLACE.1, &mut raw)?;
    Ok(TcpInfo { raw, length })
}

#[cfg(test)]
mod tests;
