//! Where the time of one call went: application, kernel, wire, server, runtime.
//!
//! The terms are stretches of one line from the moment the request was handed over to the moment the caller had the
//! head of the answer, so they never overlap, and what no stamp covers is the residual:
//!
//! ```text
//! handed ─▶ written ─▶ scheduled ─▶ sent ─────────▶ arrived ─▶ read ─▶ whole ─▶ answered
//!   application  socket      device    wire + server    runtime    rest    unpacking
//! ```
//!
//! Decisions:
//!
//! - **The wire is what the acknowledgement says, when it says it.** It took the way there and back, as it was at that
//!   moment. But a peer may keep an acknowledgement until it has an answer to send it with (RFC 9293 §3.8.6.3, RFC 1122
//!   §4.2.3.2), and then it tells nothing. So it counts only when it came before the answer, and not as late as one
//!   that was kept; otherwise that of an earlier piece of the same request is taken, and the smallest round trip of the
//!   connection where the request was one piece.
//! - **The server gets the rest, with bounds.** At least what lies between acknowledgement and answer, at most what is
//!   left without the smallest round trip. What was lost on the way back counts as the server's.
//! - **A full socket buffer is the kernel's.** Of a large request the program can write the end only when there is room. What it
//!   waited for that is the socket's time and not the application's.
//! - **A request that was sent again says nothing** of wire and server: nobody knows which copy was answered (Karn,
//!   RFC 6298 §3).

use std::time::Duration;

use super::{Arrival, ArrivalOf, Stamps};

/// An acknowledgement that comes so much later than a round trip may have been kept back. Linux keeps one 40 ms at the
/// least (`TCP_DELACK_MIN`), and other systems longer.
const KEPT_BACK: Duration = Duration::from_millis(30);

/// Where the time of a call went. Each term is `None` where it is not known; their sum and the residual are the total.
///
/// ```
/// use std::time::Duration;
/// use netopt_core::stamps::{Arrival, ArrivalOf, Stamps};
///
/// let at = |ms| Duration::from_millis(ms);
/// let stamps = Stamps {
///     handed: at(0),
///     written: Some(at(1)),
///     blocked: Duration::ZERO,
///     scheduled: Some(at(1)),
///     sent: Some(at(1)),
///     acknowledged: Some(at(41)),
///     arrived: Some(Arrival { at: at(51), of: ArrivalOf::OneSegment }),
///     read: Some(at(71)),
///     whole: Some(at(71)),
///     answered: at(71),
///     last_arrived: Some(at(51)),
///     is_resent: false,
///     min_rtt: Some(at(40)),
///     trip_before: None,
///     uncertainty: Duration::ZERO,
/// };
/// let split = stamps.split();
/// assert_eq!(split.wire, Some(at(40)));
/// assert_eq!(split.server, Some(at(10)));
/// // The answer lay here for 20 ms: that is not the server's.
/// assert_eq!(split.runtime, Some(at(20)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// From handing the request over until the caller had the head of the answer.
    pub total: Duration,
    /// The program, before it wrote the request's last byte: making the request, waking the writer, encryption, earlier pieces.
    pub application: Option<Duration>,
    /// The kernel's socket buffer: the request waited for room in it, and in it for a window, for pacing, for Nagle's algorithm.
    pub socket: Option<Duration>,
    /// The queue and the driver of this machine's device.
    pub device: Option<Duration>,
    /// The way there and back.
    pub wire: Option<Duration>,
    /// The peer: the best estimate of its work.
    pub server: Option<Duration>,
    /// The peer's work is not less than this.
    pub server_at_least: Option<Duration>,
    /// The peer's work, with all queues of the path, is not more than this.
    pub server_at_most: Option<Duration>,
    /// The answer lay in this machine's kernel until the program read it. With [`ArrivalOf::LastOfSeveral`] it is at
    /// least this, and the server's part at most what it says.
    pub runtime: Option<Duration>,
    /// The rest of what the program needed to make anything of the answer came in: over TLS, the rest of its first record, which
    /// can be a round trip later.
    pub rest: Option<Duration>,
    /// From then until the caller had the head of the answer: decryption, parsing, waking the caller.
    pub unpacking: Option<Duration>,
    /// What no known term covers. It is zero when all terms are known.
    pub residual: Duration,
}

impl Stamps {
    /// Where the time of the call went.
    #[must_use]
    pub fn split(&self) -> Split {
        let line = Line::of(self);
        let round = between(line.sent, line.arrived);
        let (wire, server) = round
            .filter(|_| !self.is_resent)
            .and_then(|round| self.wire(&line, round))
            .map_or((None, None), |(wire, server)| (Some(wire), Some(server)));
        let until_written = between(Some(self.handed), line.written);
        let blocked = self.blocked.min(until_written.unwrap_or_default());
        let mut split = Split {
            total: line.end.saturating_sub(self.handed),
            application: until_written.map(|time| time - blocked),
            socket: between(line.written, line.scheduled).map(|time| time + blocked),
            device: between(line.scheduled, line.sent),
            wire,
            server,
            server_at_least: server.map(|_| self.least(&line)),
            server_at_most: server.and_then(|_| self.most(round)),
            runtime: between(line.arrived, line.read),
            rest: between(line.read, line.whole),
            unpacking: between(line.whole, Some(line.end)),
            residual: Duration::ZERO,
        };
        split.residual = split.total.saturating_sub(split.known());
        split
    }

    /// How `round`, from sending to the arrival of the answer, is shared between wire and server.
    fn wire(&self, line: &Line, round: Duration) -> Option<(Duration, Duration)> {
        let otherwise = || self.trip_before.max(self.min_rtt);
        let wire = self.prompt(line).or_else(otherwise)?;
        // However long an acknowledgement was kept back, the wire is not longer than what it took.
        let most = between(line.sent, self.alone(line)).unwrap_or(round);
        let wire = wire.min(most).min(round);
        Some((wire, round.saturating_sub(wire)))
    }

    /// How long the acknowledgement took, if it was not kept back.
    fn prompt(&self, line: &Line) -> Option<Duration> {
        let took = between(line.sent, self.alone(line))?;
        let is_late = self.min_rtt.is_some_and(|trip| took > trip + KEPT_BACK);
        (!is_late).then_some(took)
    }

    /// The acknowledgement, if it came for certain before the answer and not with it.
    fn alone(&self, line: &Line) -> Option<Duration> {
        let Some(Arrival {
            of: ArrivalOf::OneSegment,
            ..
        }) = self.arrived
        else {
            return None;
        };
        let acknowledged = self.acknowledged?;
        (acknowledged < line.arrived?).then_some(acknowledged)
    }

    fn least(&self, line: &Line) -> Duration {
        between(self.alone(line), line.arrived).unwrap_or_default()
    }

    fn most(&self, round: Option<Duration>) -> Option<Duration> {
        Some(round?.saturating_sub(self.min_rtt?))
    }
}

impl Split {
    /// The kernel on the way out: socket buffer and device.
    #[must_use]
    pub fn kernel(&self) -> Option<Duration> {
        Some(self.socket? + self.device?)
    }

    /// The sum of the terms that are known.
    #[must_use]
    pub fn known(&self) -> Duration {
        [
            self.application,
            self.socket,
            self.device,
            self.wire,
            self.server,
            self.runtime,
            self.rest,
            self.unpacking,
        ]
        .into_iter()
        .flatten()
        .sum()
    }
}

/// The stamps as a line that never runs backwards: one that does is left out.
struct Line {
    written: Option<Duration>,
    scheduled: Option<Duration>,
    sent: Option<Duration>,
    arrived: Option<Duration>,
    read: Option<Duration>,
    whole: Option<Duration>,
    end: Duration,
}

impl Line {
    fn of(stamps: &Stamps) -> Self {
        let end = stamps.answered.max(stamps.handed);
        let mut last = stamps.handed;
        let mut next = |stamp: Option<Duration>| {
            let stamp = stamp.filter(|&stamp| stamp >= last && stamp <= end)?;
            last = stamp;
            Some(stamp)
        };
        Self {
            written: next(stamps.written),
            scheduled: next(stamps.scheduled),
            sent: next(stamps.sent),
            arrived: next(stamps.arrived.map(|arrival| arrival.at)),
            read: next(stamps.read),
            whole: next(stamps.whole),
            end,
        }
    }
}

fn between(start: Option<Duration>, end: Option<Duration>) -> Option<Duration> {
    end?.checked_sub(start?)
}

#[cfg(test)]
mod tests;
