//! Messages on a connection that is full: what interactive traffic waits behind bulk.
//!
//! The client sends a message at each due time, whatever became of the last; the server answers each on the same
//! connection. Every delay counts from the due time, so a sender that is stuck behind its own bulk does not hide it. Both
//! ends write whole frames from one thread, as an application with one writer does.

mod frames;

use std::net::Shutdown;
use std::sync::mpsc;
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use tokio::time::Instant;

pub(super) use frames::HEADER;
use frames::{Frames, Head, Kind};

use super::bulk::noise;
use super::error::Error;
use super::flow::{Flow, rest_until};
use super::stop::{LOOK, Stop};
use super::view::nanos;

/// Bulk between two looks for a message that is due.
const CHUNK: usize = 16 * 1024;

/// The delays of messages.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    /// Messages that were due and sent.
    pub sent: u64,
    /// From the due time to the whole answer.
    pub round_trip: LatencyHistogram,
    /// From the due time to the server; by clocks that were compared before, see `clock`.
    pub up: LatencyHistogram,
    /// From the server to the whole answer here.
    pub down: LatencyHistogram,
    /// How far the comparison of the two clocks may be off: half of its shortest round trip.
    pub clock: Option<Duration>,
    /// When each answer came, since the begin, and its round trip.
    pub answers: Vec<(Duration, Duration)>,
}

impl Messages {
    /// Adds those of another connection.
    pub(super) fn merge(&mut self, other: Self) {
        self.sent += other.sent;
        self.round_trip.merge(&other.round_trip);
        self.up.merge(&other.up);
        self.down.merge(&other.down);
        self.answers.extend(other.answers);
    }
}

/// The clocks of the two ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Zero of this end's.
    pub(super) zero: Instant,
    /// The server's minus ours, in nanoseconds.
    pub(super) ahead: i64,
}

impl Clock {
    fn now(&self) -> u64 {
        nanos(self.zero.elapsed())
    }
}

/// What the client's writer shall do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speech {
    pub(super) is_full: bool,
    pub(super) size: usize,
    pub(super) every: Duration,
    pub(super) from: Instant,
    pub(super) until: Instant,
    pub(super) patience: Duration,
}

/// The client's writer: messages when they are due, bulk between them. How many messages.
///
/// # Errors
/// When the peer resets or takes nothing for too long.
pub(super) fn speak(flow: &Flow, job: &Speech, clock: &Clock, stop: &Stop) -> Result<u64, Error> {
    let mut frames = Frames::writer(flow, job.patience)?;
    let (message, chunk) = (noise(job.size - HEADER), noise(CHUNK - HEADER));
    let mut number = 0_u64;
    let mut due = job.from;
    loop {
        let now = Instant::now();
        if now >= job.until || stop.is_told() {
            break;
        }
        if now >= due {
            let at = nanos(due.saturating_duration_since(clock.zero));
            let head = Head::new(Kind::Message, number, at, 0);
            frames.write(head, &message, stop)?;
            number += 1;
            due += job.every;
        } else if job.is_full && now >= job.from {
            frames.write(Head::new(Kind::Bulk, 0, 0, 0), &chunk, stop)?;
        } else {
            rest_until(due.min(job.until).min(now + LOOK));
        }
    }
    flow.stream.shutdown(Shutdown::Write).ok();
    Ok(number)
}

/// The client's reader: takes the answers until the server ends.
///
/// # Errors
/// When the peer resets, says nothing for too long, or does not end by `until`.
pub(super) fn listen(
    flow: &Flow,
    (begun, until): (Instant, Instant),
    patience: Duration,
    clock: &Clock,
    stop: &Stop,
) -> Result<Messages, Error> {
    let mut frames = Frames::reader(flow, patience, until)?;
    let mut heard = Messages::default();
    while let Some(head) = frames.read(stop)? {
        if head.kind != Kind::Answer {
            continue;
        }
        let now = clock.now();
        let back = |nanos: i128| Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
        let arrived = i128::from(head.at_server) - i128::from(clock.ahead);
        let round_trip = back(i128::from(now) - i128::from(head.due));
        heard.round_trip.record(round_trip);
        heard.up.record(back(arrived - i128::from(head.due)));
        heard.down.record(back(i128::from(now) - arrived));
        heard.answers.push((begun.elapsed(), round_trip));
    }
    Ok(heard)
}

/// The server's reader: hands each message on to the writer.
///
/// # Errors
/// As [`listen`].
pub(super) fn hear(
    flow: &Flow,
    until: Instant,
    patience: Duration,
    (clock, answers): (&Clock, &mpsc::SyncSender<Head>),
    stop: &Stop,
) -> Result<(), Error> {
    let mut frames = Frames::reader(flow, patience, until)?;
    while let Some(head) = frames.read(stop)? {
        if head.kind == Kind::Message {
            let answer = Head {
                kind: Kind::Answer,
                at_server: clock.now(),
                ..head
            };
            // The writer is gone when its half failed, which it tells itself.
            if answers.send(answer).is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// The server's writer: answers, and bulk between them while it is time.
///
/// # Errors
/// When the peer resets or takes nothing for too long.
pub(super) fn reply(
    flow: &Flow,
    job: &Speech,
    answers: &mpsc::Receiver<Head>,
    stop: &Stop,
) -> Result<(), Error> {
    let mut frames = Frames::writer(flow, job.patience)?;
    let (message, chunk) = (noise(job.size - HEADER), noise(CHUNK - HEADER));
    while !stop.is_told() {
        let now = Instant::now();
        let fills = job.is_full && now >= job.from && now < job.until;
        let answer = if fills {
            answers
                .try_recv()
                .map_err(|error| error == mpsc::TryRecvError::Disconnected)
        } else {
            let gone = |error| error == mpsc::RecvTimeoutError::Disconnected;
            answers.recv_timeout(LOOK).map_err(gone)
        };
        match answer {
            Ok(head) => frames.write(head, &message, stop)?,
            Err(_) if fills => {
                frames.write(Head::new(Kind::Bulk, 0, 0, 0), &chunk, stop)?;
            }
            Err(true) => break,
            Err(false) => {}
        }
    }
    flow.stream.shutdown(Shutdown::Write).ok();
    Ok(())
}

/// The way from the server's reader to its writer: bounded, so that a client cannot fill its memory.
pub(super) fn answers() -> (mpsc::SyncSender<Head>, mpsc::Receiver<Head>) {
    mpsc::sync_channel(1024)
}
