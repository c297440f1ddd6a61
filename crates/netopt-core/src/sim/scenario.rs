//! What is simulated: a bottleneck, the flows through it, and when to stop.

use std::time::Duration;

use crate::model::flow_time::{USUAL_HEADERS, USUAL_PAYLOAD};
use crate::model::loss::Acks;
use crate::unit::{BitRate, Bytes, Ratio};

mod check;

/// A path with one bottleneck and the flows that share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What all flows pass.
    pub bottleneck: Bottleneck,
    /// The flows, 1 to [`Scenario::MAX_FLOWS`].
    pub flows: Vec<Flow>,
    /// Of losses and of BBR's choice of phase. Same seed, same bytes.
    pub seed: u64,
    /// Where the run ends if flows are still going; above zero, up to a day.
    pub time_limit: Duration,
    /// How many packets may enter the bottleneck before the run is given up, 1 to [`Scenario::MAX_PACKETS`].
    pub packet_limit: u64,
}

impl Scenario {
    /// The most flows.
    pub const MAX_FLOWS: usize = 1_024;
    /// The most packets that a limit may allow: about half a minute of work, and 100 B of memory for each in flight.
    pub const MAX_PACKETS: u64 = 100_000_000;
    /// The usual end: one minute.
    pub const TIME_LIMIT: Duration = Duration::from_secs(60);
    /// The usual limit: a few seconds of work.
    pub const PACKET_LIMIT: u64 = 10_000_000;

    /// These flows through that bottleneck, with the usual limits and seed 1.
    #[must_use]
    pub const fn new(bottleneck: Bottleneck, flows: Vec<Flow>) -> Self {
        Self {
            bottleneck,
            flows,
            seed: 1,
            time_limit: Self::TIME_LIMIT,
            packet_limit: Self::PACKET_LIMIT,
        }
    }
}

/// A link with a queue that drops what does not fit.
///
/// A packet passes loss, queue, rate and delay in this order. The way back carries acknowledgements only: it has the delay,
/// but no queue and no loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bottleneck {
    /// Bits a second, headers included; 1 kbit/s to 1 Tbit/s.
    pub rate: BitRate,
    /// There and back without any queue; up to a minute. Half of it each way.
    pub round_trip: Duration,
    /// What may be queued and on the line, headers included; one packet at least.
    pub buffer: Bytes,
    /// What is lost for other reasons than a full queue.
    pub loss: Loss,
}

/// How packets are lost before they reach the queue.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Loss {
    /// Not at all.
    #[default]
    Never,
    /// Each with the same chance, independently (Bernoulli).
    Random(Ratio),
    /// Each packet whose number among all is a multiple of this, 2 or more: the evenly spaced loss for which the mean windows
    /// of Reno and CUBIC are derived (RFC 9438 §5.1).
    Every(u64),
    /// In episodes: outside of one, each packet starts one with the chance `start`; from then on everything is lost for
    /// `length`. With bursts shorter than it, that is the loss process of PFTK: after the first loss of a round trip, the
    /// rest of its packets is lost too.
    Episodes {
        /// The chance of each packet outside of an episode.
        start: Ratio,
        /// How long one lasts, up to a minute.
        length: Duration,
    },
}

/// One flow of data, from a connection that is already open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// When it begins.
    pub start: Duration,
    /// How much it sends; `None`: it never ends by itself.
    pub size: Option<Bytes>,
    /// Who moves the window.
    pub controller: Controller,
    /// Payload of a full packet, 64 B to 65,483 B; on the wire [`Flow::HEADER`] comes on top.
    pub mss: Bytes,
    /// What this flow's round trip is longer than the bottleneck's; up to a minute.
    pub extra_delay: Duration,
    /// When the receiver acknowledges what came in order; what came out of order it acknowledges at once.
    pub acks: Acks,
    /// The most beyond the first missing byte; one payload at least; `None`: no such limit.
    pub receive_window: Option<Bytes>,
    /// The retransmission timer.
    pub timer: Timer,
}

impl Flow {
    /// IPv4, TCP and the timestamp option: 20 + 20 + 12 bytes.
    pub const HEADER: Bytes = USUAL_HEADERS;
    /// What fits a packet of 1500 B beside [`Flow::HEADER`].
    pub const MSS: Bytes = USUAL_PAYLOAD;
    /// How long a lone packet waits for its delayed acknowledgement: the least that Linux uses; RFC 5681 §4.2 allows 500 ms.
    pub const ACK_DELAY: Duration = Duration::from_millis(40);
}

/// An endless CUBIC flow in packets of 1500 B, each acknowledged.
impl Default for Flow {
    fn default() -> Self {
        Self {
            start: Duration::ZERO,
            size: None,
            controller: Controller::default(),
            mss: Self::MSS,
            extra_delay: Duration::ZERO,
            acks: Acks::EverySegment,
            receive_window: None,
            timer: Timer::default(),
        }
    }
}

/// The rules by which a sender moves its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Controller {
    /// RFC 5681.
    Reno,
    /// RFC 9438, without `HyStart++`.
    #[default]
    Cubic,
    /// Like version 1 of BBR.
    Bbr,
}

impl Controller {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reno, Self::Cubic, Self::Bbr];

    /// The name that Linux uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reno => "reno",
            Self::Cubic => "cubic",
            Self::Bbr => "bbr",
        }
    }
}

/// The bounds of the retransmission timer (RFC 6298).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// Before the first round trip is known; not below `margin`, up to a minute. RFC 6298 §2.1 says 1 s.
    pub initial: Duration,
    /// By how much the timeout exceeds the smoothed round trip at least, 1 ms or more: the G of RFC 6298 §2.3. Linux floors the
    /// variation term by its `tcp_rto_min` of 200 ms (`tcp_rtt_estimator`), and so does the default. There is no other
    /// least: §2.4 asks for a timeout of 1 s, which Linux does not heed either.
    pub margin: Duration,
}

impl Default for Timer {
    fn default() -> Self {
        Self {
            initial: Duration::from_secs(1),
            margin: Duration::from_millis(200),
        }
    }
}
