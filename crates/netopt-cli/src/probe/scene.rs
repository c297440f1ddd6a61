//! Invented calls, for tests of what is made of calls.

use std::time::Duration;

use netopt_core::exchange::{ConnectionUse, Exchange, Protocol, TlsSession};
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Span, Timeline};
use netopt_core::stamps::{Arrival, ArrivalOf, Stamps};
use netopt_core::unit::Bytes;

use super::{Probe, Series};

/// A successful call with these phases: start and end in milliseconds.
pub(crate) fn answered(phases: &[(Phase, u64, u64)]) -> Exchange {
    let mut timeline = Timeline::new();
    for &(phase, start, end) in phases {
        timeline.mark(
            phase,
            Duration::from_millis(start),
            Duration::from_millis(end),
        );
    }
    Exchange::bare(timeline, Outcome::Answered(200))
}

/// A call that the peer refused.
pub(crate) fn refused() -> Exchange {
    let failure = Failure {
        kind: FailureKind::ConnectRefused,
        phase: Phase::Connect,
        message: "192.0.2.1:80 refused the connection".to_owned(),
    };
    Exchange {
        outcome: Outcome::Failed(failure),
        ..answered(&[(Phase::Connect, 0, 1)])
    }
}

/// The same call on connection `id` after `earlier` others, over TLS, on a path of that round trip in milliseconds.
pub(crate) fn carried(mut exchange: Exchange, id: u64, earlier: u64, rtt: u64) -> Exchange {
    exchange.connection = Some(ConnectionUse {
        id,
        earlier,
        age: Duration::ZERO,
        protocol: Protocol::Http1,
        tls: Some(TlsSession {
            version: "TLSv1.3".to_owned(),
            resumed: id > 1,
            certificates: Bytes::new(800),
        }),
        nodelay: Some(true),
        congestion_control: None,
        opening: None,
    });
    let rtt = Some(Duration::from_millis(rtt));
    exchange.path = Some(Box::new(PathSample {
        rtt,
        min_rtt: rtt,
        retransmits: Some(0),
        cwnd: Some(10),
        ..PathSample::default()
    }));
    exchange
}

/// The same call, of which the kernel told: its answer lay here unread for so many milliseconds.
pub(crate) fn starved(mut exchange: Exchange, unread: u64) -> Exchange {
    let at = Duration::from_millis;
    let rtt = exchange
        .path
        .as_ref()
        .and_then(|path| path.rtt)
        .unwrap_or_default();
    let end = exchange
        .timeline
        .span(Phase::Wait)
        .map_or_else(|| at(unread), Span::end);
    let arrived = end.saturating_sub(at(unread));
    exchange.stamps = Some(Box::new(Stamps {
        handed: Duration::ZERO,
        written: Some(Duration::ZERO),
        blocked: Duration::ZERO,
        scheduled: Some(Duration::ZERO),
        sent: Some(Duration::ZERO),
        acknowledged: Some(rtt),
        arrived: Some(Arrival {
            at: arrived,
            of: ArrivalOf::OneSegment,
        }),
        read: Some(end),
        whole: Some(end),
        answered: end,
        last_arrived: Some(arrived),
        is_resent: false,
        min_rtt: Some(rtt),
        trip_before: None,
        uncertainty: Duration::ZERO,
    }));
    exchange
}

/// Times of a made-up target, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    /// Name lookup.
    pub(crate) dns: u64,
    /// There and back; a new connection takes two of them.
    pub(crate) rtt: u64,
    /// The server's work.
    pub(crate) work: u64,
    /// The body.
    pub(crate) body: u64,
    /// Whether the server keeps connections.
    pub(crate) keeps: bool,
}

impl World {
    /// Ten calls of each kind.
    pub(crate) fn probe(self) -> Probe {
        let target = "https://shop.test/".parse().expect("a target");
        let mut probe = Probe::new(target, 10.try_into().expect("not zero"));
        let opening = self.dns + 2 * self.rtt;
        let fresh = |id| {
            let handshake = self.dns + self.rtt;
            let mut phases = vec![
                (Phase::Connect, self.dns, handshake),
                (Phase::Tls, handshake, opening),
            ];
            if self.dns > 0 {
                phases.push((Phase::Dns, 0, self.dns));
            }
            phases.extend(self.answer(opening));
            carried(answered(&phases), id, 0, self.rtt)
        };
        let mut kept = Series::default();
        for number in 1..=10 {
            probe.fresh.record(fresh(number));
            let reused = carried(answered(&self.answer(0)), 1, number, self.rtt);
            let reused = starved(reused, 0);
            kept.record(if self.keeps { reused } else { fresh(number) });
        }
        probe.kept = Some(kept);
        probe.is_complete = true;
        probe
    }

    fn answer(self, from: u64) -> [(Phase, u64, u64); 3] {
        let first_byte = from + self.rtt + self.work;
        [
            (Phase::Send, from, from),
            (Phase::Wait, from, first_byte),
            (Phase::Receive, first_byte, first_byte + self.body),
        ]
    }
}
