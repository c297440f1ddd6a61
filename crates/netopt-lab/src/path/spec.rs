//! What a path does to packets: plain data, each default a cable that does nothing.
//!
//! Small structs nested by concern, every field public, so that a scenario file maps onto them one to one. What it
//! leaves alone: doing it.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes, Ratio};

/// The seed when nothing is said; any number would do.
const DEFAULT_SEED: u64 = 1;

/// The longest delay of one way: half the round trip to the Moon and back twice over. More is a slip of the pen.
pub const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// The queue when nothing is said, in packets: what a Linux interface has.
const DEFAULT_QUEUE: usize = 1000;

/// Target and interval of CoDel (RFC 8289 section 4.4).
const CODEL_TARGET: Duration = Duration::from_millis(5);
const CODEL_INTERVAL: Duration = Duration::from_millis(100);

/// A path: one way there, one way back. The default is a cable without length.
#[derive(Debug, Clone, PartialEq)]
pub struct PathSpec {
    /// From the near end to the far end: requests.
    pub up: WaySpec,
    /// From the far end to the near end: responses.
    pub down: WaySpec,
    /// Seed of everything drawn; each way and each stage has a stream of its own.
    pub seed: u64,
}

impl Default for PathSpec {
    fn default() -> Self {
        Self::symmetric(WaySpec::default())
    }
}

impl PathSpec {
    /// The same in both directions.
    #[must_use]
    pub fn symmetric(way: WaySpec) -> Self {
        Self {
            up: way.clone(),
            down: way,
            seed: DEFAULT_SEED,
        }
    }

    /// The round-trip time of a packet of no length on an idle path.
    #[must_use]
    pub fn rtt(&self) -> Duration {
        self.up.delay + self.down.delay
    }
}

/// One direction of a path. The default does nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WaySpec {
    /// Propagation: from the last bit on the line to the arrival, at most [`LONGEST_DELAY`]. Default: zero.
    pub delay: Duration,
    /// How the delay varies. Default: not at all.
    pub jitter: Option<Jitter>,
    /// Packets that come late so that others overtake them. Default: none.
    pub reorder: Option<Reorder>,
    /// Packets that get lost on the way. Default: none.
    pub loss: Loss,
    /// How fast the line is. Default: [`Rate::Unlimited`].
    pub rate: Rate,
    /// What waits in front of the line.
    pub queue: QueueSpec,
    /// The share of packets that arrive twice. Default: none.
    pub duplicate: Option<Ratio>,
    /// When the line is dead. Default: never.
    pub outages: Option<Outages>,
}

/// Extra delay, drawn for each packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter {
    /// The extra delay is uniform from zero to this.
    pub up_to: Duration,
    /// On: a packet may overtake the one before it. Off: it waits for its turn, as in a queue.
    pub overtaking: Switch,
}

/// Some packets are held back, and later ones overtake them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reorder {
    /// The share of packets that are held back.
    pub share: Ratio,
    /// For how long.
    pub by: Duration,
}

/// How packets get lost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Loss {
    /// Not at all.
    #[default]
    None,
    /// Each for itself, with this probability (Bernoulli).
    Independent(Ratio),
    /// In bursts (Gilbert 1960): a chain with a good state in which nothing is lost and a bad one in which all is.
    Bursts {
        /// The share of packets lost in the long run.
        share: Ratio,
        /// The mean length of a burst in packets, at least 1.
        mean_length: f64,
    },
}

/// How fast a line is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Rate {
    /// Serialisation takes no time.
    #[default]
    Unlimited,
    /// Always the same. It counts whole IP packets, headers included.
    Fixed(BitRate),
    /// It changes as the steps say, and begins again after the last.
    Trace(Vec<RateStep>),
}

/// A stretch of a rate trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateStep {
    /// How long it lasts; above zero.
    pub lasts: Duration,
    /// The rate during that time; `None` is a line that stands still.
    pub rate: Option<BitRate>,
}

/// What waits in front of the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueSpec {
    /// How much may wait; what comes on top is dropped (drop-tail). Default: 1,000 packets.
    pub limit: Limit,
    /// Whether the queue is managed. Default: [`Aqm::None`].
    pub aqm: Aqm,
    /// Whether CoDel marks packets that allow it (RFC 3168) where it would drop them. Default: off.
    pub ecn: Switch,
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self {
            limit: Limit::Packets(DEFAULT_QUEUE),
            aqm: Aqm::None,
            ecn: Switch::Off,
        }
    }
}

/// The bound of a queue. The packet on the line does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// IP bytes, headers included.
    Bytes(Bytes),
    /// Packets of any size, at least 1.
    Packets(usize),
}

/// Active queue management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aqm {
    /// Drop-tail only.
    #[default]
    None,
    /// Controlled delay (RFC 8289).
    Codel {
        /// The standing delay that is put up with.
        target: Duration,
        /// How long it is put up with: about the longest round-trip time.
        interval: Duration,
    },
}

impl Aqm {
    /// CoDel with the constants of RFC 8289: 5 ms and 100 ms.
    #[must_use]
    pub const fn codel() -> Self {
        Self::Codel {
            target: CODEL_TARGET,
            interval: CODEL_INTERVAL,
        }
    }
}

/// When a line is dead: everything that comes then is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outages {
    /// The first one begins so long after the start.
    pub first: Duration,
    /// How long each lasts; above zero.
    pub lasts: Duration,
    /// From the beginning of one to that of the next, longer than one lasts; `None` is only once.
    pub every: Option<Duration>,
}
