//! The parts of a call that can stand out, each with its words.

use std::time::Duration;

use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use netopt_explain::round_trip::{RoundTrip, round_trip};
use netopt_explain::{Facts, Survey};

use crate::probe::{Asked, Probe, Series};

/// Less than this is nothing to talk about, whatever its share.
const LEAST: Duration = Duration::from_micros(500);
/// A part stands out from this share of its call.
const LEAST_SHARE: f64 = 0.3;
/// The lookup is what is told of an opening when it takes this share of it.
const MOSTLY: f64 = 0.5;

/// Something that takes time in a call.
pub(super) struct Part {
    time: Duration,
    call: Duration,
    n: u64,
    /// What is said: `{}` is the share.
    text: String,
}

impl Part {
    fn stands_out(&self) -> bool {
        self.time >= LEAST && self.share() >= LEAST_SHARE
    }

    pub(super) fn sentence(&self) -> String {
        let share = format!("{:.0} %", self.share() * 100.0);
        format!("{} (n = {})", self.text.replace("{}", &share), self.n)
    }

    fn share(&self) -> f64 {
        if self.call.is_zero() {
            0.0
        } else {
            (self.time.as_secs_f64() / self.call.as_secs_f64()).min(1.0)
        }
    }
}

/// The part to tell: the largest that something can be done about, and the distance only where there is none.
pub(super) fn outstanding(probe: &Probe) -> Option<Part> {
    let typical = Typical::of(probe)?;
    let trip = path(probe);
    let parts = [
        typical.receiving(),
        trip.and_then(|trip| typical.serving(trip)),
        opening(probe),
        typical.unread(),
        typical.unsent(),
    ];
    let largest = parts
        .into_iter()
        .flatten()
        .filter(Part::stands_out)
        .max_by_key(|part| part.time);
    largest.or_else(|| {
        trip.map(|trip| typical.distance(trip))
            .filter(Part::stands_out)
    })
}

/// The calls that a client makes most: on a kept connection where there is one.
struct Typical<'a> {
    series: &'a Series,
    call: Duration,
    name: &'static str,
    /// What comes in after the first byte.
    received: &'static str,
}

impl<'a> Typical<'a> {
    fn of(probe: &'a Probe) -> Option<Self> {
        let kept = probe.kept.as_ref();
        let asked = probe.messages.as_ref().map(|messages| messages.asked);
        let (on_kept, on_any) = match asked {
            None => ("a call on a kept connection", "a call"),
            Some(Asked::Echo) => ("a message on a kept connection", "a message"),
            Some(Asked::Ping) => ("a ping on a kept connection", "a ping"),
        };
        let (series, name) = match kept.filter(|kept| kept.answered() > 0 && is_kept(kept)) {
            Some(kept) => (kept, on_kept),
            None if kept.is_some() => (&probe.fresh, on_any),
            None => (&probe.fresh, "connecting"),
        };
        Some(Self {
            series,
            call: series.total().quantile(0.5)?,
            name,
            received: if asked.is_some() { "answer" } else { "body" },
        })
    }

    /// What is left of the wait when the path is taken off, and what lay in this machine.
    fn serving(&self, trip: RoundTrip) -> Option<Part> {
        let wait = self.series.length(Phase::Wait);
        let not_served = self.series.split().not_served();
        let time = wait.quantile(0.5)?.saturating_sub(trip.time + not_served);
        let (shown, call) = (show_duration(time), show_duration(self.call));
        let text = format!(
            "the server takes {{}} of {}, about {shown} of {call}",
            self.name
        );
        Some(Part {
            time,
            call: self.call,
            n: wait.count(),
            text,
        })
    }

    /// The answer was here, and the program did not read it.
    fn unread(&self) -> Option<Part> {
        let split = self.series.split();
        let time = split.runtime?;
        let text = format!(
            "the answer lay {} in this machine's kernel before the program read it, {{}} of {}: this machine is busy",
            show_duration(time),
            self.name
        );
        Some(Part {
            time,
            call: self.call,
            n: split.n,
            text,
        })
    }

    /// The request was written, and this machine did not send it.
    fn unsent(&self) -> Option<Part> {
        let split = self.series.split();
        let time = split.kernel?;
        let place = if split.device > split.socket {
            "in the queue of this machine's network device"
        } else {
            "in this machine's socket buffer"
        };
        let text = format!(
            "the end of the request waited {} {place}, {{}} of {}",
            show_duration(time),
            self.name
        );
        Some(Part {
            time,
            call: self.call,
            n: split.n,
            text,
        })
    }

    /// One round trip, as far as it was waited for.
    fn distance(&self, trip: RoundTrip) -> Part {
        let wait = self.series.length(Phase::Wait).quantile(0.5);
        let time = wait.map_or(trip.time, |wait| trip.time.min(wait));
        let text = format!(
            "the distance takes {{}} of {}: a round trip of {}",
            self.name,
            show_duration(time)
        );
        Part {
            time,
            call: self.call,
            n: trip.n,
            text,
        }
    }

    /// The body.
    fn receiving(&self) -> Option<Part> {
        let receive = self.series.length(Phase::Receive);
        let time = receive.quantile(0.5)?;
        let text = format!(
            "receiving the {} takes {{}} of {}, {}",
            self.received,
            self.name,
            show_duration(time)
        );
        Some(Part {
            time,
            call: self.call,
            n: receive.count(),
            text,
        })
    }
}

/// What happens on a new connection only.
const OPENING: [Phase; 5] = [
    Phase::Dns,
    Phase::Connect,
    Phase::Proxy,
    Phase::Tls,
    Phase::Upgrade,
];

/// What a new connection costs over a kept one, or, when none is kept, what the handshakes take.
fn opening(probe: &Probe) -> Option<Part> {
    let call = probe.fresh.total().quantile(0.5)?;
    let median = |phase| probe.fresh.length(phase).quantile(0.5);
    let lookup = median(Phase::Dns).unwrap_or_default();
    let handshakes = OPENING.into_iter().filter_map(median).sum();
    let (time, text) = match &probe.kept {
        // Connecting is all there is, so only the lookup can stand out.
        None => (
            lookup,
            format!(
                "looking the name up takes {{}} of connecting, {}",
                show_duration(lookup)
            ),
        ),
        Some(kept) if kept.answered() == 0 => (
            handshakes,
            format!(
                "opening the connection takes {{}} of a call, {}",
                show_duration(handshakes)
            ),
        ),
        Some(kept) if is_kept(kept) => {
            let time = call.saturating_sub(kept.total().quantile(0.5)?);
            (time, spared(time, lookup))
        }
        Some(kept) => (handshakes, not_kept(kept, handshakes)),
    };
    Some(Part {
        time,
        call,
        n: probe.fresh.answered(),
        text,
    })
}

fn spared(time: Duration, lookup: Duration) -> String {
    let shown = show_duration(time);
    let text = format!(
        "opening the connection is {{}} of a call: keeping it open would save about {shown}"
    );
    if lookup < LEAST || lookup < time.mul_f64(MOSTLY) {
        return text;
    }
    format!(
        "{text}, most of it the name lookup ({})",
        show_duration(lookup)
    )
}

fn not_kept(kept: &Series, handshakes: Duration) -> String {
    let cause = if kept.cut() > 0 {
        "the body is cut at --max-body, so no connection can be kept here"
    } else {
        "the server closes the connection after an answer"
    };
    let reuse = kept.reuse();
    format!(
        "{cause} ({} of {} calls reused one): opening it is {{}} of a call, {}",
        reuse.part,
        reuse.whole,
        show_duration(handshakes)
    )
}

/// Whether most calls found their connection open.
fn is_kept(series: &Series) -> bool {
    let reuse = series.reuse();
    reuse.part * 2 >= reuse.whole
}

/// The round trip, hidden parts of the path included.
fn path(probe: &Probe) -> Option<RoundTrip> {
    let warm = probe
        .kept
        .as_ref()
        .map_or_else(Vec::new, |kept| kept.exchanges().to_vec());
    let fresh = probe.fresh.exchanges().to_vec();
    let survey = Survey {
        fresh,
        warm,
        ..Survey::default()
    };
    round_trip(&Facts {
        survey,
        ..Facts::default()
    })
}
