//! What the kernel knows about the path under a connection.
//!
//! The reader of `TCP_INFO` is in `netopt-tcp`; this is the part of it that findings are made of. A field that this
//! kernel does not report is `None`.

use std::time::Duration;

use crate::unit::{BitRate, Bytes};

/// One look at the kernel's view of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PathSample {
    /// Smoothed round-trip time (`tcpi_rtt`).
    pub rtt: Option<Duration>,
    /// Smallest round-trip time seen (`tcpi_min_rtt`): an upper bound of the propagation time.
    pub min_rtt: Option<Duration>,
    /// Segments sent again since the connection began (`tcpi_total_retrans`).
    pub retransmits: Option<u32>,
    /// Congestion window in segments (`tcpi_snd_cwnd`).
    pub cwnd: Option<u32>,
    /// Size of a full segment that we send (`tcpi_snd_mss`).
    pub mss: Option<Bytes>,
    /// The window that the peer last offered (`tcpi_snd_wnd`).
    pub peer_window: Option<Bytes>,
    /// Recent rate of delivery of what we send (`tcpi_delivery_rate`).
    pub delivery_rate: Option<BitRate>,
    /// Written by the application, not yet sent (`tcpi_notsent_bytes`).
    pub unsent: Option<Bytes>,
    /// Segments in flight (`tcpi_unacked`).
    pub in_flight: Option<u32>,
}

impl PathSample {
    /// What may be in flight: the congestion window or the peer's window, whichever is smaller (seed definition 1.4).
    #[must_use]
    pub fn window(&self) -> Option<Bytes> {
        let congestion = Bytes::new(u64::from(self.cwnd?).checked_mul(self.mss?.get())?);
        Some(
            self.peer_window
                .map_or(congestion, |peer| peer.min(congestion)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_is_the_smaller_of_both_and_unknown_without_data() {
        let mut path = PathSample {
            cwnd: Some(10),
            mss: Some(Bytes::new(1448)),
            ..PathSample::default()
        };
        assert_eq!(path.window(), Some(Bytes::new(14_480)));
        path.peer_window = Some(Bytes::new(8_000));
        assert_eq!(path.window(), Some(Bytes::new(8_000)));
        assert_eq!(PathSample::default().window(), None);
    }
}
