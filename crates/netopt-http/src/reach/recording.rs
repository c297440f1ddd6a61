//! What is known about a call so far. It outlives every failure, so that a failed call still tells its phases.
//!
//! A call is in one phase at a time; entering the next one ends the one before, so what a call took is the sum of its
//! phases. On HTTP/1.1 and WebSocket the end of `Send` and of `Wait` are read from the connection's marks, whether or not an answer
//! comes. An HTTP/2 connection is shared and its marks are everybody's, so there `Send` stays unknown and the wait
//! begins when the request is handed over.
//!
//! Each call has one, so what it costs each call pays: the clock is read once where two phases meet, what the kernel says is
//! kept apart, because few ask for it, and a call that nobody will ask about keeps its phases only, for its errors.

use std::sync::Arc;
use std::time::Duration;

use netopt_core::arrivals::Arrivals;
use netopt_core::exchange::{Answer, Exchange, Protocol, Traffic};
use netopt_core::outcome::Outcome;
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::stamps::Stamps;
use netopt_core::unit::Bytes;
use netopt_pool::Origin;
use netopt_tcp::{Edges, Observation, Question, Wire};
use tokio::time::Instant;

use crate::reach::line::Line;
use crate::reach::marks::Stage;

/// A call in progress.
#[derive(Debug)]
pub(crate) struct Recording {
    begun: Instant,
    timeline: Timeline,
    /// The phase, and when it began, since the call was made.
    running: Option<(Phase, Duration)>,
    ride: Option<Ride>,
    flight: Option<Flight>,
    /// The kernel's view, where it is asked and as far as it was.
    path: Views,
    pub(crate) arrivals: Arrivals,
    answered: Option<Instant>,
    stamps: Option<Box<Stamps>>,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Option<Answer>,
}

/// The kernel's views of a connection, before a call and after it.
#[derive(Debug, Default)]
enum Views {
    #[default]
    NotAsked,
    Before(View),
    Both([View; 2]),
}

type View = Option<Box<PathSample>>;

/// How the kernel sees it now.
fn view(wire: &Wire) -> View {
    wire.info().map(|info| Box::new(info.sample()))
}

/// The connection under a call.
#[derive(Debug)]
struct Ride {
    line: Arc<Line>,
    protocol: Protocol,
    earlier: u64,
    /// When the call got on.
    since: Instant,
}

/// A call that uses its connection: where the counters stood before.
#[derive(Debug)]
struct Flight {
    /// When the request was handed to the engine, where the kernel's stamps of the call are taken.
    observed: Option<(Observation, Instant)>,
    sent: Bytes,
    received: Bytes,
}

/// Who is told of phases.
pub(crate) trait Phases {
    /// Enters `phase` and ends the one before.
    fn enter(&mut self, phase: Phase, at: Instant);

    /// Ends the running phase, if any.
    fn leave(&mut self, at: Instant);
}

impl Phases for Recording {
    fn enter(&mut self, phase: Phase, at: Instant) {
        let at = at.saturating_duration_since(self.begun);
        if let Some((before, start)) = self.running.replace((phase, at)) {
            self.timeline.mark(before, start, at);
        }
    }

    fn leave(&mut self, at: Instant) {
        if let Some((phase, start)) = self.running.take() {
            let at = at.saturating_duration_since(self.begun);
            self.timeline.mark(phase, start, at);
        }
    }
}

impl Recording {
    /// A call that begins now, by looking for a connection.
    pub(crate) fn begin() -> Box<Self> {
        let begun = Instant::now();
        Box::new(Self {
            begun,
            timeline: Timeline::new(),
            running: Some((Phase::Queue, Duration::ZERO)),
            ride: None,
            flight: None,
            path: Views::NotAsked,
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
        self.running = Some((Phase::Queue, Duration::ZERO));
        self.flight = None;
        self.ride = None;
    }

    /// Notes which connection carries the call from now on, and where its counters stand.
    pub(crate) fn board(
        &mut self,
        line: &Arc<Line>,
        protocol: Protocol,
        origin: Origin,
        now: Instant,
    ) {
        let wire = &line.wire;
        // A fresh connection's handshake belongs to the call that opened it.
        let (sent, received) = match origin {
            Origin::Opened => (Bytes::ZERO, Bytes::ZERO),
            Origin::Reused => (wire.sent(), wire.received()),
        };
        self.path = if line.audited.is_on() {
            Views::Before(match origin {
                Origin::Opened => None,
                Origin::Reused => view(wire),
            })
        } else {
            Views::NotAsked
        };
        self.ride = Some(Ride {
            earlier: line.begin_use(),
            line: Arc::clone(line),
            protocol,
            since: now,
        });
        self.flight = Some(Flight {
            observed: None,
            sent,
            received,
        });
    }

    /// When the call got on its connection.
    pub(crate) fn boarded(&self) -> Instant {
        self.ride.as_ref().map_or(self.begun, |ride| ride.since)
    }

    /// The request is handed to the engine; that was `now`, or just before.
    pub(crate) fn dispatch(&mut self, protocol: Protocol, mut now: Instant) {
        if let (Some(ride), Some(flight)) = (&self.ride, &mut self.flight) {
            if let Some(observation) = ride.line.wire.observe() {
                // The kernel's clock was read, so ours is, too.
                now = Instant::now();
                flight.observed = Some((observation, now));
            }
            if protocol != Protocol::Http2 {
                ride.line.marks.clear();
            }
        }
        self.enter(
            match protocol {
                Protocol::Http2 => Phase::Wait,
                _ => Phase::Send,
            },
            now,
        );
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

    /// When the head was here; when the call was made, while it is not.
    pub(crate) fn answered_at(&self) -> Instant {
        self.answered.unwrap_or(self.begun)
    }

    /// In which phase the call is.
    pub(crate) fn phase(&mut self) -> Phase {
        self.catch_up();
        self.running.map_or(Phase::Queue, |(phase, _)| phase)
    }

    /// Takes over what the marks have seen since the request was handed to the engine.
    fn catch_up(&mut self) {
        let (Some((Phase::Send, _)), Some(ride), Some(_)) =
            (self.running, &self.ride, &self.flight)
        else {
            return;
        };
        match ride.line.marks.stage() {
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
        let (Some(flight), Some(ride)) = (self.flight.take(), &self.ride) else {
            return;
        };
        let wire = &ride.line.wire;
        self.traffic.sent = wire.sent().saturating_sub(flight.sent);
        self.traffic.received = wire.received().saturating_sub(flight.received);
        self.traffic.held = wire.take_held();
        if let Views::Before(before) = &mut self.path {
            self.path = Views::Both([before.take(), view(wire)]);
        }
        self.stamps = self.stamps_of(ride, &flight).map(Box::new);
    }

    /// What the kernel told of the call.
    fn stamps_of(&self, ride: &Ride, flight: &Flight) -> Option<Stamps> {
        let (observation, handed) = flight.observed.as_ref()?;
        let edges = match (ride.protocol, ride.line.marks.stage()) {
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
        if self.running.is_some() {
            self.catch_up();
            self.leave(Instant::now());
        }
        if let Outcome::Failed(failure) = &outcome
            && self.timeline.span(failure.phase).is_none()
        {
            let now = self.begun.elapsed();
            self.timeline.mark(failure.phase, now, now);
        }
        self.land();
        let ride = self.ride.take();
        let [path_before, path] = match std::mem::take(&mut self.path) {
            Views::NotAsked => [None, None],
            Views::Before(before) => [before, None],
            Views::Both(views) => views,
        };
        Exchange {
            traffic: self.traffic,
            connection: ride.map(|ride| {
                let age = ride.since.saturating_duration_since(ride.line.birth.at);
                ride.line.describe(ride.protocol, ride.earlier, age)
            }),
            answer: self.answer.take(),
            path,
            path_before,
            arrivals: std::mem::take(&mut self.arrivals),
            stamps: self.stamps.take(),
            ..Exchange::bare(self.timeline, outcome)
        }
    }
}
