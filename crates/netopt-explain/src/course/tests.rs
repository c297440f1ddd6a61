//! Each course has its reason, and short answers have none.

use netopt_core::path::PathSample;

use super::*;
use crate::worlds::{World, download, ms};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

/// The reason that most answers have; the connection was silent for two seconds before each call.
fn reason(flights: &[(f64, u64)]) -> Vec<Reason> {
    let facts = download(&far(), flights, |call| {
        call.path_before = call.is_reused().then(|| {
            Box::new(PathSample {
                silent_for: Some(Duration::from_secs(2)),
                ..PathSample::default()
            })
        });
    });
    let mut reasons: Vec<Reason> = downloads(&facts)
        .iter()
        .filter(|held| held.call.is_reused())
        .map(|held| held.reason)
        .collect();
    reasons.dedup();
    reasons
}

#[test]
fn short_answers_tell_nothing() {
    assert_eq!(reason(&[(0.0, 14_000), (40.0, 200)]), []);
}

#[test]
fn growing_flights_after_a_pause_are_a_restart() {
    let flights = [(0.0, 14_480), (40.0, 28_960), (79.5, 30_000)];
    assert_eq!(reason(&flights), [Reason::IdleRestart]);
}

#[test]
fn flat_flights_are_the_senders() {
    let flights: Vec<(f64, u64)> = (0..8).map(|n| (f64::from(n) * 40.0, 20_000)).collect();
    assert_eq!(reason(&flights), [Reason::Sender]);
}

#[test]
fn flat_flights_between_answers_that_lost_packets_are_the_losses() {
    let flat: Vec<(f64, u64)> = (0..8).map(|n| (f64::from(n) * 40.0, 20_000)).collect();
    let mut facts = download(&far(), &flat, |call| {
        call.path_before = Some(Box::new(PathSample {
            out_of_order: Some(0),
            ..PathSample::default()
        }));
    });
    let disordered = |facts: &mut Facts, every: usize| {
        for (index, call) in facts.baseline.exchanges.iter_mut().enumerate() {
            if let Some(path) = &mut call.path {
                path.out_of_order = Some(u32::from(index % every == 0));
            }
        }
    };
    disordered(&mut facts, 5);
    assert!(
        downloads(&facts)
            .iter()
            .all(|held| held.reason == Reason::Loss)
    );
    disordered(&mut facts, 30);
    let sender = |held: &&Held<'_>| held.reason == Reason::Sender;
    assert!(downloads(&facts).iter().filter(sender).count() > 50);
}

#[test]
fn a_steady_course_is_the_lines() {
    let steady: Vec<(f64, u64)> = (0..200).map(|n| (f64::from(n), 2_500)).collect();
    assert_eq!(reason(&steady), [Reason::Line]);
}

#[test]
fn fewer_calls_than_five_say_nothing() {
    let world = World { calls: 4, ..far() };
    let facts = download(&world, &[(0.0, 14_480), (40.0, 28_960)], |_| {});
    assert!(downloads(&facts).is_empty());
}
