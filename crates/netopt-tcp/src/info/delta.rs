//! What a connection did between two snapshots.
//!
//! Lifetime totals hide what happens now: a connection that was idle for an hour and is stuck since a second looks idle.
//! A counter that is unknown at either end, or that went backwards because it wrapped or because the snapshots are of two
//! connections, has no difference. What the differences mean together is not told here.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio};

use super::TcpInfo;

macro_rules! deltas {
    ($($(#[$doc:meta])* $name:ident: $value:ty;)*) => {
        /// Differences of the counters of two snapshots, under the names of the accessors of [`TcpInfo`].
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Delta {$(
            $(#[$doc])*
            pub $name: Option<$value>,
        )*}

        impl Delta {
            /// What `later` counted beyond `earlier`.
            pub(super) fn between(earlier: &TcpInfo, later: &TcpInfo) -> Self {
                Self {$(
                    $name: Option::zip(later.$name(), earlier.$name())
                        .and_then(|(later, earlier)| Counter::minus(later, earlier)),
                )*}
            }
        }
    };
}

deltas! {
    /// Time with something to send or to be acknowledged; the next two are parts of it.
    busy_time: Duration;
    /// Time in which the peer's window stopped us.
    rwnd_limited: Duration;
    /// Time in which our send buffer was too small.
    sndbuf_limited: Duration;
    /// Bytes that the peer acknowledged.
    bytes_acked: Bytes;
    /// Bytes received in order.
    bytes_received: Bytes;
    /// Bytes sent, with retransmissions.
    bytes_sent: Bytes;
    /// Bytes sent again.
    bytes_retrans: Bytes;
    /// Segments sent again.
    total_retrans: u32;
    /// Segments sent.
    segs_out: u32;
    /// Segments received.
    segs_in: u32;
    /// Segments with data sent.
    data_segs_out: u32;
    /// Segments with data received.
    data_segs_in: u32;
    /// Segments that the peer has.
    delivered: u32;
    /// Those of them with a congestion mark.
    delivered_ce: u32;
    /// Segments that the peer had twice.
    dsack_dups: u32;
    /// Reorderings noticed.
    reord_seen: u32;
    /// Packets that came out of order.
    rcv_ooopack: u32;
    /// Changes of the flow label.
    rehash: u32;
    /// Retransmission timeouts.
    total_rto: u16;
    /// Runs of timeouts that ended in a recovery.
    total_rto_recoveries: u16;
    /// Time in such runs.
    total_rto_time: Duration;
    /// Segments that came with a congestion mark.
    received_ce: u32;
}

impl Delta {
    /// Busy, and held by nothing at this end nor by the peer's window: what is left is the path and the congestion
    /// window. Never below zero although the three are counted in ticks.
    #[must_use]
    pub fn busy_otherwise(&self) -> Option<Duration> {
        let held = self.rwnd_limited? + self.sndbuf_limited?;
        Some(self.busy_time?.saturating_sub(held))
    }

    /// The time with nothing to send in an interval of `elapsed`. Never below zero although busy time is counted in
    /// ticks.
    #[must_use]
    pub fn idle(&self, elapsed: Duration) -> Option<Duration> {
        Some(elapsed.saturating_sub(self.busy_time?))
    }

    /// The share of the bytes sent that were sent again. `None` when nothing was sent.
    #[must_use]
    pub fn retransmitted(&self) -> Option<Ratio> {
        Ratio::of(self.bytes_retrans?.get(), self.bytes_sent?.get())
    }

    /// The rate at which the peer acknowledged. `None` for nothing, or in no time.
    #[must_use]
    pub fn goodput(&self, elapsed: Duration) -> Option<BitRate> {
        self.bytes_acked?.over(elapsed)
    }

    /// The rate at which data came in. `None` for nothing, or in no time.
    #[must_use]
    pub fn received(&self, elapsed: Duration) -> Option<BitRate> {
        self.bytes_received?.over(elapsed)
    }
}

/// What only ever grows.
trait Counter: Sized {
    /// The growth; `None` if it shrank.
    fn minus(self, earlier: Self) -> Option<Self>;
}

impl Counter for u16 {
    fn minus(self, earlier: Self) -> Option<Self> {
        self.checked_sub(earlier)
    }
}

impl Counter for u32 {
    fn minus(self, earlier: Self) -> Option<Self> {
        self.checked_sub(earlier)
    }
}

impl Counter for Duration {
    fn minus(self, earlier: Self) -> Option<Self> {
        self.checked_sub(earlier)
    }
}

impl Counter for Bytes {
    fn minus(self, earlier: Self) -> Option<Self> {
        self.get().checked_sub(earlier.get()).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(busy: u64, held: u64, sent: u64, again: u64) -> TcpInfo {
        let mut raw = [0; 280];
        for (offset, number) in [(168, busy), (176, held), (200, sent), (208, again)] {
            raw[offset..offset + 8].copy_from_slice(&number.to_ne_bytes());
        }
        TcpInfo::from_bytes(&raw)
    }

    #[test]
    fn busy_time_contains_what_it_was_held_by() {
        let delta = info(900_000, 600_000, 5_000, 250).since(&info(100_000, 100_000, 3_000, 50));
        let ms = Duration::from_millis;
        assert_eq!(
            (delta.busy_time, delta.rwnd_limited),
            (Some(ms(800)), Some(ms(500)))
        );
        assert_eq!(delta.busy_otherwise(), Some(ms(300)));
        assert_eq!(delta.idle(ms(1000)), Some(ms(200)));
        assert_eq!(delta.idle(ms(798)), Some(ms(0)));
        assert_eq!(delta.retransmitted(), Ratio::new(0.1));
    }

    #[test]
    fn a_counter_that_went_backwards_or_is_unknown_has_no_difference() {
        let (early, late) = (info(0, 0, 9, 0), info(0, 0, 5, 0));
        assert_eq!(late.since(&early).bytes_sent, None);
        assert_eq!(late.since(&early).retransmitted(), None);
        let old = TcpInfo::from_bytes(&late.as_bytes()[..104]);
        let delta = old.since(&old);
        assert_eq!(
            delta,
            Delta {
                total_retrans: Some(0),
                ..Delta::default()
            }
        );
        assert_eq!(
            (delta.idle(Duration::ZERO), delta.busy_otherwise()),
            (None, None)
        );
    }
}
