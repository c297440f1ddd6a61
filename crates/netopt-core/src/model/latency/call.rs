//! What a call should take, from what is known of its path: a prediction, term by term.
//!
//! The same terms that a measurement is broken down to, so that the two can be laid beside each other. Loss is not in
//! it, nor what the peer's certificate costs on a thin line. Where loss matters, see `flow_time::under_loss`.

use std::time::Duration;

use super::{Breakdown, Term};
use crate::model::flow_time::handshake::Opening;
use crate::model::flow_time::{Path, recurrence};
use crate::unit::{BitRate, Bytes, LONGEST};

/// One call: its path, its sizes, and what else is in its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// The way of the answer; the request takes the same way back, but for its rate.
    ///
    /// For a connection in use, its first window is the one that the connection has grown to.
    pub path: Path,
    /// The rate of the slowest line on the way to the server; `None` when it is that of the path.
    pub up: Option<BitRate>,
    /// The request with its head.
    pub request: Bytes,
    /// The answer with its head.
    pub response: Bytes,
    /// The server's work until it begins to answer.
    pub processing: Duration,
    /// What the call waits in queues of the path, both ways together.
    pub queuing: Duration,
    /// The round trips before the request is sent.
    pub opening: Opening,
    /// The waits before the request is sent.
    pub before: Before,
}

/// What a call waits for before it has a connection or opens one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// How long the name takes; `None` if nobody is asked.
    pub dns: Option<Duration>,
    /// How long the call waits for a place in the pool; `None` if it does not.
    pub pool_wait: Option<Duration>,
}

impl Call {
    /// A call on a connection that is open, which asks with nothing and is answered with `response` at once.
    #[must_use]
    pub const fn new(path: Path, response: Bytes) -> Self {
        Self {
            path,
            up: None,
            request: Bytes::ZERO,
            response,
            processing: Duration::ZERO,
            queuing: Duration::ZERO,
            opening: Opening::Reused,
            before: Before {
                dns: None,
                pool_wait: None,
            },
        }
    }

    /// The predicted latency and its terms; the residual is nil, because the total is their sum.
    ///
    /// A phase that does not happen is absent. [`Term::Rounds`] is the time the line stands idle while the windows grow
    /// ([`recurrence`], which takes every packet for a full one; [`Term::Transmission`] counts the bytes that there are).
    /// Handshakes wait for the empty round trip only. `None` as for [`recurrence::course`],
    /// and when the line alone takes [`LONGEST`].
    #[must_use]
    pub fn breakdown(&self) -> Option<Breakdown> {
        let there = Path {
            rate: self.up.or(self.path.rate),
            ..self.path
        };
        let handshake =
            |round_trips: u32| (round_trips > 0).then(|| self.path.rtt.saturating_mul(round_trips));
        let sending = serialisation(&there, self.request)?
            .saturating_add(serialisation(&self.path, self.response)?);
        let stalled = |path, data| Some(recurrence::course(path, data)?.stalled);
        let rounds =
            stalled(&there, self.request)?.saturating_add(stalled(&self.path, self.response)?);
        let before = [
            (Term::Dns, self.before.dns),
            (Term::Connect, handshake(self.opening.tcp_round_trips())),
            (Term::Tls, handshake(self.opening.tls_round_trips())),
            (Term::PoolWait, self.before.pool_wait),
        ];
        let after = [
            (Term::Propagation, self.path.rtt),
            (Term::Transmission, sending),
            (Term::Queuing, self.queuing),
            (Term::Processing, self.processing),
            (Term::Rounds, rounds),
        ];
        Some(Breakdown::sum(
            before
                .into_iter()
                .filter_map(|(term, time)| Some((term, time?)))
                .chain(after),
        ))
    }
}

/// The time to put the data and the headers of its packets on the line; nothing for no data. `None` from [`LONGEST`] on.
fn serialisation(path: &Path, data: Bytes) -> Option<Duration> {
    let headers = path.headers.get().saturating_mul(path.packets(data)?);
    let whole = data + Bytes::new(headers);
    let time = path.rate.map_or(Duration::ZERO, |rate| whole / rate);
    (time < LONGEST).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::flow_time::handshake::Tls;
    use proptest::prelude::*;

    const RTT: Duration = Duration::from_millis(80);

    fn rate(bps: f64) -> Option<BitRate> {
        BitRate::from_bps(bps)
    }

    fn millis_of(call: Call) -> u128 {
        call.breakdown().unwrap().total().as_millis()
    }

    fn rounds_of(call: Call) -> Duration {
        call.breakdown().unwrap().term(Term::Rounds).unwrap()
    }

    #[test]
    fn a_line_that_takes_longer_than_times_are_counted_has_no_latency() {
        let call = |bytes| Call::new(Path::new(RTT, rate(1.0)), Bytes::new(bytes));
        assert!(call(100_000_000).breakdown().is_some());
        assert_eq!(call(130_000_000).breakdown(), None);
    }

    #[test]
    fn handshakes_cost_a_round_trip_each() {
        let call = Call {
            request: Bytes::new(200),
            processing: Duration::from_millis(10),
            ..Call::new(Path::new(RTT, None), Bytes::new(1000))
        };
        for (opening, millis) in [
            (Opening::Reused, 90),
            (Opening::Fresh(Tls::Absent), 170),
            (Opening::Fresh(Tls::V13), 250),
            (Opening::Fresh(Tls::V12), 330),
        ] {
            assert_eq!(millis_of(Call { opening, ..call }), millis, "{opening:?}");
        }
    }

    #[test]
    fn on_an_endless_line_a_call_takes_its_round_trips() {
        let path = Path::new(RTT, None);
        for (opening, packets, round_trips) in [
            (Opening::Reused, 10, 1),
            (Opening::Reused, 11, 2),
            (Opening::Fresh(Tls::Absent), 10, 2),
            (Opening::Fresh(Tls::V13), 70, 5),
            (Opening::Fresh(Tls::V12), 1000, 10),
        ] {
            let response = Bytes::new(packets * path.payload.get());
            let call = Call {
                opening,
                ..Call::new(path, response)
            };
            let total = call.breakdown().unwrap().total();
            assert_eq!(total, RTT * round_trips, "{opening:?} {packets}");
        }
    }

    #[test]
    fn a_new_connection_pays_for_its_small_window() {
        // 310 packets leave in five windows (10, 20, 40, 80, 160): four round trips more than on a grown one.
        let path = Path::new(RTT, rate(1e12));
        let response = Bytes::new(310 * path.payload.get());
        let new = Call {
            opening: Opening::Fresh(Tls::Absent),
            ..Call::new(path, response)
        };
        assert_eq!(rounds_of(new).as_millis(), 319); // Less what the line did meanwhile: 4·80 ms − 146 packets.
        let grown = Path {
            initial_window: 400,
            ..path
        };
        let reused = Call::new(grown, response);
        assert_eq!(rounds_of(reused), Duration::ZERO);
        assert_eq!(reused.breakdown().unwrap().term(Term::Connect), None);
    }

    #[test]
    fn the_total_is_the_flow_time_of_both_ways() {
        let path = Path::new(Duration::from_millis(40), rate(20e6));
        let full = |packets: u64| Bytes::new(packets * path.payload.get());
        let call = Call {
            request: full(11),
            processing: Duration::from_millis(7),
            ..Call::new(path, full(1000))
        };
        let both = path.one_way(call.request).unwrap() + path.one_way(call.response).unwrap();
        let total = call.breakdown().unwrap().total();
        let expected = both + call.processing;
        assert!(
            total.abs_diff(expected) < Duration::from_nanos(10),
            "{total:?} {expected:?}"
        );
    }

    #[test]
    fn a_small_request_on_a_thin_line_takes_its_own_bytes() {
        // 100 + 52 bytes at 256 kbit/s are 4.75 ms; a full packet would be 47.
        let call = Call {
            up: rate(256e3),
            request: Bytes::new(100),
            ..Call::new(Path::new(RTT, None), Bytes::new(1))
        };
        let sending = call.breakdown().unwrap().term(Term::Transmission).unwrap();
        assert_eq!(sending, Duration::from_micros(4750));
        let silent = Call {
            request: Bytes::ZERO,
            ..call
        };
        let sending = silent.breakdown().unwrap().term(Term::Transmission);
        assert_eq!(sending, Some(Duration::ZERO));
    }

    #[test]
    fn absurd_inputs_do_not_panic() {
        let path = Path::new(RTT, rate(1e9));
        let call = Call {
            processing: Duration::MAX,
            ..Call::new(path, Bytes::new(1))
        };
        assert_eq!(call.breakdown().unwrap().total(), Duration::MAX);
        let large = Call {
            request: Bytes::new(u64::MAX),
            ..Call::new(path, Bytes::new(u64::MAX))
        };
        assert_eq!(large.breakdown(), None, "longer than times are counted");
        let empty = Path {
            payload: Bytes::ZERO,
            ..path
        };
        assert_eq!(Call::new(empty, Bytes::new(1)).breakdown(), None);
    }

    fn opening() -> impl Strategy<Value = Opening> {
        use Tls::{Absent, V12, V12Resumed, V13, V13EarlyData};
        let tls = prop::sample::select(vec![Absent, V12, V12Resumed, V13, V13EarlyData]);
        prop_oneof![Just(Opening::Reused), tls.prop_map(Opening::Fresh)]
    }

    fn before() -> impl Strategy<Value = Before> {
        let wait = || any::<Option<u16>>().prop_map(|ms| Some(Duration::from_millis(ms?.into())));
        (wait(), wait()).prop_map(|(dns, pool_wait)| Before { dns, pool_wait })
    }

    proptest! {
        #[test]
        fn a_prediction_explains_all_of_itself(
            micros in 0u64..1_000_000, up in 1e3..1e11f64, down in 1e3..1e11f64,
            sizes in (0u64..10_000_000, 0u64..10_000_000), millis in 0u64..10_000,
            opening in opening(), before in before(),
        ) {
            let path = Path::new(Duration::from_micros(micros), rate(down));
            let call = Call {
                up: rate(up),
                request: Bytes::new(sizes.0),
                processing: Duration::from_millis(millis),
                queuing: Duration::from_micros(millis),
                opening,
                before,
                ..Call::new(path, Bytes::new(sizes.1))
            };
            let breakdown = call.breakdown().unwrap();
            let total = breakdown.total();
            let terms: Duration = Term::ALL.into_iter().filter_map(|term| breakdown.term(term)).sum();
            prop_assert_eq!(terms, total);
            prop_assert!(breakdown.residual_ms().abs() < 1e-11 * (1.0 + crate::unit::millis(terms)));

            // What saves a handshake, a way or a wait never hurts; times are rounded to the nanosecond, term by term.
            let rounding = Duration::from_nanos(5);
            let near = Path { rtt: path.rtt / 2, ..path };
            let wide = Path { rate: rate(down * 2.0), ..path };
            for better in [
                Call { opening: Opening::Reused, ..call },
                Call { path: near, ..call },
                Call { path: wide, ..call },
            ] {
                let faster = better.breakdown().unwrap().total();
                prop_assert!(faster <= total + rounding, "{faster:?} {better:?}");
            }
        }
    }
}
