//! The sending end of a flow: what it may send, what it learns from acknowledgements, when it gives up waiting.
//!
//! Losses are found by later packets that arrived, repaired at once, and cut the window once a round trip. What no
//! later packet reveals waits for the retransmission timer: there is no tail loss probe. A timeout that proves needless is
//! not taken back (no F-RTO, no Eifel), but what it gave up is sent again only as far as it did not arrive. The window
//! grows only while it is what holds the sender back.

use super::packet::Acknowledgement;
use super::random::SplitMix64;
use super::scenario::Flow;
use super::time::Time;

mod bbr;
mod control;
mod estimator;
mod flight;
mod rates;

use control::{Control, News, Sample};
use estimator::Estimator;
use flight::{Flight, Sent, Stamp};

use crate::unit::Segments;

/// State of one sender.
#[derive(Debug)]
pub(super) struct Sender {
    control: Control,
    estimator: Estimator,
    flight: Flight,
    /// The first segment that was never sent, and how many there are; `None` without end.
    fresh: u64,
    segments: Option<u64>,
    /// The first segment that the receiver misses, and how many beyond it takes.
    missing: u64,
    receive_window: u64,
    delivery: Stamp,
    /// The window is cut once until a packet from after the cut arrives.
    recovery: u64,
    /// Whether the window is what held it back when it last sent.
    held_by_window: bool,
    /// When pacing allows the next packet.
    paced: Time,
}

/// What a sender does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It sends this segment, a second time or more if so said.
    Send {
        number: u64,
        segment: u64,
        again: Again,
    },
    /// Pacing lets it send at this time.
    Pace(Time),
    /// It waits for an acknowledgement, or has nothing to send.
    Wait,
}

/// Whether a segment was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    First,
    Retransmission,
}

impl Sender {
    pub(super) fn new(flow: &Flow, random: SplitMix64) -> Self {
        let count = |data: u64| data.div_ceil(flow.mss.get());
        Self {
            control: Control::new(flow.controller, random),
            estimator: Estimator::new(flow.timer),
            flight: Flight::default(),
            fresh: 0,
            segments: flow.size.map(|size| count(size.get())),
            missing: 0,
            receive_window: flow
                .receive_window
                .map_or(u64::MAX, |window| window.get() / flow.mss.get()),
            delivery: Stamp::default(),
            recovery: 0,
            held_by_window: false,
            paced: Time::ZERO,
        }
    }

    pub(super) fn window(&self) -> Segments {
        self.control.window()
    }

    /// How long it waits for an acknowledgement; `None` if it waits for none.
    pub(super) fn patience(&self) -> Option<Time> {
        (self.flight.flying() > 0).then(|| self.estimator.timeout())
    }

    /// What it does at `now`; to be asked again after each packet.
    pub(super) fn step(&mut self, now: Time) -> Step {
        if self.flight.flying() >= whole(self.control.window()) {
            self.held_by_window = true;
            return Step::Wait;
        }
        let lost = self.flight.next_lost(self.missing);
        let Some(segment) = lost.or_else(|| self.next_fresh()) else {
            self.held_by_window = false;
            return Step::Wait;
        };
        if now < self.paced {
            return Step::Pace(self.paced);
        }
        if let Some(spacing) = self.control.spacing() {
            self.paced = self.paced.max(now).plus(spacing);
        }
        if self.flight.flying() == 0 {
            self.delivery.first_sent = now;
            self.delivery.delivered_at = now;
        }
        let again = if lost.is_some() {
            self.flight.resend();
            Again::Retransmission
        } else {
            self.fresh += 1;
            Again::First
        };
        let number = self.flight.send(segment, now, self.delivery);
        Step::Send {
            number,
            segment,
            again,
        }
    }

    fn next_fresh(&self) -> Option<u64> {
        let within = self.fresh - self.missing < self.receive_window;
        let exists = self.segments.is_none_or(|segments| self.fresh < segments);
        (within && exists).then_some(self.fresh)
    }

    /// An acknowledgement comes; returns the round trip, unless the packet counted as lost.
    ///
    /// A packet that the timer gave up and that is acknowledged after all gives a round trip like any other: its number tells
    /// which copy it was, as a timestamp does (RFC 6298 §3, RFC 7323 §4), so Karn's doubt does not arise. Without it a
    /// timeout that is too short would never learn so.
    pub(super) fn acked(&mut self, now: Time, ack: Acknowledgement) -> Option<Time> {
        let before_it = self.flight.flying();
        let outstanding = self.fresh - self.missing;
        self.missing = self.missing.max(ack.missing);
        if let Some(earlier) = ack.earlier {
            self.flight.arrived(earlier);
        }
        let latest = self.flight.arrived(ack.latest);
        let packets = before_it - self.flight.flying();
        self.delivery.delivered += packets;
        let lost = self.flight.find_losses();
        if lost.is_some_and(|last| last >= self.recovery) {
            self.recovery = self.flight.next_number();
            self.control
                .lost(outstanding.min(whole(self.control.window())));
        }
        let latest = latest?;
        let round_trip = now.since(latest.at);
        self.estimator.sample(round_trip);
        if latest.is_late() {
            return Some(round_trip);
        }
        let news = News {
            now,
            packets,
            flying: self.flight.flying(),
            round_trip,
            smoothed: self.estimator.smoothed().unwrap_or(round_trip),
            may_grow: self.held_by_window && ack.latest >= self.recovery,
            sample: self.sample(now, &latest),
        };
        self.control.acked(&news);
        Some(round_trip)
    }

    /// The rate of delivery over the life of the packet that was just acknowledged.
    fn sample(&mut self, now: Time, sent: &Sent) -> Sample {
        self.delivery.delivered_at = now;
        self.delivery.first_sent = sent.at;
        let sending = sent.at.since(sent.stamp.first_sent);
        let acknowledging = now.since(sent.stamp.delivered_at);
        Sample {
            delivered: self.delivery.delivered,
            before: sent.stamp.delivered,
            interval: sending.max(acknowledging),
        }
    }

    /// The retransmission timer ran out: everything in flight is taken for lost (RFC 6298 §5.4 to 5.6).
    pub(super) fn timed_out(&mut self) {
        let outstanding = self.fresh - self.missing;
        if !self.estimator.backs_off() {
            let flight = outstanding.min(whole(self.control.window()));
            self.control.timed_out(flight);
        }
        self.estimator.expire();
        self.flight.give_up();
        self.recovery = self.flight.next_number();
    }
}

/// The whole segments of a window.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn whole(window: Segments) -> u64 {
    window.get() as u64
}

#[cfg(test)]
mod tests;
