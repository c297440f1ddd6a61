//! What came of a transfer: both views, and the figures that follow from them.

use std::time::Duration;

use netopt_core::model::responsiveness::{Draft, Foreign, Interval as Cut, Series};
use netopt_core::unit::{BitRate, Bytes};

use super::client::{Probed, Transfer};
use super::datagrams::Arrived;
use super::error::Error;
use super::exchanges::Exchanges;
use super::interval::{Interval, cut};
use super::mixed::Messages;
use super::spec::{Spec, Way};
use super::view::{FlowView, View};

/// How a transfer ended.
#[derive(Debug)]
pub enum Ended {
    /// As it was meant to.
    Complete,
    /// It was told to stop.
    Stopped,
    /// Something broke after bytes had begun to move.
    Broken(Error),
}

/// A finished transfer.
#[derive(Debug)]
pub struct Report {
    /// What was asked for.
    pub spec: Spec,
    /// How it ended.
    pub ended: Ended,
    /// What this end saw.
    pub near: View,
    /// What the server saw; `None` when it could not be heard.
    pub far: Option<View>,
    /// The intervals, by the receiver of each way where it was heard.
    pub intervals: Vec<Interval>,
    /// Round trips of the control connection before the load.
    pub round_trips: Vec<Duration>,
    /// Requests and responses.
    pub exchanges: Option<Exchanges>,
    /// Messages on full connections.
    pub messages: Option<Messages>,
    /// Probes before the load.
    pub idle: Vec<Foreign>,
    /// Probes beside the load.
    pub probed: Vec<Probed>,
}

/// One way of a transfer in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// Bytes that the receiver had; those that the sender wrote where the receiver was not heard.
    pub bytes: Bytes,
    /// From the begin to the last of them.
    pub elapsed: Duration,
    /// Bytes over time; `None` without either.
    pub rate: Option<BitRate>,
    /// Segments sent again; `None` where the sender's kernel does not tell.
    pub retransmits: Option<u64>,
    /// The congestion control of the sender.
    pub congestion_control: Option<String>,
    /// Whether the bytes are the receiver's count.
    pub by_receiver: bool,
}

impl Report {
    pub(super) fn new(transfer: &Transfer, near: View, ended: Ended) -> Self {
        Self {
            spec: transfer.spec.clone(),
            ended,
            near,
            far: None,
            intervals: Vec::new(),
            round_trips: Vec::new(),
            exchanges: None,
            messages: None,
            idle: Vec::new(),
            probed: Vec::new(),
        }
    }

    pub(super) fn with_intervals(mut self, length: Duration) -> Self {
        let elapsed = |view: &View| view.flows.iter().map(|flow| flow.elapsed).max();
        let near = elapsed(&self.near).unwrap_or_default();
        let far = self.far.as_ref().and_then(elapsed).unwrap_or_default();
        self.intervals = cut(&self.near, self.far.as_ref(), length, near.max(far));
        self
    }

    /// The streams of a way as their sender saw them; empty when that is the server and it was not heard.
    #[must_use]
    pub fn senders(&self, way: Way) -> Vec<&FlowView> {
        match way {
            Way::Up => flows(Some(&self.near), way),
            Way::Down => flows(self.far.as_ref(), way),
        }
    }

    /// The streams of a way as their receiver saw them; empty when that is the server and it was not heard.
    #[must_use]
    pub fn receivers(&self, way: Way) -> Vec<&FlowView> {
        match way {
            Way::Up => flows(self.far.as_ref(), way),
            Way::Down => flows(Some(&self.near), way),
        }
    }

    /// The figures of a way over all its streams; `None` if nothing went that way.
    #[must_use]
    pub fn total(&self, way: Way) -> Option<Total> {
        let (senders, receivers) = (self.senders(way), self.receivers(way));
        let counted = if receivers.is_empty() {
            &senders
        } else {
            &receivers
        };
        let elapsed = counted.iter().map(|flow| flow.elapsed).max()?;
        let bytes: Bytes = counted.iter().map(|flow| flow.bytes).sum();
        let again = |flow: &&FlowView| {
            let info = flow.samples.last()?.info.as_ref()?;
            info.sample().retransmits.map(u64::from)
        };
        let retransmits: Option<u64> = senders.iter().map(again).sum();
        Some(Total {
            bytes,
            elapsed,
            rate: bytes.over(elapsed),
            retransmits: retransmits.filter(|_| !senders.is_empty()),
            congestion_control: senders
                .iter()
                .find_map(|flow| flow.congestion_control.clone()),
            by_receiver: !receivers.is_empty(),
        })
    }

    /// The datagrams of a way: how many were sent, and what arrived. `None` where none go that way or an end was not heard.
    #[must_use]
    pub fn datagrams(&self, way: Way) -> Option<(u64, Arrived)> {
        let far = self.far.as_ref()?;
        let (sender, receiver) = match way {
            Way::Up => (&self.near, far),
            Way::Down => (far, &self.near),
        };
        Some((sender.sent?, receiver.arrived?))
    }

    /// How responsive the path was under this load, by probes and messages, in intervals as the draft has them. `None` without
    /// probes.
    #[must_use]
    pub fn responsiveness(&self, way: Way, draft: Draft) -> Option<Series> {
        if self.probed.is_empty() {
            return None;
        }
        let length = draft.interval();
        let end = self.near.elapsed;
        let mut series = Series::new(draft);
        let mut from = Duration::ZERO;
        let carried = cut(&self.near, self.far.as_ref(), length, end);
        for carried in carried {
            let to = carried.to;
            let is_within = |at: Duration| at >= from && at < to;
            let answers = self.messages.iter().flat_map(|messages| &messages.answers);
            series.push(Cut {
                carried: match way {
                    Way::Up => carried.up,
                    Way::Down => carried.down,
                },
                foreign: self
                    .probed
                    .iter()
                    .filter(|one| is_within(one.at))
                    .map(|one| one.foreign)
                    .collect(),
                loaded: answers
                    .filter(|(at, _)| is_within(*at))
                    .map(|(_, time)| *time)
                    .collect(),
            });
            from = to;
        }
        Some(series)
    }
}

fn flows(view: Option<&View>, way: Way) -> Vec<&FlowView> {
    let flows = view.into_iter().flat_map(|view| &view.flows);
    flows.filter(|flow| flow.way == way).collect()
}
