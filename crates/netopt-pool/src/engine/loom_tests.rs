//! Models of the engine under every order of steps that two or three threads can take.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p netopt-pool --lib --release loom_tests` runs them, with a target directory of its own.

use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicBool, Ordering as StdOrdering};
use std::task::Wake;

use loom::sync::Arc;
use loom::thread;

use super::*;
use crate::clock::Tick;

type Numbers = Engine<u32, ()>;

/// The models are so small that every order is tried.
fn explore(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = None;
    builder.check(model);
}

fn with_items(limit: u32, items: u32) -> Arc<Numbers> {
    let engine = Arc::new(Engine::new(limit, Order::Lifo, 1, None));
    for number in 0..items {
        let room = engine.reserve().unwrap();
        assert!(engine.give(0, room.fill(number), Passing::Never).is_ok());
    }
    engine
}

fn give(engine: &Numbers, lent: Lent<u32>, passing: Passing) {
    assert!(engine.give(0, lent, passing).is_ok());
}

/// A waker that remembers whether it was woken.
#[derive(Default)]
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: StdArc<Self>) {
        self.0.store(true, StdOrdering::SeqCst);
    }
}

/// Waits as a caller does and says what it was given before it would have to sleep, or else its ticket and its bell.
fn wait(engine: &Numbers) -> Result<Lent<u32>, (Ticket, StdArc<Bell>)> {
    let bell = StdArc::new(Bell::default());
    let waker = Waker::from(StdArc::clone(&bell));
    let ticket = engine.join(Wish::Either, Tick::MAX, &waker).unwrap();
    if let Some(lent) = engine.take(0) {
        pass_on(engine, ticket);
        return Ok(lent);
    }
    match look(engine, ticket, &waker) {
        Some(lent) => Ok(lent),
        None => Err((ticket, bell)),
    }
}

fn look(engine: &Numbers, ticket: Ticket, waker: &Waker) -> Option<Lent<u32>> {
    match engine.poll(ticket, waker) {
        Polled::Left(Offer::Item(lent)) => Some(lent),
        Polled::Nothing => engine.take(0).inspect(|_| pass_on(engine, ticket)),
        _ => panic!("nothing else is offered in these models"),
    }
}

fn pass_on(engine: &Numbers, ticket: Ticket) {
    for offer in engine.leave(ticket).into_iter().flatten() {
        match offer {
            Offer::Item(lent) => give(engine, lent, Passing::Never),
            Offer::Room(room) => engine.vacate(room),
            _ => panic!("nothing else is offered in these models"),
        }
    }
}

/// Once all others are done, a caller that sleeps has been woken and finds something.
fn wakes(engine: &Numbers, (ticket, bell): (Ticket, StdArc<Bell>)) -> Lent<u32> {
    assert!(bell.0.load(StdOrdering::SeqCst), "nobody woke who waits");
    look(engine, ticket, Waker::noop()).expect("who is woken finds something")
}

#[test]
fn no_item_is_lent_twice_and_none_is_lost() {
    explore(|| {
        let engine = with_items(2, 2);
        let other = Arc::clone(&engine);
        let there = thread::spawn(move || {
            for _ in 0..2 {
                if let Some(lent) = other.hit(0) {
                    give(&other, lent, Passing::Never);
                }
            }
        });
        let (one, two) = (engine.hit(0), engine.hit(0));
        if let (Some(one), Some(two)) = (&one, &two) {
            assert_ne!(**one, **two);
        }
        for lent in [one, two].into_iter().flatten() {
            give(&engine, lent, Passing::Never);
        }
        there.join().unwrap();
        let mut all: Vec<u32> = std::iter::from_fn(|| engine.hit(0).map(|lent| *lent)).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
    });
}

#[test]
fn who_waits_and_who_gives_do_not_miss_each_other() {
    for passing in [Passing::Never, Passing::Allowed] {
        explore(move || {
            let engine = with_items(1, 1);
            let lent = engine.hit(0).unwrap();
            let other = Arc::clone(&engine);
            let there = thread::spawn(move || wait(&other));
            give(&engine, lent, passing);
            let lent = match there.join().unwrap() {
                Ok(lent) => lent,
                Err(sleeper) => wakes(&engine, sleeper),
            };
            assert_eq!(*lent, 0);
            assert!(engine.hit(0).is_none());
        });
    }
}

#[test]
fn who_leaves_passes_on_what_it_was_offered() {
    explore(|| {
        let engine = with_items(1, 1);
        let lent = engine.hit(0).unwrap();
        let (leaves, stays) = (
            engine.join(Wish::Either, Tick::MAX, Waker::noop()).unwrap(),
            wait(&engine).err().unwrap(),
        );
        let other = Arc::clone(&engine);
        let there = thread::spawn(move || pass_on(&other, leaves));
        give(&engine, lent, Passing::Never);
        there.join().unwrap();
        assert_eq!(*wakes(&engine, stays), 0);
    });
}

#[test]
fn a_place_that_comes_free_is_found_by_who_waits_for_one() {
    explore(|| {
        let engine = with_items(1, 1);
        let (room, _) = engine.hit(0).unwrap().remove();
        let other = Arc::clone(&engine);
        let there = thread::spawn(move || {
            let bell = StdArc::new(Bell::default());
            let waker = Waker::from(StdArc::clone(&bell));
            let ticket = other.join(Wish::Either, Tick::MAX, &waker).unwrap();
            (other.reserve().is_ok(), ticket, bell)
        });
        engine.vacate(room);
        let (found, ticket, bell) = there.join().unwrap();
        let granted = matches!(
            engine.poll(ticket, Waker::noop()),
            Polled::Stays(Offer::Room(_))
        );
        assert!(found != granted, "one place is had once: {found} {granted}");
        assert!(found || bell.0.load(StdOrdering::SeqCst));
    });
}

#[test]
fn what_comes_back_to_a_closed_key_is_not_left_lying() {
    explore(|| {
        let engine = with_items(1, 1);
        let lent = engine.hit(0).unwrap();
        let other = Arc::clone(&engine);
        let there = thread::spawn(move || {
            other.close();
            other.take(0).is_some()
        });
        let refused = engine.give(0, lent, Passing::Never).is_err();
        let cleared = there.join().unwrap();
        assert!(refused != cleared, "it is closed once");
        assert_eq!(engine.idle(), 0);
    });
}

#[test]
fn a_key_is_retired_or_lends() {
    explore(|| {
        let engine = with_items(1, 0);
        let other = Arc::clone(&engine);
        let there = thread::spawn(move || other.retire());
        let lends = engine.reserve().is_ok();
        assert!(there.join().unwrap() != lends);
    });
}
