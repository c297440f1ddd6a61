//! The laws of the engine on one thread, for any sequence of steps; `loom_tests.rs` has those of several threads.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::giving::PASSES;
use super::*;
use crate::clock::Tick;

type Numbers = Engine<u32, ()>;

#[derive(Debug, Clone, Copy)]
enum Step {
    Hit,
    Give(usize),
    Make,
    Remove(usize),
    Resize(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Hit),
        4 => (0usize..20).prop_map(Step::Give),
        2 => Just(Step::Make),
        1 => (0usize..20).prop_map(Step::Remove),
        1 => (1u32..30).prop_map(Step::Resize),
    ];
    prop::collection::vec(step, 0..300)
}

fn numbers(order: Order, limit: u32) -> Numbers {
    Engine::new(limit, order, 1, None)
}

proptest! {
    #[test]
    fn items_come_back_in_their_order_and_never_twice(steps in steps(), fifo in any::<bool>()) {
        let order = if fifo { Order::Fifo } else { Order::Lifo };
        let engine = numbers(order, 20);
        let (mut out, mut idle, mut made) = (Vec::<Lent<u32>>::new(), VecDeque::new(), 0u32);
        let mut limit = 20;
        for step in steps {
            match step {
                Step::Hit => {
                    let expected = if fifo { idle.pop_front() } else { idle.pop_back() };
                    let lent = engine.hit(0);
                    prop_assert_eq!(lent.as_deref().copied(), expected);
                    out.extend(lent);
                }
                Step::Give(which) => if which < out.len() {
                    let lent = out.remove(which);
                    let (number, size) = (*lent, engine.size());
                    match engine.give(0, lent, Passing::Never) {
                        Ok(()) => idle.push_back(number),
                        Err(lent) => {
                            prop_assert!(size > limit, "{size} of {limit}");
                            engine.vacate(lent.remove().0);
                        }
                    }
                },
                Step::Make => {
                    let room = engine.reserve();
                    prop_assert_eq!(room.is_ok(), out.len() + idle.len() < limit as usize);
                    if let Ok(room) = room {
                        made += 1;
                        out.push(room.fill(made));
                    }
                }
                Step::Remove(which) => if which < out.len() {
                    let (room, _) = out.remove(which).remove();
                    engine.vacate(room);
                },
                Step::Resize(to) => {
                    limit = to;
                    engine.resize(to);
                }
            }
            prop_assert_eq!(engine.size() as usize, out.len() + idle.len());
            prop_assert_eq!(engine.idle(), idle.len());
        }
    }
}

fn join(engine: &Numbers, wish: Wish) -> Result<Ticket, Refusal> {
    engine.join(wish, Tick::MAX, Waker::noop())
}

fn poll(engine: &Numbers, ticket: Ticket) -> Option<Offer<u32, ()>> {
    match engine.poll(ticket, Waker::noop()) {
        Polled::Nothing => None,
        Polled::Stays(offer) | Polled::Left(offer) => Some(offer),
    }
}

fn lent(engine: &Numbers, number: u32) -> Lent<u32> {
    engine
        .reserve()
        .expect("the tests ask for no more than there is room for")
        .fill(number)
}

fn item(offer: Option<Offer<u32, ()>>) -> Option<u32> {
    match offer {
        Some(Offer::Item(lent)) => Some(*lent),
        _ => None,
    }
}

#[test]
fn what_comes_back_goes_to_whoever_waits_longest_and_to_no_newcomer() {
    let engine = numbers(Order::Lifo, 2);
    let (one, two) = (lent(&engine, 1), lent(&engine, 2));
    let first = join(&engine, Wish::Either).unwrap();
    let second = join(&engine, Wish::Either).unwrap();
    assert!(engine.give(0, one, Passing::Never).is_ok());
    assert!(engine.hit(0).is_none(), "it is in the hands of the first");
    assert!(engine.give(0, two, Passing::Never).is_ok());
    assert_eq!(item(poll(&engine, second)), Some(2));
    assert_eq!(item(poll(&engine, first)), Some(1));
}

#[test]
fn a_place_that_comes_free_goes_to_whoever_wishes_for_one() {
    let engine = numbers(Order::Lifo, 1);
    let one = lent(&engine, 1);
    let served = join(&engine, Wish::Item).unwrap();
    let wishing = join(&engine, Wish::Either).unwrap();
    engine.vacate(one.remove().0);
    assert!(poll(&engine, served).is_none());
    let offer = poll(&engine, wishing);
    assert!(matches!(offer, Some(Offer::Room(_))));
    assert!(engine.reserve().is_err(), "it went from hand to hand");
}

#[test]
fn who_leaves_hands_back_what_was_offered() {
    let engine = numbers(Order::Lifo, 1);
    let one = lent(&engine, 1);
    let ticket = join(&engine, Wish::Either).unwrap();
    assert!(engine.give(0, one, Passing::Never).is_ok());
    let [end, grant] = engine.leave(ticket);
    assert_eq!(item(end), Some(1));
    assert!(grant.is_none());
}

#[test]
fn who_is_passed_is_woken_and_not_passed_for_ever() {
    let engine = numbers(Order::Lifo, 1);
    let mut one = lent(&engine, 1);
    let waiting = join(&engine, Wish::Either).unwrap();
    for _ in 0..PASSES {
        assert!(engine.give(0, one, Passing::Allowed).is_ok());
        assert!(poll(&engine, waiting).is_none());
        one = engine.hit(0).unwrap();
    }
    assert!(engine.give(0, one, Passing::Allowed).is_ok());
    assert!(engine.hit(0).is_none(), "now it is the turn of the other");
    assert_eq!(item(poll(&engine, waiting)), Some(1));
}

#[test]
fn waits_end_at_their_deadlines_in_any_order() {
    let engine = numbers(Order::Lifo, 1);
    let _one = lent(&engine, 1);
    let until = |deadline| engine.join(Wish::Either, deadline, Waker::noop()).unwrap();
    let (late, early, middle) = (until(30), until(10), until(20));
    assert_eq!(engine.expire(5), Some(10));
    assert_eq!(engine.expire(20), Some(30));
    for (ticket, ended) in [(early, true), (middle, true), (late, false)] {
        let offer = poll(&engine, ticket);
        assert_eq!(matches!(offer, Some(Offer::Late)), ended);
    }
    assert_eq!((engine.expire(30), engine.waiting()), (None, 0));
}

#[test]
fn a_closed_engine_lends_and_takes_nothing() {
    let engine = numbers(Order::Lifo, 2);
    let (one, two) = (lent(&engine, 1), lent(&engine, 2));
    assert!(engine.give(0, one, Passing::Never).is_ok());
    let ticket = join(&engine, Wish::Either).unwrap();
    engine.close();
    assert!(matches!(poll(&engine, ticket), Some(Offer::Closed)));
    assert!(engine.give(0, two, Passing::Never).is_err());
    assert!(engine.reserve().is_err() && join(&engine, Wish::Either).is_err());
    assert_eq!(
        engine.take(0).map(|lent| *lent),
        Some(1),
        "what is idle is to be closed"
    );
    assert!(engine.hit(0).is_none());
}

#[test]
fn only_an_engine_without_items_and_callers_retires() {
    let engine = numbers(Order::Lifo, 1);
    let one = lent(&engine, 1);
    assert!(!engine.retire());
    engine.vacate(one.remove().0);
    let ticket = join(&engine, Wish::Either).unwrap();
    assert!(!engine.retire());
    engine.leave(ticket);
    assert!(engine.retire() && engine.reserve().is_err());
}

#[test]
fn it_holds_as_many_as_there_are_ports_and_no_more() {
    let engine = numbers(Order::Lifo, u32::MAX);
    let all: Vec<_> = (0..MOST).map(|number| lent(&engine, number)).collect();
    assert_eq!(engine.reserve().unwrap_err(), Refusal::Full);
    for one in all {
        assert!(engine.give(0, one, Passing::Never).is_ok());
    }
    assert_eq!(engine.idle(), MOST as usize);
}

#[test]
fn a_worker_borrows_from_the_others() {
    let engine = Engine::<u32, ()>::new(8, Order::Lifo, 4, None);
    for worker in 0..4 {
        let one = engine.reserve().unwrap().fill(worker);
        assert!(engine.give(worker, one, Passing::Never).is_ok());
    }
    let taken: Vec<u32> = std::iter::from_fn(|| engine.hit(2).map(|lent| *lent)).collect();
    assert_eq!(taken, [2, 3, 0, 1]);
}

#[test]
fn threads_never_have_the_same_item() {
    let loans = if cfg!(miri) { 30 } else { 3_000 };
    let engine = Engine::<AtomicU32, ()>::new(3, Order::Lifo, 2, None);
    for worker in 0..3 {
        let room = engine.reserve().expect("there is room for three");
        let lent = room.fill(0.into());
        assert!(engine.give(worker, lent, Passing::Never).is_ok());
    }
    let lend = |worker: Worker| {
        for _ in 0..loans {
            let Some(lent) = engine.hit(worker) else {
                continue;
            };
            assert_eq!(lent.fetch_add(1, Ordering::Relaxed), 0, "lent twice");
            assert_eq!(lent.fetch_sub(1, Ordering::Relaxed), 1, "lent twice");
            assert!(engine.give(worker, lent, Passing::Never).is_ok());
        }
    };
    std::thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || lend(worker));
        }
    });
    assert_eq!((engine.idle(), engine.size()), (3, 3));
}
