//! The laws of the line, for any sequence of steps.

use std::collections::{HashMap, VecDeque};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Join(Wish),
    Serve,
    Grant,
    Poll(usize),
    Leave(usize),
    ServeOne(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Join(Wish::Either)),
        Just(Step::Join(Wish::Item)),
        Just(Step::Serve),
        Just(Step::Grant),
        (0usize..8).prop_map(Step::Poll),
        (0usize..8).prop_map(Step::Leave),
        (0usize..8).prop_map(Step::ServeOne),
    ];
    prop::collection::vec(step, 0..200)
}

/// The line as plain lists.
#[derive(Default)]
struct Plain {
    here: Vec<Ticket>,
    waiting: VecDeque<(Ticket, Wish)>,
    ends: HashMap<(u32, u32), u32>,
    grants: HashMap<(u32, u32), u32>,
}

fn id(ticket: Ticket) -> (u32, u32) {
    (ticket.seat, ticket.turn)
}

proptest! {
    #[test]
    fn offers_go_to_the_oldest_once_and_none_is_lost(steps in steps()) {
        let mut line = Line::new();
        let mut plain = Plain::default();
        let mut offer = 0;
        for step in steps {
            offer += 1;
            match step {
                Step::Join(wish) => {
                    let ticket = line.join(wish, Tick::MAX, Waker::noop());
                    plain.here.push(ticket);
                    plain.waiting.push_back((ticket, wish));
                }
                Step::Serve => {
                    let served = line.serve(offer).is_ok();
                    let first = plain.waiting.pop_front();
                    prop_assert_eq!(served, first.is_some());
                    if let Some((ticket, _)) = first {
                        plain.ends.insert(id(ticket), offer);
                    }
                }
                Step::Grant => {
                    let wishes = line.wishes();
                    let granted = line.grant(offer).is_ok();
                    let first = plain.waiting.iter_mut().find(|(_, wish)| *wish == Wish::Either);
                    prop_assert_eq!((wishes, granted), (first.is_some(), first.is_some()));
                    if let Some((ticket, wish)) = first {
                        *wish = Wish::Item;
                        plain.grants.insert(id(*ticket), offer);
                    }
                }
                Step::Poll(who) => if let Some(&ticket) = plain.here.get(who) {
                    let (end, grant) = (plain.ends.remove(&id(ticket)), plain.grants.contains_key(&id(ticket)));
                    let expected = match (end, grant) {
                        (Some(end), false) => {
                            plain.here.remove(who);
                            Polled::Left(end)
                        }
                        (Some(end), true) => Polled::Stays(end),
                        (None, _) => plain.grants.remove(&id(ticket)).map_or(Polled::Nothing, Polled::Stays),
                    };
                    prop_assert_eq!(line.poll(ticket, Waker::noop()), expected);
                },
                Step::Leave(who) => if who < plain.here.len() {
                    let ticket = plain.here.remove(who);
                    let before = plain.waiting.len();
                    plain.waiting.retain(|(other, _)| *other != ticket);
                    let left = line.leave(ticket);
                    prop_assert_eq!(left.waited, plain.waiting.len() < before);
                    prop_assert_eq!(left.offers, [plain.ends.remove(&id(ticket)), plain.grants.remove(&id(ticket))]);
                    // A ticket that was given back is void, also when its seat is taken again.
                    prop_assert!(line.serve_one(ticket, offer).is_err());
                },
                Step::ServeOne(who) => if let Some(&ticket) = plain.here.get(who) {
                    let before = plain.waiting.len();
                    plain.waiting.retain(|(other, _)| *other != ticket);
                    let waited = plain.waiting.len() < before;
                    prop_assert_eq!(line.serve_one(ticket, offer).is_ok(), waited);
                    if waited {
                        plain.ends.insert(id(ticket), offer);
                    }
                },
            }
            let wishing = plain.waiting.iter().filter(|(_, wish)| *wish == Wish::Either).count();
            prop_assert_eq!(line.wishing(), wishing as u64);
        }
    }
}

#[test]
fn seats_are_used_again() {
    let mut line = Line::<u32>::new();
    for _ in 0..1_000 {
        let mut join = |wish| line.join(wish, Tick::MAX, Waker::noop());
        let tickets = [join(Wish::Either), join(Wish::Item)];
        assert!(tickets.iter().all(|ticket| line.leave(*ticket).waited));
    }
    assert_eq!(line.seats.len(), 2);
}
