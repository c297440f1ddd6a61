//! Calls of one kind, summed up in bounded memory.

use std::collections::BTreeMap;

use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::histogram::LatencyHistogram;
use netopt_core::metrics::NetworkMetrics;
use netopt_core::outcome::{Outcome, Side};
use netopt_core::phase::Phase;
use netopt_core::unit::Ratio;

use super::Middles;

/// Calls that are kept as they are, the first ones; later ones are only in the sums. Enough for any median.
pub(crate) const MOST_KEPT: usize = 2_000;

/// Calls of one kind.
#[derive(Debug, Default)]
pub(crate) struct Series {
    calls: u64,
    answers: NetworkMetrics,
    starts: [LatencyHistogram; Phase::ALL.len()],
    troubles: BTreeMap<&'static str, Trouble>,
    sessions: Share,
    reuse: Share,
    cut: u64,
    exchanges: Vec<Exchange>,
}

/// Calls that did not succeed for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// How many.
    pub(crate) n: u64,
    /// What the first of them said.
    pub(crate) message: String,
    /// In which phase it broke, and on whose side; `None` for an answer with an error status.
    pub(crate) place: Option<(Phase, Option<Side>)>,
}

impl Trouble {
    /// The message with phase and side, and how many of how many: `(wait, peer; 3 of 3 calls)`.
    #[must_use]
    pub(crate) fn told(&self, of: u64) -> String {
        let place = match self.place {
            Some((phase, Some(side))) => format!("{}, {}; ", phase.name(), side.name()),
            Some((phase, None)) => format!("{}; ", phase.name()),
            None => String::new(),
        };
        format!("{} ({place}{} of {of} calls)", self.message, self.n)
    }
}

/// Some of some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// Those that have the property.
    pub(crate) part: u64,
    /// All that could have it.
    pub(crate) whole: u64,
}

impl Share {
    fn count(&mut self, part: u64) {
        self.part += part;
        self.whole += 1;
    }

    /// The share; `None` of nothing.
    #[must_use]
    pub(crate) fn ratio(self) -> Option<Ratio> {
        Ratio::of(self.part, self.whole)
    }
}

impl Series {
    /// Counts one call.
    pub(crate) fn record(&mut self, exchange: Exchange) {
        self.calls += 1;
        if let Some(class) = exchange.outcome.error_class() {
            let first = || Trouble {
                n: 0,
                message: reason(&exchange.outcome),
                place: place(&exchange.outcome),
            };
            self.troubles.entry(class).or_insert_with(first).n += 1;
        }
        if let Some(connection) = &exchange.connection {
            self.reuse.count(u64::from(connection.earlier > 0));
            if let (Some(tls), 0) = (&connection.tls, connection.earlier) {
                self.sessions.count(tls.resumed.into());
            }
        }
        if !matches!(exchange.outcome, Outcome::Failed(_)) {
            self.answers.record(&exchange);
            self.cut += u64::from(exchange.answer.as_ref().is_some_and(|answer| answer.cut));
            for phase in Phase::ALL {
                if let Some(span) = exchange.timeline.span(phase) {
                    self.starts[phase as usize].record(span.start());
                }
            }
        }
        if self.exchanges.len() < MOST_KEPT {
            self.exchanges.push(exchange);
        }
    }

    /// Calls made.
    #[must_use]
    pub(crate) const fn calls(&self) -> u64 {
        self.calls
    }

    /// Calls that were answered, whatever the status.
    #[must_use]
    pub(crate) const fn answered(&self) -> u64 {
        self.answers.count()
    }

    /// Calls that did not succeed, by class.
    #[must_use]
    pub(crate) const fn troubles(&self) -> &BTreeMap<&'static str, Trouble> {
        &self.troubles
    }

    /// When the phase began in the answered calls that went through it.
    #[must_use]
    pub(crate) const fn start(&self, phase: Phase) -> &LatencyHistogram {
        &self.starts[phase as usize]
    }

    /// How long the phase took in the answered calls that went through it.
    #[must_use]
    pub(crate) const fn length(&self, phase: Phase) -> &LatencyHistogram {
        self.answers.phase(phase)
    }

    /// How long the answered calls took.
    #[must_use]
    pub(crate) const fn total(&self) -> &LatencyHistogram {
        self.answers.service()
    }

    /// TLS handshakes that resumed a session, of all that succeeded.
    #[must_use]
    pub(crate) const fn sessions(&self) -> Share {
        self.sessions
    }

    /// Calls on a connection that had carried another, of all that had one.
    #[must_use]
    pub(crate) const fn reuse(&self) -> Share {
        self.reuse
    }

    /// Answers whose body was longer than the reader was willing to take.
    #[must_use]
    pub(crate) const fn cut(&self) -> u64 {
        self.cut
    }

    /// The first calls, as they were.
    #[must_use]
    pub(crate) fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Whose time they took.
    #[must_use]
    pub(crate) fn split(&self) -> Middles {
        Middles::of(&self.exchanges)
    }

    /// The protocol spoken, and the version of TLS under it.
    #[must_use]
    pub(crate) fn spoken(&self) -> Option<(Protocol, Option<&str>)> {
        let connection = self
            .exchanges
            .iter()
            .find_map(|exchange| exchange.connection.as_ref())?;
        let tls = connection
            .tls
            .as_ref()
            .map(|session| session.version.as_str());
        Some((connection.protocol, tls))
    }
}

fn place(outcome: &Outcome) -> Option<(Phase, Option<Side>)> {
    let failure = outcome.failure()?;
    Some((failure.phase, failure.side()))
}

fn reason(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(status) => format!("answered with status {status}"),
        Outcome::Connected => "connected".to_owned(),
        Outcome::Failed(failure) => failure.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::scene::answered;

    #[test]
    fn a_call_without_an_answer_moves_no_quantile() {
        let mut series = Series::default();
        series.record(answered(&[(Phase::Wait, 0, 10)]));
        let p50 = series.total().quantile(0.5);
        let mut failed = answered(&[(Phase::Wait, 0, 900)]);
        failed.outcome = Outcome::Failed(netopt_core::outcome::Failure {
            kind: netopt_core::outcome::FailureKind::Reset,
            phase: Phase::Wait,
            message: "the peer reset the connection".to_owned(),
        });
        series.record(failed);
        assert_eq!(series.total().quantile(0.5), p50);
        assert_eq!((series.calls(), series.answered()), (2, 1));
        let trouble = Trouble {
            n: 1,
            message: "the peer reset the connection".to_owned(),
            place: Some((Phase::Wait, Some(Side::Peer))),
        };
        assert_eq!(
            trouble.told(2),
            "the peer reset the connection (wait, peer; 1 of 2 calls)"
        );
        assert_eq!(series.troubles()["reset"], trouble);
    }

    #[test]
    fn an_error_status_is_timed_and_counted() {
        let mut series = Series::default();
        let mut missing = answered(&[(Phase::Wait, 0, 10)]);
        missing.outcome = Outcome::Answered(404);
        series.record(missing);
        assert_eq!(series.answered(), 1);
        assert_eq!(series.troubles()["4xx"].message, "answered with status 404");
    }

    #[test]
    fn a_million_calls_need_the_memory_of_two_thousand() {
        let mut series = Series::default();
        for _ in 0..MOST_KEPT + 500 {
            series.record(answered(&[(Phase::Wait, 0, 1)]));
        }
        assert_eq!(series.exchanges().len(), MOST_KEPT);
        assert_eq!(series.total().count(), 2_500);
    }
}
