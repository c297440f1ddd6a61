//! What is known about a call so far. It outlives every failure, so that a failed call still tells its phases.
//!
//! A call is in one phase at a time; entering the next one ends the one before, so what a call took is the sum of its
//! phases. On HTTP/1.1 and WebSocket the end of `Send` and of `Wait` are read from the connection's marks, whether or not an answer
//! comes. An HTTP/2 connection is shared and its marks are everybody's, so there `Send` stays unknown and the wait
//! begins when the request is handed over.

use std::sync::Arc;

use netopt_core::arrivals::Arrivals;
use netopt_core::exchange::{Answer, ConnectionUse, Exchange, Protocol, Traffic};
use netopt_core::outcome::Outcome;
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::stamps::Stamps;
use netopt_core::unit::Bytes;
use netopt_pool::Origin;
use netopt_tcp::{Edges, Observation, Question, Wire};
use tokio::time::Instant;

use crate::line::Line;
use crate::marks::{Marks, Stage};

/// A call in progress.
#[derive(Debug)]
pub(crate) struct Recording {
    begun: Instant,
    timeline: Timeline,
    running: Option<(Phase, Instant)>,
    flight: Option<Flight>,
    connection: Option<ConnectionUse>,
    path: Option<PathSample>,
    path_before: Option<PathSample>,
    pub(crate) arrivals: Arrivals,
    answered: Option<Instant>,
    stamps: Option<Box<Stamps>>,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Option<Answer>,
}

/// The connection under a call, and where its counters stood before.
#[derive(Debug)]
struct Flight {
    wire: Arc<Wire>,
    marks: Arc<Marks>,
    /// When the request was handed to the engine, where the kernel's stamps of the call are taken.
    observed: Option<(Observation, Instant)>,
    sent: Bytes,
    received: Bytes,
}

impl Recording {
    /// A call that begins now, by looking for a connection.
    pub(crate) fn begin() -> Box<Self> {
        let begun = Instant::now();
        Box::new(Self {
            begun,
            timeline: Timeline::new(),
            running: Some((Phase::Queue, begun)),
            flight: None,
            connection: None,
            path: None,
            path_before: None,
            arrivals: Arrivals::default(),
            answered: None,
            stamps: None,
            traffic: Traffic::default(),
            answer: None,
        })
    }

    /// When the call was made.
    pub(crate) const fn begun(&self) -> Instant {
        self.begun
    }

    /// The connection was stale: all that was done so far becomes part of the search for one.
    pub(crate) fn begin_again(&mut self) {
        self.timeline = Timeline::new();
        self.running = Some((Phase::Queue, self.begun));
        self.flight = None;
        self.connection = None;
    }

    /// Enters `phase` and ends the one before.
    pub(crate) fn enter(&mut self, phase: Phase, at: Instant) {
        self.leave(at);
        self.running = Some((phase, at));
    }

    /// Ends the running phase, if any.
    pub(crate) fn leave(&mut self, at: Instant) {
        if let Some((phase, start)) = self.running.take() {
            self.mark(phase, start, at);
        }
    }

    /// Notes which connection carries the call, and where its counters stand.
    pub(crate) fn board(&mut self, line: &Line, protocol: Protocol, origin: Origin) {
        self.connection = Some(line.begin_use(protocol));
        let wire = &line.wire;
        // A fresh connection's handshake belongs to the call that opened it.
        let (sent, received) = match origin {
            Origin::Opened => (Bytes::ZERO, Bytes::ZERO),
            Origin::Reused => (wire.sent(), wire.received()),
        };
        self.path_before = match origin {
            Origin::Opened => None,
            Origin::Reused => wire.info().map(|info| info.sample()),
        };
        self.flight = Some(Flight {
            wire: Arc::clone(wire),
            marks: Arc::clone(&line.marks),
            observed: None,
            sent,
            received,
        });
    }

    /// The request is handed to the engine.
    pub(crate) fn dispatch(&mut self, protocol: Protocol) {
        let observation = self
            .flight
            .as_ref()
            .and_then(|flight| flight.wire.observe());
        let now = Instant::now();
        if let Some(flight) = &mut self.flight {
            flight.observed = observation.map(|observation| (observation, now));
        }
        if protocol == Protocol::Http2 {
            self.enter(Phase::Wait, now);
        } else {
            if let Some(flight) = &self.flight {
                flight.marks.clear();
            }
            self.enter(Phase::Send, now);
        }
    }

    /// The head of the answer is here; its first byte came then or earlier.
    pub(crate) fn answered(&mut self) {
        let now = Instant::now();
        self.answered = Some(now);
        self.catch_up();
        if !matches!(self.running, Some((Phase::Receive, _))) {
            self.enter(Phase::Receive, now);
        }
    }

    /// In which phase the call is.
    pub(crate) fn phase(&mut self) -> Phase {
        self.catch_up();
        self.running.map_or(Phase::Queue, |(phase, _)| phase)
    }

    /// Takes over what the marks have seen since the request was handed to the engine.
    fn catch_up(&mut self) {
        let (Some((Phase::Send, _)), Some(flight)) = (self.running, &self.flight) else {
            return;
        };
        match flight.marks.stage() {
            Stage::Sending => {}
            Stage::Waiting { sent } => self.enter(Phase::Wait, sent),
            Stage::Answering { sent, first } => {
                self.enter(Phase::Wait, sent);
                self.enter(Phase::Receive, first);
            }
        }
    }

    /// The call is done with its connection: asks it what it knows.
    pub(crate) fn land(&mut self) {
        if let Some(flight) = self.flight.take() {
            self.traffic.sent = flight.wire.sent().saturating_sub(flight.sent);
            self.traffic.received = flight.wire.received().saturating_sub(flight.received);
            self.traffic.held = flight.wire.take_held();
            self.path = flight.wire.info().map(|info| info.sample());
            self.stamps = self.stamps_of(&flight).map(Box::new);
        }
    }

    /// What the kernel told of the call.
    fn stamps_of(&self, flight: &Flight) -> Option<Stamps> {
        let (observation, handed) = flight.observed.as_ref()?;
        let edges = match (self.connection.as_ref()?.protocol, flight.marks.stage()) {
            (Protocol::Http2, _) => Edges::Unseen,
            (_, Stage::Answering { sent, first }) => Edges::Seen { sent, first },
            (_, Stage::Sending | Stage::Waiting { .. }) => return None,
        };
        observation.stamps(&Question {
            begun: self.begun,
            handed: *handed,
            answered: self.answered?,
            edges,
        })
    }

    /// The finished fact. A call that failed took until now. What was noted is gone afterwards.
    pub(crate) fn finish(&mut self, outcome: Outcome) -> Exchange {
        let now = Instant::now();
        self.catch_up();
        self.leave(now);
        if let Outcome::Failed(failure) = &outcome
            && self.timeline.span(failure.phase).is_none()
        {
            self.mark(failure.phase, now, now);
        }
        self.land();
        Exchange {
            traffic: self.traffic,
            connection: self.connection.take(),
            answer: self.answer.take(),
            path: self.path,
            path_before: self.path_before,
            arrivals: std::mem::take(&mut self.arrivals),
            stamps: self.stamps.take(),
            ..Exchange::bare(self.timeline, outcome)
        }
    }

    fn mark(&mut self, phase: Phase, start: Instant, end: Instant) {
        let since = |at: Instant| at.saturating_duration_since(self.begun);
        self.timeline.mark(phase, since(start), since(end));
    }
}
