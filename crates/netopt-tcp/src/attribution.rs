//! What limits a transfer, told from the kernel's view of its sender.
//!
//! [`attribute`] takes looks at a socket ([`Snapshot`]) and gives each moment between them to one of seven parts
//! ([`Part`]): the receiver's window, the send buffer, the application, the rate of the slowest line, loss, the window's
//! growth, or pacing. The part with most of the time is the limit, if it has most by far; otherwise the answer is *mixed*,
//! with the [`Shares`] of all. When the machine that measures was itself the limit, the verdict is withheld.
//!
//! Decisions:
//!
//! - **Intervals, never totals.** The kernel's chronographs run since the connection began; a connection that waited an hour
//!   for its application and is limited by a window now has a lifetime that says *application*.
//! - **A busy sender is not a limited one.** `busy_time` runs while anything is unacknowledged. A kilobyte every 50 ms over a
//!   path of 40 ms is busy 80 % of the time and limited by its application. So busy time that no chronograph names is told
//!   apart by what stood in the socket: data that waits, a full window, or nothing.
//! - **The chronographs miss what a paced sender does.** BBR lets packets go at the rate that it saw. Behind a small window
//!   that is the window's rate, so the sender hardly ever runs into the window and `rwnd_limited` falls to a fourth. The window
//!   is full all the same, and that is seen.
//! - **`app_limited` is true or unknown.** The kernel keeps the mark of the best sample, so a fresh one does not clear the
//!   mark of an older, faster one.
//! - **Only the caller knows what the application would have done.** A sender that writes without end looks like an idle
//!   application while its buffer is full, and the kernel's chronograph for the send buffer misses that when the sender is not
//!   paced. [`Supply::Endless`] says so.
//!
//! Sources: the kernel's chronographs (commit 05b055e), `tcp_rate.c`, `tcp_output.c`; the classes are those of T-RAT (Zhang,
//! Breslau, Paxson and Shenker, SIGCOMM 2002). Everything here is arithmetic on what was read: no clock, no socket. What it
//! leaves alone: reading sockets, and proposing changes, which audits do.

mod confidence;
mod context;
mod figures;
mod interval;
mod limit;
mod look;
mod network;
mod receiver;
mod sample;
mod sentence;
mod shares;

use std::time::Duration;

use netopt_core::finding::Evidence;

use crate::TcpInfo;

pub use confidence::Confidence;
pub use context::{Context, Host, Supply};
pub use figures::Figures;
pub use limit::{Limit, Reader};
pub use receiver::{Arrival, Receiving, Seen, receiving};
pub use shares::{Part, Shares};

use interval::Interval;
use sample::Sample;

/// One look at a socket.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// When, since some moment that is the same for all looks at one socket.
    pub at: Duration,
    /// What the kernel said.
    pub info: TcpInfo,
}

/// What limited a transfer.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// What limited it for most of the time.
    pub limit: Limit,
    /// The share of the time of every part.
    pub shares: Shares,
    /// How far to trust `limit`.
    pub confidence: Confidence,
    /// The figures behind it.
    pub figures: Figures,
}

impl Attribution {
    /// One or two sentences: what limits, by which figure, and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }

    /// The shares and the figures as evidence; what is not known is left out.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        self.shares
            .evidence(self.figures.intervals)
            .into_iter()
            .chain(self.figures.evidence())
            .collect()
    }
}

/// What limited the sender between the first of these looks and the last.
///
/// `snapshots` are of one socket, in order of time; a look that is not later than the one before is left out. Every 100 ms is
/// often enough; a short transfer is judged by its first and its last look. Time before the first byte and after the last
/// acknowledgement does not count. `None` when nothing was sent in that time, or with fewer than two looks.
#[must_use]
pub fn attribute(snapshots: &[Snapshot], context: &Context) -> Option<Attribution> {
    let samples: Vec<Sample> = snapshots.iter().map(Sample::of).collect();
    of_samples(&samples, context)
}

/// As [`attribute`], of plain values.
fn of_samples(samples: &[Sample], context: &Context) -> Option<Attribution> {
    let intervals = interval::between(samples);
    let (first, last) = (intervals.first()?, intervals.last()?);
    let figures = Figures::of(&intervals);
    let end = look::tail(&intervals);
    let network = network::Network::of(&intervals);
    let mut shares = Shares::default();
    for interval in &intervals {
        let rest = network.part(interval);
        share(&mut shares, interval, rest, end, context);
    }
    let length = last.after.at.saturating_sub(first.before.at);
    let shares = shares.over(length)?;
    let limit = limit::decide(&shares, &figures, context);
    Some(Attribution {
        confidence: confidence::of(limit, &shares, &figures),
        limit,
        shares,
        figures,
    })
}

/// Gives the time of one interval away.
fn share(shares: &mut Shares, interval: &Interval, rest: Part, end: Duration, context: &Context) {
    let starved = match context.supply {
        Supply::Endless => Part::SendBuffer,
        Supply::Unknown => Part::Application,
    };
    shares.add(Part::ReceiverWindow, interval.window);
    shares.add(Part::SendBuffer, interval.buffer);
    shares.add(starved, interval.idle);
    for sample in [&interval.before, &interval.after] {
        let part = match look::of(sample, interval) {
            look::Look::Window => Part::ReceiverWindow,
            look::Look::Network => rest,
            // What is only waiting for its last acknowledgements is part of the way there.
            look::Look::Nothing if interval.after.at > end || interval.lost => rest,
            look::Look::Nothing if interval.waits_for_buffer(context.send_buffer) => {
                Part::SendBuffer
            }
            look::Look::Nothing => starved,
        };
        shares.add(part, interval.rest / 2);
    }
}

#[cfg(test)]
mod tests;
