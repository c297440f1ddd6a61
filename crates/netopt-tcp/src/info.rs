//! What the kernel knows about a connection: `TCP_INFO`, read field by field.
//!
//! The kernel says how many bytes it filled; a field beyond that is `None`, so an old kernel yields unknowns and never
//! zeros. Offsets are those of `struct tcp_info` in `linux/tcp.h`, which only ever grows at its end.

#[cfg(target_os = "linux")]
mod linux;

use std::time::Duration;

use netopt_core::path::PathSample;
use netopt_core::unit::{BitRate, Bytes};

/// Room for the structure of kernels to come; 6.18 fills 280 bytes.
const ROOM: usize = 512;

/// One snapshot of `TCP_INFO`.
#[derive(Clone)]
pub struct TcpInfo {
    raw: [u8; ROOM],
    length: usize,
}

impl std::fmt::Debug for TcpInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TcpInfo")
            .field("length", &self.length)
            .field("sample", &self.sample())
            .finish_non_exhaustive()
    }
}

/// Asks the kernel about an open descriptor; `None` on systems without `TCP_INFO`.
///
/// The caller keeps the descriptor open during the call; a closed one yields `None` or, if the number was given away
/// again, the view of another socket, never undefined behaviour.
pub(crate) fn of_raw(descriptor: std::os::fd::RawFd) -> Option<TcpInfo> {
    #[cfg(target_os = "linux")]
    {
        let mut raw = [0; ROOM];
        let length = linux::read(descriptor, &mut raw)?;
        Some(TcpInfo { raw, length })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = descriptor;
        None
    }
}

impl TcpInfo {
    /// Smoothed round-trip time.
    #[must_use]
    pub fn rtt(&self) -> Option<Duration> {
        self.micros(68)
    }

    /// Mean deviation of the round-trip time.
    #[must_use]
    pub fn rtt_variation(&self) -> Option<Duration> {
        self.micros(72)
    }

    /// Smallest round-trip time in the kernel's window; since Linux 4.6.
    #[must_use]
    pub fn min_rtt(&self) -> Option<Duration> {
        self.micros(148)
    }

    /// Largest segment that we send.
    #[must_use]
    pub fn mss(&self) -> Option<Bytes> {
        self.u32(16).map(|mss| Bytes::new(mss.into()))
    }

    /// Segments in flight.
    #[must_use]
    pub fn unacked(&self) -> Option<u32> {
        self.u32(24)
    }

    /// Congestion window in segments.
    #[must_use]
    pub fn cwnd(&self) -> Option<u32> {
        self.u32(80)
    }

    /// Segments sent again since the connection began.
    #[must_use]
    pub fn total_retransmits(&self) -> Option<u32> {
        self.u32(100)
    }

    /// Bytes written and not yet sent; since Linux 4.6.
    #[must_use]
    pub fn unsent(&self) -> Option<Bytes> {
        self.u32(144).map(|unsent| Bytes::new(unsent.into()))
    }

    /// Recent delivery rate of what we send; since Linux 4.9, `None` before the first sample.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is a measured quantity")]
    pub fn delivery_rate(&self) -> Option<BitRate> {
        self.u64(160)
            .and_then(|bytes| BitRate::from_bps(bytes as f64 * 8.0))
    }

    /// The window that the peer last offered; since Linux 5.4.
    #[must_use]
    pub fn peer_window(&self) -> Option<Bytes> {
        self.u32(228).map(|window| Bytes::new(window.into()))
    }

    /// The part of it that findings are made of.
    #[must_use]
    pub fn sample(&self) -> PathSample {
        PathSample {
            rtt: self.rtt(),
            min_rtt: self.min_rtt(),
            retransmits: self.total_retransmits(),
            cwnd: self.cwnd(),
            mss: self.mss(),
            peer_window: self.peer_window(),
            delivery_rate: self.delivery_rate(),
            unsent: self.unsent(),
            in_flight: self.unacked(),
            app_limited: self.raw[..self.length].get(7).map(|flags| flags & 1 == 1),
            receive_window: self.u32(232).map(|window| Bytes::new(window.into())),
            receive_rtt: self.micros(92),
            silent_for: self
                .u32(52)
                .map(|millis| Duration::from_millis(millis.into())),
            busy: self.u64(168).map(Duration::from_micros),
            window_limited: self.u64(176).map(Duration::from_micros),
            buffer_limited: self.u64(184).map(Duration::from_micros),
            bytes_sent: self.u64(200).map(Bytes::new),
            bytes_again: self.u64(208).map(Bytes::new),
            bytes_acked: self.u64(120).map(Bytes::new),
            bytes_received: self.u64(128).map(Bytes::new),
            out_of_order: self.u32(224),
        }
    }

    fn u32(&self, offset: usize) -> Option<u32> {
        let bytes = self.raw[..self.length].get(offset..offset + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    }

    fn u64(&self, offset: usize) -> Option<u64> {
        let bytes = self.raw[..self.length].get(offset..offset + 8)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    }

    /// Zero and all ones are the kernel's "no sample yet".
    fn micros(&self, offset: usize) -> Option<Duration> {
        self.u32(offset)
            .filter(|&micros| micros != 0 && micros != u32::MAX)
            .map(|micros| Duration::from_micros(micros.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_beyond_the_kernels_length_is_unknown() {
        let info = TcpInfo {
            raw: [1; ROOM],
            length: 104,
        };
        assert!(info.cwnd().is_some() && info.total_retransmits().is_some());
        assert_eq!(
            (info.min_rtt(), info.delivery_rate(), info.peer_window()),
            (None, None, None)
        );
        let empty = TcpInfo {
            raw: [0; ROOM],
            length: 0,
        };
        assert_eq!(empty.sample(), PathSample::default());
    }

    #[test]
    fn no_sample_yet_is_unknown_not_zero() {
        let mut raw = [0; ROOM];
        raw[148..152].copy_from_slice(&u32::MAX.to_ne_bytes());
        let info = TcpInfo { raw, length: 280 };
        assert_eq!(
            (info.rtt(), info.min_rtt(), info.delivery_rate()),
            (None, None, None)
        );
    }
}
