//! What a call should take, from what is known of its path: a prediction, term by term.
//!
//! The same terms that a measurement is broken down to, so that the two can be laid beside each other. Loss is not in
//! it, nor what the peer's certificate costs on a thin line. Where loss matters, see `flow_time`.

use std::time::Duration;

use super::opening::Opening;
use super::{Breakdown, Term};
use crate::model::message_size::Length;
use crate::model::slow_start;
use crate::unit::{BitRate, Bytes};

/// The payload of a full segment: an Ethernet frame less the headers of IPv4 and TCP (RFC 9293, §3.7.1).
pub const SEGMENT: Bytes = Bytes::new(1460);

/// The headers of IPv4 and TCP without options, in front of each segment.
pub const HEADERS: Bytes = Bytes::new(40);

/// One call: its path, its sizes, and what else is in its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// The round trip through the empty path, as of a small packet.
    pub round_trip: Duration,
    /// The slowest line on the way to the server, for whole IP packets.
    pub up: BitRate,
    /// The slowest line on the way back.
    pub down: BitRate,
    /// The request with its head.
    pub request: Bytes,
    /// The answer with its head.
    pub response: Bytes,
    /// The server's work until it begins to answer.
    pub processing: Duration,
    /// What the call waits in queues of the path, both ways together.
    pub queuing: Duration,
    /// What happens before the request is sent.
    pub opening: Opening,
}

impl Call {
    /// The predicted latency and its terms; the residual is nil, because the total is their sum.
    ///
    /// A phase that does not happen is absent. On a new connection both directions start with a window of ten segments
    /// (RFC 6928) that doubles each round trip; [`Term::Rounds`] is the time the line stands idle for that. A reused
    /// connection is taken to have grown its windows already. Handshakes wait for the empty round trip only.
    #[must_use]
    pub fn breakdown(&self) -> Breakdown {
        let handshake = |round_trips: u32| {
            (round_trips > 0).then(|| self.round_trip.saturating_mul(round_trips))
        };
        let sending = serialisation(self.request, self.up)
            .saturating_add(serialisation(self.response, self.down));
        let rounds = if self.opening.is_new() {
            self.stalls(self.request, self.up)
                .saturating_add(self.stalls(self.response, self.down))
        } else {
            Duration::ZERO
        };
        let before = [
            (Term::Dns, self.opening.dns),
            (Term::Connect, handshake(self.opening.tcp)),
            (Term::Tls, handshake(self.opening.tls)),
            (Term::PoolWait, self.opening.pool_wait),
        ];
        let after = [
            (Term::Propagation, self.round_trip),
            (Term::Transmission, sending),
            (Term::Queuing, self.queuing),
            (Term::Processing, self.processing),
            (Term::Rounds, rounds),
        ];
        Breakdown::sum(
            before
                .into_iter()
                .filter_map(|(term, time)| Some((term, time?)))
                .chain(after),
        )
    }

    /// How long the line idles while the window grows: after each window but the last, from its last bit until the
    /// acknowledgement of its first segment, `max(0, S + RTT − w·S)`. With an endless rate it is a round trip each.
    fn stalls(&self, data: Bytes, rate: BitRate) -> Duration {
        let segment = Length::from(SEGMENT + HEADERS);
        let answered = (segment / rate).saturating_add(self.round_trip);
        let windows = slow_start::rounds(data, SEGMENT).saturating_sub(1);
        // A window is divided by the rate as a whole: thousands of times a segment's rounded time would be off by
        // microseconds on a fast line.
        (0..windows)
            .map(|round| slow_start::INITIAL_WINDOW.saturating_mul(1u64 << round.min(63)))
            .map(|window| answered.saturating_sub(segment * window / rate))
            .fold(Duration::ZERO, Duration::saturating_add)
    }
}

/// The time to put the data and the headers of its segments on the line; nothing for no data.
fn serialisation(data: Bytes, rate: BitRate) -> Duration {
    let segments = data.get().div_ceil(SEGMENT.get());
    (data + Bytes::new(HEADERS.get().saturating_mul(segments))) / rate
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(response: u64, opening: Opening) -> Call {
        Call {
            round_trip: Duration::from_millis(80),
            up: BitRate::from_bps(1e12).unwrap(),
            down: BitRate::from_bps(1e12).unwrap(),
            request: Bytes::new(200),
            response: Bytes::new(response),
            processing: Duration::from_millis(10),
            queuing: Duration::ZERO,
            opening,
        }
    }

    fn millis_of(call: Call) -> u128 {
        call.breakdown().total().as_millis()
    }

    #[test]
    fn handshakes_cost_a_round_trip_each() {
        for (opening, millis) in [
            (Opening::REUSED, 90),
            (Opening::TCP, 170),
            (Opening::TLS_1_3, 250),
            (Opening::TLS_1_2, 330),
        ] {
            assert_eq!(millis_of(call(1000, opening)), millis, "{opening:?}");
        }
    }

    #[test]
    fn a_new_connection_pays_for_its_small_window() {
        // 310 segments leave in five windows (10, 20, 40, 80, 160): four round trips more than on a grown one.
        let response = 310 * SEGMENT.get();
        let new = call(response, Opening::TCP).breakdown();
        let rounds = new.term(Term::Rounds).unwrap();
        assert_eq!(rounds.as_millis(), 319); // Less what the line did meanwhile: 4·80 ms − 146 segments.
        let reused = call(response, Opening::REUSED).breakdown();
        assert_eq!(reused.term(Term::Rounds), Some(Duration::ZERO));
        assert_eq!(reused.term(Term::Connect), None);
    }

    #[test]
    fn slow_start_stalls_add_up_to_the_recurrence() {
        // 20 Mbit/s and 40 ms: a segment takes 0.6 ms, so windows of 80 and more leave no gap.
        let mut call = call(1000 * SEGMENT.get(), Opening::TCP);
        call.down = BitRate::from_bps(20e6).unwrap();
        call.round_trip = Duration::from_millis(40);
        let (segment, round_trip) = (0.6e-3, 40e-3);
        let (mut left, mut window, mut time) = (1000.0, 10.0, 0.0);
        loop {
            let sending = f64::min(window, left) * segment;
            left -= window;
            if left <= 0.0 {
                time += sending;
                break;
            }
            time += f64::max(sending, segment + round_trip);
            window *= 2.0;
        }
        let breakdown = call.breakdown();
        let got = breakdown.term(Term::Rounds).unwrap() + serialisation(call.response, call.down);
        assert!((got.as_secs_f64() - time).abs() < 1e-9, "{got:?} {time}");
    }

    #[test]
    fn a_fast_line_is_not_counted_in_whole_nanoseconds_a_segment() {
        // 72.9 Gbit/s, where a segment takes 164.7 ns: the last of nine stalls is 422 µs less 2,559 segments.
        let mut call = call(7_460_601, Opening::TCP);
        call.round_trip = Duration::from_micros(422);
        let rounds = |bps: f64| {
            let call = Call {
                down: BitRate::from_bps(bps).unwrap(),
                ..call
            };
            call.breakdown().term(Term::Rounds).unwrap().as_secs_f64()
        };
        let bps = 72_864_012_304.262_77;
        let segment = 12_000.0 / bps;
        let windows = (0..9).map(|round| 10.0 * 2f64.powi(round));
        let expected: f64 = windows
            .map(|window| (422e-6 + segment - window * segment).max(0.0))
            .sum();
        assert!(
            (rounds(bps) - expected).abs() < 2e-8,
            "{} {expected}",
            rounds(bps)
        );
    }

    #[test]
    fn headers_travel_too() {
        let rate = BitRate::from_bps(12e6).unwrap();
        assert_eq!(serialisation(SEGMENT, rate), Duration::from_millis(1));
        assert_eq!(serialisation(Bytes::ZERO, rate), Duration::ZERO);
    }

    #[test]
    fn absurd_sizes_do_not_panic() {
        let mut call = call(
            u64::MAX,
            Opening {
                tls: u32::MAX,
                ..Opening::TCP
            },
        );
        call.request = Bytes::new(u64::MAX);
        call.processing = Duration::MAX;
        assert_eq!(call.breakdown().total(), Duration::MAX);
    }

    fn opening() -> impl Strategy<Value = Opening> {
        (any::<Option<u16>>(), any::<Option<u16>>(), 0u32..3, 0u32..3).prop_map(
            |(dns, wait, tcp, tls)| {
                let millis = |ms: Option<u16>| ms.map(|ms| Duration::from_millis(ms.into()));
                Opening {
                    dns: millis(dns),
                    pool_wait: millis(wait),
                    tcp,
                    tls,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_prediction_explains_all_of_itself(
            micros in 0u64..1_000_000, up in 1e3..1e11f64, down in 1e3..1e11f64,
            sizes in (0u64..10_000_000, 0u64..10_000_000), millis in 0u64..10_000, opening in opening()
        ) {
            let call = Call {
                round_trip: Duration::from_micros(micros),
                up: BitRate::from_bps(up).unwrap(),
                down: BitRate::from_bps(down).unwrap(),
                request: Bytes::new(sizes.0),
                response: Bytes::new(sizes.1),
                processing: Duration::from_millis(millis),
                queuing: Duration::from_micros(millis),
                opening,
            };
            let breakdown = call.breakdown();
            let terms: Duration = Term::ALL.into_iter().filter_map(|term| breakdown.term(term)).sum();
            prop_assert_eq!(terms, breakdown.total());
            prop_assert!(breakdown.residual_ms().abs() < 1e-12 * (1.0 + crate::unit::millis(terms)) * 10.0);

            // Nothing that a reused connection saves makes it slower, and a faster line or nearer server never hurts.
            let reused = Call { opening: Opening::REUSED, ..call };
            prop_assert!(reused.breakdown().total() <= breakdown.total());
            let near = Call { round_trip: call.round_trip / 2, ..call };
            prop_assert!(near.breakdown().total() <= breakdown.total());
            let wide = Call { down: BitRate::from_bps(down * 2.0).unwrap(), ..call };
            prop_assert!(wide.breakdown().total() <= breakdown.total() + Duration::from_nanos(100));
        }
    }
}
