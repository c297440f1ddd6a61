//! What is known about a call so far. It outlives every failure, so that a failed call still tells its phases.

use netopt_core::exchange::{Answer, ConnectionUse, Exchange, Traffic};
use netopt_core::outcome::Outcome;
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use tokio::time::Instant;

/// A call in progress.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) begun: Instant,
    pub(crate) timeline: Timeline,
    pub(crate) traffic: Traffic,
    pub(crate) connection: Option<ConnectionUse>,
    pub(crate) answer: Option<Answer>,
    pub(crate) path: Option<PathSample>,
}

impl Recording {
    pub(crate) fn begin() -> Box<Self> {
        Box::new(Self {
            begun: Instant::now(),
            timeline: Timeline::new(),
            traffic: Traffic::default(),
            connection: None,
            answer: None,
            path: None,
        })
    }

    pub(crate) fn mark(&mut self, phase: Phase, start: Instant, end: Instant) {
        let since = |at: Instant| at.saturating_duration_since(self.begun);
        self.timeline.mark(phase, since(start), since(end));
    }

    /// The finished fact. A call that failed took until now.
    pub(crate) fn finish(mut self: Box<Self>, outcome: Outcome) -> Exchange {
        if let Outcome::Failed(failure) = &outcome {
            let start = self.timeline.end();
            self.timeline
                .mark(failure.phase, start, self.begun.elapsed());
        }
        Exchange {
            lateness: std::time::Duration::ZERO,
            timeline: self.timeline,
            outcome,
            traffic: self.traffic,
            connection: self.connection,
            answer: self.answer,
            path: self.path,
        }
    }
}
