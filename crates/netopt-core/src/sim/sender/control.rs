//! Who moves the window: the machines of the model for Reno and CUBIC, the simulator's own for BBR.

use std::time::Duration;

use super::super::random::SplitMix64;
use super::super::scenario::Controller;
use super::super::time::Time;
use super::bbr::Bbr;
use crate::model::congestion::Counting;
use crate::model::congestion::cubic::Cubic;
use crate::model::congestion::reno::Reno;
use crate::unit::Segments;

/// A congestion controller.
#[derive(Debug)]
pub(super) enum Control {
    Reno(Reno),
    Cubic(Cubic),
    Bbr(Box<Bbr>),
}

/// What an acknowledgement tells a controller.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    pub(super) now: Time,
    /// Packets that it acknowledges.
    pub(super) packets: u64,
    /// Packets still flying.
    pub(super) flying: u64,
    /// What it took, and the smoothed value.
    pub(super) round_trip: Time,
    pub(super) smoothed: Time,
    /// Whether the window was what held the sender back, and no loss is being repaired.
    pub(super) may_grow: bool,
    pub(super) sample: Sample,
}

/// One sample of the rate of delivery (draft-cheng-iccrg-delivery-rate-estimation).
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Packets delivered in all.
    pub(super) delivered: u64,
    /// Of these, delivered when the packet was sent that is now acknowledged.
    pub(super) before: u64,
    /// The time between, the longer of sending and acknowledging.
    pub(super) interval: Time,
}

impl Control {
    pub(super) fn new(controller: Controller, random: SplitMix64) -> Self {
        match controller {
            Controller::Reno => Self::Reno(Reno::new(Counting::Segments)),
            Controller::Cubic => Self::Cubic(Cubic::new(Counting::Segments)),
            Controller::Bbr => Self::Bbr(Box::new(Bbr::new(random))),
        }
    }

    /// The window in segments.
    pub(super) fn window(&self) -> Segments {
        match self {
            Self::Reno(reno) => reno.window(),
            Self::Cubic(cubic) => cubic.window(),
            Self::Bbr(bbr) => bbr.window(),
        }
    }

    /// The time from one packet to the next; `None` if the controller does not pace.
    pub(super) fn spacing(&self) -> Option<Time> {
        match self {
            Self::Reno(_) | Self::Cubic(_) => None,
            Self::Bbr(bbr) => Some(bbr.spacing()),
        }
    }

    pub(super) fn acked(&mut self, news: &News) {
        let acked = segments(news.packets);
        match self {
            Self::Reno(reno) if news.may_grow => reno.acked(acked),
            Self::Cubic(cubic) if news.may_grow => {
                let smoothed: Duration = news.smoothed.duration();
                cubic.acked(news.now.duration(), acked, smoothed);
            }
            Self::Reno(_) | Self::Cubic(_) => {}
            Self::Bbr(bbr) => bbr.acked(news),
        }
    }

    /// A loss in a window for which none was reported yet. BBR does not mind.
    pub(super) fn lost(&mut self, flight: u64) {
        match self {
            Self::Reno(reno) => reno.lost(segments(flight)),
            Self::Cubic(cubic) => cubic.lost(segments(flight)),
            Self::Bbr(_) => {}
        }
    }

    /// The retransmission timer ran out for the first time in a row.
    pub(super) fn timed_out(&mut self, flight: u64) {
        match self {
            Self::Reno(reno) => reno.timed_out(segments(flight)),
            Self::Cubic(cubic) => cubic.timed_out(segments(flight)),
            Self::Bbr(bbr) => bbr.timed_out(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "windows are below 2^53 segments"
)]
fn segments(count: u64) -> Segments {
    Segments::new(count as f64).unwrap_or_default()
}
