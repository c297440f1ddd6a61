//! The breakdown of a typical call against worlds whose terms are known: from the path, and from what the link saw of the
//! answers, of the queue, and of the time between a request and its answer at the far end.
//!
//! A term is right within a tenth or 200 µs; what is left unexplained is below a tenth. A call that took clearly longer than
//! all that is true of it waited for a processor, and its run is void: it is made again, a bounded number of times.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot set its scene has failed, or says why it was skipped"
)]

mod load;
mod world;

use std::time::Duration;

use netopt_core::change::Switch::{self, Off, On};
use netopt_core::model::latency::{Breakdown, Term};
use netopt_core::unit::{millis, show_duration};
use world::{Truth, World};

/// How often a world is measured until the machine had time for it, and how often of these until its terms are right.
const TRIES: usize = 10;
const CHANCES: usize = 3;

/// A typical call may take this share longer than all that is true of it, or this time.
const EXTRA: f64 = 0.04;
const LEAST_EXTRA: Duration = Duration::from_millis(1);

/// What a term may be off by: this share of it, or this time.
const SHARE: f64 = 0.1;
const LEAST: Duration = Duration::from_micros(200);

/// An answer with fewer segments does not tell the rate of the line.
const TELLING: u64 = 4 * 1448;

fn plain(rtt_ms: u64, mbit: f64, body: u64, service_ms: u64, keep_alive: Switch) -> World {
    World {
        rtt_ms,
        mbit,
        body,
        service_ms,
        keep_alive,
        loaded: Off,
    }
}

/// What is wrong with a breakdown.
fn wrong(found: &Breakdown, truth: &Truth, world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |term: Term, expected: Duration| {
        let Some(time) = found.term(term) else {
            wrong.push(format!("{} is not measured", term.name()));
            return;
        };
        if time.abs_diff(expected) > expected.mul_f64(SHARE).max(LEAST) {
            wrong.push(format!(
                "{} is {} instead of {}",
                term.name(),
                show_duration(time),
                show_duration(expected)
            ));
        }
    };
    check(Term::Propagation, truth.propagation);
    check(Term::Queuing, truth.queuing);
    check(Term::Rounds, truth.rounds);
    if world.body >= TELLING {
        check(Term::Transmission, truth.transmission);
        check(Term::Processing, truth.processing + truth.request);
    } else {
        // One packet there and one back: its time on the line looks like the server's.
        let line = truth.request + truth.transmission;
        check(Term::Processing, truth.processing + line);
    }
    if world.keep_alive == Off {
        check(Term::Connect, truth.connect);
    }
    let residual = found.residual_ms() / millis(found.total());
    if residual.abs() >= SHARE {
        wrong.push(format!("the residual is {:.1} %", residual * 100.0));
    }
    wrong
}

/// Whether the call waited for more than is true of it.
fn is_void(found: &Breakdown, truth: &Truth, world: &World) -> bool {
    let opened = match world.keep_alive {
        On => Duration::ZERO,
        Off => truth.connect,
    };
    let whole = opened
        + truth.propagation
        + truth.transmission
        + truth.request
        + truth.queuing
        + truth.processing
        + truth.rounds;
    found.total() > whole + whole.mul_f64(EXTRA).max(LEAST_EXTRA)
}

/// Measures each world until it is right, and names those that never were.
fn never_right(worlds: &[World]) -> Vec<String> {
    let mut never = Vec::new();
    for world in worlds {
        let mut wrongs = Vec::new();
        for _ in 0..TRIES {
            let Some((facts, truth)) = world.measure() else {
                return never;
            };
            let found = netopt_explain::typical(&facts).unwrap();
            if is_void(&found, &truth, world) {
                continue;
            }
            tell(world, &found, &truth);
            wrongs.push(wrong(&found, &truth, world).join(", "));
            if wrongs.iter().any(String::is_empty) || wrongs.len() == CHANCES {
                break;
            }
        }
        if wrongs.is_empty() {
            eprintln!("skipped: this machine has no time for {world:?}");
        } else if !wrongs.iter().any(String::is_empty) {
            never.push(format!("{world:?}: {wrongs:?}"));
        }
    }
    never
}

/// A line for the page in the docs.
fn tell(world: &World, found: &Breakdown, truth: &Truth) {
    let of = |term| {
        found
            .term(term)
            .map_or_else(|| "-".to_owned(), |time| format!("{:.2}", millis(time)))
    };
    eprintln!(
        "{} ms, {} Mbit/s, {} B, service {} ms, kept {:?}, loaded {:?} | {:.1} | {} / {:.2} | {} / {:.2} | {} / {:.2} | {} / {:.2} | {} / {:.2} | {:.2}",
        world.rtt_ms,
        world.mbit,
        world.body,
        world.service_ms,
        world.keep_alive,
        world.loaded,
        millis(found.total()),
        of(Term::Propagation),
        millis(truth.propagation),
        of(Term::Transmission),
        millis(truth.transmission),
        of(Term::Queuing),
        millis(truth.queuing),
        of(Term::Processing),
        millis(truth.processing + truth.request),
        of(Term::Rounds),
        millis(truth.rounds),
        found.residual_ms()
    );
}

#[test]
fn terms_are_what_the_path_and_the_origin_are() {
    let worlds = [
        plain(20, 20.0, 50_000, 5, On),
        plain(20, 20.0, 50_000, 5, Off),
        plain(10, 5.0, 1_000, 5, On),
        plain(5, 50.0, 60_000, 20, Off),
        plain(20, 5.0, 60_000, 5, Off),
        plain(20, 50.0, 14_000, 5, On),
        World {
            loaded: On,
            ..plain(20, 20.0, 1_000, 5, On)
        },
    ];
    assert_eq!(never_right(&worlds), Vec::<String>::new());
}

#[test]
#[ignore = "sixty worlds take eight minutes"]
fn terms_are_right_in_every_world() {
    let mut worlds = Vec::new();
    for keep_alive in [On, Off] {
        for (rtt_ms, mbit) in [(5, 50.0), (20, 5.0), (20, 20.0), (50, 10.0), (100, 50.0)] {
            for (body, service_ms) in [(1_000, 5), (14_000, 0), (60_000, 20), (300_000, 5)] {
                worlds.push(plain(rtt_ms, mbit, body, service_ms, keep_alive));
            }
        }
    }
    // Other numbers, so that nothing fits the ones above alone.
    worlds.extend([
        plain(2, 200.0, 60_000, 1, On),
        plain(2, 200.0, 300_000, 1, Off),
        plain(5, 200.0, 300_000, 1, Off),
        plain(10, 100.0, 1_000_000, 3, On),
        plain(10, 100.0, 1_000_000, 3, Off),
        plain(200, 5.0, 100, 10, On),
        plain(200, 50.0, 300_000, 10, Off),
        plain(200, 20.0, 3_000_000, 0, Off),
        plain(40, 10.0, 6_000, 2, On),
        plain(40, 10.0, 20_000, 2, Off),
        plain(80, 100.0, 100_000, 7, Off),
        plain(3, 5.0, 30_000, 1, Off),
        plain(5, 20.0, 100, 0, Off),
    ]);
    for (mbit, service_ms) in [(10.0, 0), (20.0, 10), (30.0, 30)] {
        worlds.push(World {
            loaded: On,
            ..plain(20, mbit, 1_000, service_ms, On)
        });
    }
    assert_eq!(never_right(&worlds), Vec::<String>::new());
}
