//! How long a transfer of a given size takes.
//!
//! Models of the same thing. [`recurrence`] steps through the windows of a fresh connection on a path with a
//! bottleneck and no loss, and is exact for that path. [`closed_form`] is the textbook's formula for the same. [`cardwell`]
//! takes loss in and the bottleneck out, and gives an expected value; [`under_loss`] puts its pieces on top of the
//! recurrence, and is what to use. [`handshake`] adds what happens before the first
//! byte. Whole calls are left to `latency`, the throughput of long transfers to `loss` and `congestion`.

use std::time::Duration;

use super::slow_start::INITIAL_WINDOW;
use crate::unit::{BitRate, Bytes};

pub mod cardwell;
pub mod closed_form;
pub mod handshake;
pub mod recurrence;
pub mod under_loss;

/// Payload of a full packet over Ethernet with IPv4 and TCP timestamps: 1,500 − 20 − 20 − 12 bytes.
pub const USUAL_PAYLOAD: Bytes = Bytes::new(1448);

/// Headers of such a packet.
pub const USUAL_HEADERS: Bytes = Bytes::new(52);

/// A path without loss, and the sender on it. It is the same in both directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Round trip of an empty path: propagation and fixed processing, neither queues nor serialisation.
    pub rtt: Duration,
    /// Rate of the bottleneck, headers included; `None` when it is so high that serialisation takes no time.
    pub rate: Option<BitRate>,
    /// Payload of a full packet.
    pub payload: Bytes,
    /// Headers of a packet, as far as they count against the rate.
    pub headers: Bytes,
    /// First window in packets. On a connection in use: the window that it has grown to.
    pub initial_window: u64,
    /// The largest window in packets that the receiver allows; `None` when it never limits.
    pub window: Option<u64>,
}

impl Path {
    /// A path with packets of the usual size, a first window of ten packets (RFC 6928) and no window limit.
    #[must_use]
    pub const fn new(rtt: Duration, rate: Option<BitRate>) -> Self {
        Self {
            rtt,
            rate,
            payload: USUAL_PAYLOAD,
            headers: USUAL_HEADERS,
            initial_window: INITIAL_WINDOW,
            window: None,
        }
    }

    /// Packets for `data`; `None` when packets carry nothing. The models count each as full, the last one too.
    #[must_use]
    pub fn packets(&self, data: Bytes) -> Option<u64> {
        (self.payload > Bytes::ZERO).then(|| data.get().div_ceil(self.payload.get()))
    }

    /// Time of a full packet on the bottleneck, in seconds; `S` of the formulas.
    fn packet_seconds(&self) -> f64 {
        self.rate.map_or(0.0, |rate| {
            (self.payload + self.headers).bits() / rate.bps()
        })
    }

    /// From the first byte sent to the last one received: half a round trip after [`recurrence::Course::sent`].
    ///
    /// `None` as for [`recurrence::course`].
    #[must_use]
    pub fn one_way(&self, data: Bytes) -> Option<Duration> {
        recurrence::course(self, data)?
            .sent()
            .checked_add(self.rtt / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_first_window_saves_round_trips() {
        let cold = Path::new(Duration::from_millis(40), BitRate::from_bps(100e6));
        let warm = Path {
            initial_window: 80,
            ..cold
        };
        let data = Bytes::new(100_000);
        assert!(cold.one_way(data).unwrap() > warm.one_way(data).unwrap() + cold.rtt);
    }

    #[test]
    fn impossible_paths_have_no_time() {
        let path = Path::new(Duration::from_millis(40), BitRate::from_bps(20e6));
        let data = Bytes::new(100_000);
        for broken in [
            Path {
                payload: Bytes::ZERO,
                ..path
            },
            Path {
                initial_window: 0,
                ..path
            },
            Path {
                window: Some(0),
                ..path
            },
            Path {
                rtt: Duration::MAX,
                ..path
            },
            Path {
                rate: BitRate::from_bps(1e-300),
                ..path
            },
        ] {
            assert_eq!(broken.one_way(data), None, "{broken:?}");
        }
    }
}
