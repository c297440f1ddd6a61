//! What the kernel knows about the path under a connection.
//!
//! The reader of `TCP_INFO` is in `netopt-tcp`; this is the part of it that findings are made of. A field that this
//! kernel does not report is `None`.
//!
//! Some fields are states, others count since the connection began. [`PathSample::since`] turns the counts into those of
//! the time between two looks, so that what a call did can be told from what its connection did before. Only the sender
//! of the data knows what held it up; for what it receives a host has its own window and the order of arrival.

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
    /// Whether the delivery rate was limited by what was written, and not by the path (`tcpi_delivery_rate_app_limited`).
    pub app_limited: Option<bool>,
    /// The window that we offer (`tcpi_rcv_wnd`).
    pub receive_window: Option<Bytes>,
    /// The round trip as a receiver of data sees it, queues included (`tcpi_rcv_rtt`).
    pub receive_rtt: Option<Duration>,
    /// Since when nothing has come (`tcpi_last_data_recv`), to a millisecond.
    pub silent_for: Option<Duration>,
    /// Counts: time with data to send or in flight (`tcpi_busy_time`), in steps of the kernel's clock, often 4 ms.
    pub busy: Option<Duration>,
    /// Counts: the part of it in which the peer's window was full (`tcpi_rwnd_limited`).
    pub window_limited: Option<Duration>,
    /// Counts: the part of it in which our send buffer was full (`tcpi_sndbuf_limited`).
    pub buffer_limited: Option<Duration>,
    /// Counts: payload sent, repetitions included (`tcpi_bytes_sent`).
    pub bytes_sent: Option<Bytes>,
    /// Counts: payload sent again (`tcpi_bytes_retrans`).
    pub bytes_again: Option<Bytes>,
    /// Counts: payload that the peer acknowledged (`tcpi_bytes_acked`).
    pub bytes_acked: Option<Bytes>,
    /// Counts: payload received in order (`tcpi_bytes_received`).
    pub bytes_received: Option<Bytes>,
    /// Counts: packets received out of order (`tcpi_rcv_ooopack`): each lost one puts those behind it here.
    pub out_of_order: Option<u32>,
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

    /// This look with its counts less those of an `earlier` look at the same connection; states stay as they are. A count
    /// that one of both lacks is `None`, and one that went back, which the kernel's do not, is zero.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let count = |now: Option<u32>, then: Option<u32>| Some(now?.saturating_sub(then?));
        let time = |now: Option<Duration>, then: Option<Duration>| Some(now?.saturating_sub(then?));
        let data = |now: Option<Bytes>, then: Option<Bytes>| Some(now?.saturating_sub(then?));
        Self {
            retransmits: count(self.retransmits, earlier.retransmits),
            busy: time(self.busy, earlier.busy),
            window_limited: time(self.window_limited, earlier.window_limited),
            buffer_limited: time(self.buffer_limited, earlier.buffer_limited),
            bytes_sent: data(self.bytes_sent, earlier.bytes_sent),
            bytes_again: data(self.bytes_again, earlier.bytes_again),
            bytes_acked: data(self.bytes_acked, earlier.bytes_acked),
            bytes_received: data(self.bytes_received, earlier.bytes_received),
            out_of_order: count(self.out_of_order, earlier.out_of_order),
            ..*self
        }
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

    #[test]
    fn counts_become_those_of_the_time_between_and_states_stay() {
        let earlier = PathSample {
            cwnd: Some(10),
            busy: Some(Duration::from_millis(8)),
            bytes_sent: Some(Bytes::new(500)),
            ..PathSample::default()
        };
        let now = PathSample {
            cwnd: Some(14),
            busy: Some(Duration::from_millis(20)),
            bytes_sent: Some(Bytes::new(900)),
            bytes_received: Some(Bytes::new(7)),
            ..PathSample::default()
        };
        let call = now.since(&earlier);
        assert_eq!(call.cwnd, Some(14));
        assert_eq!(call.busy, Some(Duration::from_millis(12)));
        assert_eq!(call.bytes_sent, Some(Bytes::new(400)));
        assert_eq!(call.bytes_received, None, "the earlier look does not tell");
        assert_eq!(now.since(&PathSample::default()).busy, None);
        assert_eq!(earlier.since(&now).bytes_sent, Some(Bytes::ZERO));
    }
}
