//! Connections for HTTP/2 and HTTP/3, where one carries many calls at once.

use std::num::NonZeroU32;

use crate::model::queueing::Erlangs;
use crate::unit::Ratio;

/// The share of a connection's streams to plan with; the rest is room for bursts and for one lost connection.
pub const TARGET_FILL: f64 = 0.7;

/// At least two, so that one packet lost, or one connection that the server winds down (GOAWAY), does not stop all calls.
pub const LEAST_CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// ⌈a / (u·m)⌉, and no less than [`LEAST_CONNECTIONS`]: connections for this many calls at once, where each may
/// carry `max_streams` (the server's `SETTINGS_MAX_CONCURRENT_STREAMS`, RFC 9113 §6.5.2) and is filled to a share `fill`.
/// `None` for a fill of 0, or beyond a `u32`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie in the range"
)]
pub fn connections_for_streams(
    load: Erlangs,
    max_streams: NonZeroU32,
    fill: Ratio,
) -> Option<NonZeroU32> {
    let connections = (load.get() / (fill.get() * f64::from(max_streams.get()))).ceil();
    (connections <= f64::from(u32::MAX)).then(|| {
        NonZeroU32::new(connections as u32).map_or(LEAST_CONNECTIONS, |n| n.max(LEAST_CONNECTIONS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(load: f64, streams: u32, fill: f64) -> Option<u32> {
        let (load, fill) = (Erlangs::new(load).unwrap(), Ratio::new(fill).unwrap());
        connections_for_streams(load, NonZeroU32::new(streams).unwrap(), fill).map(NonZeroU32::get)
    }

    #[test]
    fn streams_are_filled_to_the_target_and_one_is_never_alone() {
        for (load, streams, want) in [
            (0.0, 100, 2),
            (10.0, 100, 2),
            (140.0, 100, 2),
            (141.0, 100, 3),
            (500.0, 100, 8),
            (10.0, 1, 15),
        ] {
            assert_eq!(
                connections(load, streams, TARGET_FILL),
                Some(want),
                "{load}"
            );
        }
    }

    #[test]
    fn nothing_fits_into_nothing() {
        assert_eq!(connections(10.0, 100, 0.0), None);
        assert_eq!(connections(0.0, 100, 0.0), None);
        assert_eq!(connections(f64::MAX, 1, 1.0), None);
    }
}
