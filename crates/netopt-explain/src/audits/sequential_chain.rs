//! `http.sequential-chain`: a piece of work makes its calls one after the other that could go at once.
//!
//! Whoever loads a list and then each of its items waits for one answer after the other, and mostly for nothing but distance.
//! Which calls are one piece of work only the program knows, so this needs to be told. Whether they need each other's answers it
//! cannot know either, and says so; the remedy is the program's.
//!
//! At once, the piece takes as long as its longest call, and what the other answers take to come in, since they share a line.

use std::time::Duration;

use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::evidence;
use crate::facts::{Asking, Facts, LEAST_SAMPLES, Times};
use crate::placed::{Placed, placed};
use crate::worth;

const ID: &str = "http.sequential-chain";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls wait for each other that could go at once",
    needs: &[PASSES],
    check,
};

const PASSES: &str = "three whole pieces of work, each call of them answered";

fn check(facts: &Facts) -> Outcome {
    let Asking::Chain(length) = facts.asking else {
        return Outcome::Quiet;
    };
    if length.get() < 2 {
        return Outcome::Quiet;
    }
    let pieces = pieces(facts, length.get());
    let (Some(p50), true) = (facts.p50(), pieces.len() as u64 >= LEAST_SAMPLES) else {
        return Outcome::missing(PASSES);
    };
    let now: Times = pieces.iter().map(|piece| piece.one_by_one).collect();
    let then: Times = pieces.iter().map(|piece| piece.at_once).collect();
    let (now_p50, then_p50) = (
        now.p50().unwrap_or_default(),
        then.p50().unwrap_or_default(),
    );
    let saving = (now_p50.saturating_sub(then_p50) / length.get()).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    Outcome::Fires(Finding {
        evidence: evidence_of(&now, &then, length.get()),
        estimate: of_median(saving),
        remedy: Remedy::Advice(format!(
            "Make those of the {length} calls at once that do not need each other's answers, as many as the pool and the server bear, or ask \
             for all in one: an address that takes a list of keys, with `netopt_http::batch` in front of it. Over HTTP/2 they share a \
             connection."
        )),
        cost: vec![format!(
            "up to {length} calls at the server at once; one that works on fewer makes the others wait"
        )],
        ..hypothesis(
            ID,
            severity,
            format!(
                "A piece of work makes {length} calls one after the other and takes {}; at once it would take about {}: {} per call.",
                show_duration(now_p50),
                show_duration(then_p50),
                show_duration(saving)
            ),
        )
    })
}

/// What a piece of work takes.
#[derive(Debug, Clone, Copy)]
struct Piece {
    one_by_one: Duration,
    at_once: Duration,
}

/// The pieces of work of the baseline; where a call failed, its place is missing, and the pieces behind it cannot be told.
fn pieces(facts: &Facts, length: u32) -> Vec<Piece> {
    let whole = facts.baseline.exchanges.len() == facts.answered().count();
    let calls = placed(facts);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if !whole {
        return Vec::new();
    }
    calls.chunks_exact(length).map(piece).collect()
}

fn piece(calls: &[Placed<'_>]) -> Piece {
    let took = |placed: &Placed<'_>| placed.call.service_time();
    let received = |placed: &Placed<'_>| {
        let receive = placed.call.timeline.length(Phase::Receive);
        receive.unwrap_or_default()
    };
    let sum = |of: &dyn Fn(&Placed<'_>) -> Duration| {
        calls
            .iter()
            .map(of)
            .fold(Duration::ZERO, Duration::saturating_add)
    };
    let one_by_one = sum(&took);
    let longest = calls.iter().max_by_key(|placed| took(placed));
    let at_once = longest.map_or(Duration::ZERO, |longest| {
        let others = sum(&received).saturating_sub(received(longest));
        took(longest).saturating_add(others)
    });
    Piece {
        one_by_one,
        at_once: at_once.min(one_by_one),
    }
}

fn evidence_of(now: &Times, then: &Times, length: u32) -> Vec<Evidence> {
    let mut all = vec![evidence::count(
        "calls in a piece of work",
        f64::from(length),
        now.n(),
    )];
    all.extend(evidence::median("one after the other p50", now));
    all.extend(evidence::median("at once p50, computed", then));
    all
}

#[cfg(test)]
mod tests;
