//! What a simulated run came to.

use std::time::Duration;

use crate::unit::{BitRate, Bytes, Ratio, Segments};

/// The run as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// One for each flow of the scenario, in its order.
    pub flows: Vec<FlowOutcome>,
    /// What the bottleneck saw of all of them.
    pub bottleneck: BottleneckOutcome,
    /// Where the run ended: with the last flow, or at the time limit.
    pub end: Duration,
}

impl Outcome {
    /// How evenly the flows share: Jain's index (Σx)²/(n·Σx²) of their goodputs, 1 when all are equal and 1/n when one has
    /// everything (Jain, Chiu, Hawe 1984). `None` if no flow delivered anything.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most 1024 flows")]
    pub fn fairness(&self) -> Option<Ratio> {
        let rates = || {
            let goodputs = self.flows.iter().map(|flow| flow.goodput);
            goodputs.map(|goodput| goodput.map_or(0.0, BitRate::bps))
        };
        let sum: f64 = rates().sum();
        let squares: f64 = rates().map(|rate| rate * rate).sum();
        // Rounding may lift equal flows above 1 by one part in 10^16.
        let index = sum * sum / (squares * self.flows.len() as f64);
        Ratio::new(index.min(1.0)).filter(|_| squares > 0.0)
    }
}

/// What became of one flow.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowOutcome {
    /// From its start until its last byte was at the receiver; `None` if the run ended first.
    pub completion: Option<Duration>,
    /// Payload that reached the receiver, each byte counted once.
    pub delivered: Bytes,
    /// Delivered payload over the time from the start to completion or to the end of the run; `None` if nothing came.
    pub goodput: Option<BitRate>,
    /// What became of its packets.
    pub packets: Packets,
    /// Packets that carried a segment which had been sent before.
    pub retransmissions: u64,
    /// How often the retransmission timer ran out.
    pub timeouts: u64,
    /// Its round trips; `None` if none was measured.
    pub round_trip: Option<RoundTrip>,
    /// Its window over time: at most [`FlowOutcome::MAX_SAMPLES`] samples, thinned evenly.
    pub windows: Vec<WindowSample>,
}

impl FlowOutcome {
    /// The most samples of a window.
    pub const MAX_SAMPLES: usize = 1_024;
}

/// Packets of one flow; sent = arrived + dropped + in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packets {
    /// Sent, first time or again.
    pub sent: u64,
    /// That arrived at the receiver.
    pub arrived: u64,
    /// That were lost, by a full queue or by the path.
    pub dropped: u64,
    /// That were still on their way at the end.
    pub in_flight: u64,
}

/// Round trips as the sender measured them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTrip {
    /// The least.
    pub min: Duration,
    /// The mean of one sample an acknowledgement.
    pub mean: Duration,
}

/// The window at one moment, after an acknowledgement was dealt with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowSample {
    /// Since the start of the run.
    pub at: Duration,
    /// The congestion window.
    pub window: Segments,
    /// What that acknowledgement took.
    pub round_trip: Duration,
}

/// What the bottleneck saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BottleneckOutcome {
    /// The share of the run in which it was sending.
    pub utilisation: Ratio,
    /// Packets that came to it, of all flows.
    pub packets: u64,
    /// Of these, lost because the queue was full.
    pub overflows: u64,
    /// Of these, lost for other reasons ([`super::Loss`]).
    pub losses: u64,
    /// The wait in the queue of half of all packets that got through it; `None` if none did.
    pub queue_p50: Option<Duration>,
    /// The longest such wait; `None` if no packet got through.
    pub queue_max: Option<Duration>,
}
