//! What was measured: the input of every audit.
//!
//! The facts come in two parts. The baseline is the client as the user runs it today, under its own load. The survey is
//! a handful of calls made one by one, so that nothing queues, in the three ways that tell causes apart: on a new
//! connection, on a kept one, and with compression asked for. An empty list means "not measured", never "zero".
//!
//! This module selects; what the selections mean is said in the audits.

mod times;

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::exchange::{Answer, Exchange};
use netopt_core::phase::Phase;
use netopt_core::plan::{Plan, Settings};
use netopt_core::unit::Bytes;

pub use times::{LEAST_SAMPLES, Times};

/// All that is known when audits run.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The client as the user runs it today.
    pub client: Plan,
    /// What is known of what the calls ask for.
    pub asking: Asking,
    /// The run of that client.
    pub baseline: Baseline,
    /// The calls made one by one.
    pub survey: Survey,
    /// Whether a socket of this client may have BBR as its congestion control; `None` when nobody asked the kernel.
    pub may_have_bbr: Option<bool>,
}

/// What its user said about what the client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asking {
    /// One request, which stands for all that are like it: that two calls are identical says nothing about the program.
    #[default]
    StandIn,
    /// What the program asks for, as often as it does: identical calls are identical there, too.
    Listed,
    /// So many calls that are one piece of work, such as a page, and are made one after the other, again and again.
    Chain(NonZeroU32),
}

impl Asking {
    /// The name in documents: `stand_in`, `listed` or `chain`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StandIn => "stand_in",
            Self::Listed => "listed",
            Self::Chain(_) => "chain",
        }
    }
}

/// The measured run of the client as it is today.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// Its calls, successful or not, in any order.
    pub exchanges: Vec<Exchange>,
    /// What the same client did meanwhile that is not to be explained, as far as it ended: its uploads.
    pub beside: Vec<Exchange>,
    /// Length of the run; zero is unknown.
    pub window: Duration,
}

/// Calls made one by one. An empty list was not measured.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Each on a new connection, no encoding asked for.
    pub fresh: Vec<Exchange>,
    /// With keep-alive offered, no encoding asked for. They are not reused when the server closes.
    pub warm: Vec<Exchange>,
    /// As `warm`, but asking for zstd, br and gzip.
    pub encoded: Vec<Exchange>,
    /// As `warm`, but with a head that is longer still; made only where it is long as it is.
    pub padded: Vec<Exchange>,
    /// As `warm`, but by HTTP/2 where the server chooses it; made only where the head is long and the client is told to speak
    /// HTTP/1.1.
    pub multiplexed: Vec<Exchange>,
    /// The start of a body, compressed by us.
    pub sample: Option<BodySample>,
    /// The start of the body that we send, compressed; `None` when there is none, or it is compressed already.
    pub request: Option<BodySample>,
    /// With fewer calls at a time than the baseline had, for a server that may do better so: see [`crate::crowd`].
    pub crowds: Vec<Crowd>,
    /// Several at once on one connection of HTTP/2, for a client that does not speak it: see [`crate::multiplexing`].
    pub together: Vec<Exchange>,
}

/// Calls of so many callers, each of which makes the next one when its last one is done.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// How many callers.
    pub callers: NonZeroU32,
    /// Their calls, successful or not.
    pub exchanges: Vec<Exchange>,
}

/// How the start of a body shrinks when we compress it: tells whether the server could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodySample {
    /// Its size as it came.
    pub plain: Bytes,
    /// Its size after compression.
    pub packed: Bytes,
}

impl BodySample {
    /// Packed over plain, at most 1; `None` for an empty sample.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.plain > Bytes::ZERO).then(|| (self.packed.bits() / self.plain.bits()).min(1.0))
    }
}

/// The middle one of these amounts; `None` of none.
pub(crate) fn middle(amounts: impl Iterator<Item = Bytes>) -> Option<Bytes> {
    let mut sorted: Vec<Bytes> = amounts.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// Whether a call opened its connection or found it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// It opened the connection.
    New,
    /// An earlier call had used it.
    Reused,
}

impl Facts {
    /// The successful calls of the baseline.
    pub fn answered(&self) -> impl Iterator<Item = &Exchange> + Clone {
        answered(&self.baseline.exchanges)
    }

    /// Latencies of the successful calls of the baseline.
    #[must_use]
    pub fn latency(&self) -> Times {
        self.answered().map(Exchange::latency).collect()
    }

    /// The median latency of the baseline: the whole of which an estimate is a part.
    #[must_use]
    pub fn p50(&self) -> Option<Duration> {
        self.latency().p50().filter(|p50| !p50.is_zero())
    }

    /// Every knob of the client as it is today.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.client.settings()
    }

    /// The head of the requests, as it would be written, at the median; `None` where nobody noted it.
    #[must_use]
    pub fn head(&self) -> Option<Bytes> {
        middle(self.answered().filter_map(|call| Some(call.asked?.head)))
    }

    /// The answers of the successful calls of the baseline.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> + Clone {
        self.answered()
            .filter_map(|exchange| exchange.answer.as_ref())
    }

    /// True when most answers were longer than we were willing to read: we hung up, and their size is unknown.
    #[must_use]
    pub fn is_mostly_cut(&self) -> bool {
        self.answers().filter(|answer| answer.cut).count() * 2 > self.answers().count()
    }

    /// What the server calls itself.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        let surveyed = answered(&self.survey.warm).chain(answered(&self.survey.fresh));
        let mut answers = surveyed.filter_map(|exchange| exchange.answer.as_ref());
        self.answers()
            .find_map(|answer| answer.server.as_deref())
            .or_else(|| answers.find_map(|answer| answer.server.as_deref()))
    }
}

/// The successful ones.
pub fn answered(exchanges: &[Exchange]) -> impl Iterator<Item = &Exchange> + Clone {
    exchanges
        .iter()
        .filter(|exchange| exchange.outcome.is_success())
}

/// The successful ones whose connection was new, or was reused.
pub fn on(exchanges: &[Exchange], connection: Connection) -> impl Iterator<Item = &Exchange> {
    answered(exchanges).filter(move |exchange| {
        exchange.connection.is_some() && exchange.is_reused() == (connection == Connection::Reused)
    })
}

/// How long `phase` took in those that went through it.
pub fn phase<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>, phase: Phase) -> Times {
    exchanges
        .into_iter()
        .filter_map(|exchange| exchange.timeline.length(phase))
        .collect()
}

/// Their service times.
pub fn service<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> Times {
    exchanges.into_iter().map(Exchange::service_time).collect()
}

/// What opening the connection took in one call: name lookup, handshakes, and a proxy's part; zero on an open connection.
#[must_use]
pub fn opening(exchange: &Exchange) -> Duration {
    [Phase::Dns, Phase::Connect, Phase::Proxy, Phase::Tls]
        .into_iter()
        .filter_map(|phase| exchange.timeline.length(phase))
        .fold(Duration::ZERO, Duration::saturating_add)
}
