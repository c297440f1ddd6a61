//! `http.h2-window`: the server may send a window of HTTP/2 each round trip, and the path would carry more.
//!
//! The window is the client's own word to the server, so the client can change it. It has to be as large as what the path
//! holds, rate times round trip (RFC 9113 §5.2.2 says no less), and twice that, since room is given back when half of it was
//! taken. The rate is the highest that was seen within the answers, a lower bound.

use std::time::Duration;

use netopt_core::change::{Change, Window};
use netopt_core::finding::{Finding, Remedy};
use netopt_core::unit::{BitRate, Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::course::stream_window::DEFAULT_STREAM;
use crate::course::{Common, Held, Reason, common, downloads};
use crate::evidence;
use crate::facts::Facts;
use crate::visible::visible;

const ID: &str = "http.h2-window";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The flow-control window of HTTP/2 is too small for the path",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

/// A window of so many times what the path holds never ends before room comes back.
const ROOM: u64 = 2;

/// The largest window that a plan takes.
const LARGEST: Bytes = Bytes::new(1024 * 1024 * 1024);

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let all = downloads(facts);
    let found = common(facts, &all, Reason::StreamWindow, p50)
        .zip(visible(facts))
        .and_then(|(common, trip)| Some((common, holds(&all, trip.time)?)));
    let Some((common, holds)) = found else {
        return Outcome::Quiet;
    };
    let Common {
        saving,
        severity,
        share,
        n,
        mut evidence,
    } = common;
    let today = facts.settings().http.h2_window;
    let Some(window) = larger(today, holds) else {
        return Outcome::Quiet;
    };
    let (named, size) = match today {
        Window::Fixed(size) => ("of", size),
        Window::Default | Window::Adaptive => ("of the engine,", DEFAULT_STREAM),
    };
    evidence.push(evidence::bytes("window of a stream", size, n));
    evidence.push(evidence::bytes("rate times round trip", holds, n));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Change(Change::H2Window(window)),
        cost: vec![
            "up to a window of memory for each answer that comes sooner than the program takes it"
                .to_owned(),
        ],
        ..hypothesis(
            ID,
            severity,
            format!(
                "The HTTP/2 window {named} {size} is used up each round trip and the server waits for more room: about {} in \
                 {:.0} % of {n} longer answers.",
                show_duration(saving),
                share * 100.0
            ),
        )
    })
}

/// What the path holds, by the highest rate within the answers that are held.
fn holds(all: &[Held<'_>], trip: Duration) -> Option<Bytes> {
    let rate = |held: &Held<'_>| held.call.arrivals.total().over(held.on_the_line);
    let is_held = |held: &&Held<'_>| held.reason == Reason::StreamWindow;
    let fastest = all
        .iter()
        .filter(is_held)
        .filter_map(rate)
        .max_by(|one, other| one.bps().total_cmp(&other.bps()))?;
    Some(within(fastest, trip))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn within(rate: BitRate, time: Duration) -> Bytes {
    Bytes::new((rate.bps() / 8.0 * time.as_secs_f64()) as u64)
}

/// A window with room for what the path holds: the engine's own if that is enough, else the next power of two; `None` when
/// that is no more than today's.
fn larger(today: Window, holds: Bytes) -> Option<Window> {
    let wanted = Bytes::new(holds.get().saturating_mul(ROOM));
    let now = match today {
        Window::Fixed(now) => now,
        Window::Default => DEFAULT_STREAM,
        Window::Adaptive => return None,
    };
    if wanted <= DEFAULT_STREAM && now < DEFAULT_STREAM {
        return Some(Window::Default);
    }
    let size = wanted
        .get()
        .checked_next_power_of_two()
        .map_or(LARGEST, Bytes::new);
    let size = size.min(LARGEST);
    (size > now).then_some(Window::Fixed(size))
}

#[cfg(test)]
mod tests;
