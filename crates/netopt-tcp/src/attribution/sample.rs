//! The part of `TCP_INFO` that says what limits a sender, as plain values.
//!
//! The rules are computed from this and not from the kernel's structure, so that a test can state a world in a few numbers.
//! A field that the kernel does not report is `None`. What it leaves alone: judging.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

use super::Snapshot;

/// One look at a sender.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sample {
    /// Since some moment that is the same for all looks.
    pub(crate) at: Duration,
    /// Smoothed round trip.
    pub(crate) rtt: Option<Duration>,
    /// Smallest round trip.
    pub(crate) min_rtt: Option<Duration>,
    /// Payload of a full segment.
    pub(crate) mss: Option<Bytes>,
    /// Segments in flight.
    pub(crate) unacked: Option<u32>,
    /// Congestion window in segments.
    pub(crate) cwnd: Option<u32>,
    /// Where slow start ends, in segments.
    pub(crate) ssthresh: Option<u32>,
    /// Written and not sent.
    pub(crate) notsent: Option<Bytes>,
    /// The window that the receiver offers.
    pub(crate) window: Option<Bytes>,
    /// The kernel's estimate of the rate of delivery.
    pub(crate) delivery_rate: Option<BitRate>,
    /// The estimate was made while the application had too little to send.
    pub(crate) app_limited: Option<bool>,
    /// How fast the kernel lets packets go.
    pub(crate) pacing_rate: Option<BitRate>,
    /// The bound on that by `SO_MAX_PACING_RATE`; `None` without one.
    pub(crate) max_pacing_rate: Option<BitRate>,
    /// Time with something to send or to be acknowledged; the two below are part of it.
    pub(crate) busy: Option<Duration>,
    /// Time limited by the receiver's window.
    pub(crate) rwnd_limited: Option<Duration>,
    /// Time limited by the send buffer.
    pub(crate) sndbuf_limited: Option<Duration>,
    /// Payload acknowledged.
    pub(crate) acked: Option<Bytes>,
    /// Payload sent, again included.
    pub(crate) sent: Option<Bytes>,
    /// Payload sent again.
    pub(crate) again: Option<Bytes>,
    /// Segments sent again.
    pub(crate) retransmits: Option<u32>,
    /// Segments that the receiver had twice: they had been sent again in vain.
    pub(crate) spurious: Option<u32>,
    /// Times that packets were seen to overtake each other.
    pub(crate) reordered: Option<u32>,
    /// Retransmission timeouts.
    pub(crate) timeouts: Option<u32>,
}

impl Sample {
    /// What `snapshot` says about sending.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let info = &snapshot.info;
        Self {
            at: snapshot.at,
            rtt: info.rtt(),
            min_rtt: info.min_rtt(),
            mss: info.snd_mss(),
            unacked: info.unacked(),
            cwnd: info.snd_cwnd(),
            ssthresh: info.snd_ssthresh(),
            notsent: info.notsent_bytes(),
            window: info.snd_wnd(),
            delivery_rate: info.delivery_rate(),
            app_limited: info.delivery_rate_app_limited(),
            pacing_rate: info.pacing_rate(),
            max_pacing_rate: info.max_pacing_rate(),
            busy: info.busy_time(),
            rwnd_limited: info.rwnd_limited(),
            sndbuf_limited: info.sndbuf_limited(),
            acked: info.bytes_acked(),
            sent: info.bytes_sent(),
            again: info.bytes_retrans(),
            retransmits: info.total_retrans(),
            spurious: info.dsack_dups(),
            reordered: info.reord_seen(),
            timeouts: info.total_rto().map(u32::from),
        }
    }

    /// Bytes in flight.
    pub(crate) fn in_flight(&self) -> Option<Bytes> {
        Some(Bytes::new(u64::from(self.unacked?) * self.mss?.get()))
    }

    /// At least a full segment waits in the kernel.
    pub(crate) fn has_backlog(&self) -> Option<bool> {
        Some(self.notsent? >= self.mss?)
    }
}
