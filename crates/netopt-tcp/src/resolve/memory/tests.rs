//! Laws of what is remembered, and the rules of the RFCs one by one.

use super::*;
use crate::resolve::answer::Cause;
use proptest::prelude::*;
use std::net::IpAddr;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn answer(lifetime: Option<Duration>) -> Result<Answer, Miss> {
    Ok(Answer {
        addresses: vec![IpAddr::from([192, 0, 2, 1])],
        lifetime,
    })
}

fn absence(lifetime: Option<Duration>) -> Result<Answer, Miss> {
    Err(Miss {
        cause: Cause::NoSuchName,
        lifetime,
    })
}

fn trouble() -> Result<Answer, Miss> {
    Err(Cause::Refused("SERVFAIL".to_owned()).into())
}

fn memory(ttl: Duration, serve_stale: Duration) -> Memory {
    Memory::new(Keeping { ttl, serve_stale })
}

/// Stale, and due for a refresh; `None` for the unknown.
fn state(memory: &mut Memory, at: Instant) -> Option<(bool, bool)> {
    match memory.recall("name", at) {
        Recall::Unknown => None,
        Recall::Known {
            is_stale, refresh, ..
        } => Some((is_stale, refresh)),
    }
}

#[test]
fn an_answer_lives_for_the_smaller_of_both_times() {
    let start = Instant::now();
    for (lifetime, lives) in [(s(5), s(5)), (s(600), s(60))] {
        let mut memory = memory(s(60), s(0));
        memory.learn("name", &answer(Some(lifetime)), start);
        assert!(state(&mut memory, start + lives - s(1)).is_some());
        assert_eq!(state(&mut memory, start + lives), None);
    }
}

#[test]
fn a_name_in_use_is_asked_for_again_before_it_expires() {
    let (start, mut memory) = (Instant::now(), memory(s(100), s(0)));
    memory.learn("name", &answer(None), start);
    assert_eq!(state(&mut memory, start + s(89)), Some((false, false)));
    assert_eq!(state(&mut memory, start + s(91)), Some((false, true)));
}

#[test]
fn a_stale_answer_is_served_within_its_bound_and_asked_for_again() {
    let (start, mut memory) = (Instant::now(), memory(s(10), s(60)));
    memory.learn("name", &answer(Some(s(1))), start);
    assert_eq!(state(&mut memory, start + s(1)), Some((true, true)));
    assert_eq!(state(&mut memory, start + s(60)), Some((true, true)));
    assert_eq!(state(&mut memory, start + s(61)), None);
}

#[test]
fn a_refresh_that_fails_leaves_the_stale_answer_and_waits() {
    let (start, mut memory) = (Instant::now(), memory(s(10), s(300)));
    memory.learn("name", &answer(None), start);
    memory.learn("name", &trouble(), start + s(20));
    assert_eq!(state(&mut memory, start + s(49)), Some((true, false)));
    assert_eq!(state(&mut memory, start + s(50)), Some((true, true)));
}

#[test]
fn a_name_that_is_gone_is_not_served_stale() {
    let (start, mut memory) = (Instant::now(), memory(s(10), s(300)));
    memory.learn("name", &answer(None), start);
    memory.learn("name", &absence(Some(s(5))), start + s(1));
    assert!(matches!(
        memory.recall("name", start + s(2)),
        Recall::Known {
            known: Err(_),
            is_stale: false,
            ..
        }
    ));
    assert_eq!(state(&mut memory, start + s(6)), None);
    memory.learn("name", &answer(None), start + s(7));
    memory.learn("name", &absence(None), start + s(8));
    assert_eq!(state(&mut memory, start + s(8)), None);
}

#[test]
fn an_absence_is_believed_for_a_bounded_time_and_trouble_not_at_all() {
    let (start, mut memory) = (Instant::now(), memory(s(86_400), s(0)));
    memory.learn("name", &absence(Some(s(86_400))), start);
    assert!(state(&mut memory, start + LONGEST_ABSENCE - s(1)).is_some());
    assert_eq!(state(&mut memory, start + LONGEST_ABSENCE), None);
    memory.learn("other", &trouble(), start);
    assert_eq!(memory.recall("other", start), Recall::Unknown);
}

#[test]
fn a_time_beyond_the_clock_is_for_ever() {
    let (start, mut memory) = (Instant::now(), memory(Duration::MAX, s(0)));
    memory.learn("name", &answer(None), start);
    assert_eq!(state(&mut memory, start + s(1 << 30)), Some((false, false)));
}

#[test]
fn the_number_of_names_is_bounded_and_those_in_use_stay() {
    let (mut now, mut memory) = (Instant::now(), memory(s(86_400), s(0)));
    memory.learn("name", &answer(None), now);
    for number in 0..2 * MOST_NAMES {
        now += Duration::from_millis(1);
        memory.learn(&number.to_string(), &answer(None), now);
        assert!(state(&mut memory, now).is_some());
        assert!(memory.names.len() <= MOST_NAMES);
    }
}

proptest! {
    /// Whatever is learnt when: nothing is served beyond its bound, and nothing stale without being allowed.
    #[test]
    fn nothing_is_served_beyond_its_bound(
        ttl in 0u64..50,
        stale in 0u64..50,
        events in prop::collection::vec((0u64..20, prop::option::of(0u64..60), any::<bool>()), 1..40),
    ) {
        let mut memory = memory(s(ttl), s(stale));
        let (mut now, mut learnt) = (Instant::now(), None);
        for (wait, lifetime, learns) in events {
            now += s(wait);
            match memory.recall("name", now) {
                Recall::Unknown => {}
                Recall::Known { is_stale, .. } => {
                    let (at, lives): (Instant, u64) = learnt.expect("something was learnt");
                    prop_assert!(now < at + s(lives + stale));
                    prop_assert_eq!(is_stale, now >= at + s(lives));
                }
            }
            if learns {
                memory.learn("name", &answer(lifetime.map(s)), now);
                learnt = Some((now, lifetime.unwrap_or(u64::MAX).min(ttl)));
            } else {
                memory.learn("name", &trouble(), now);
            }
        }
    }
}
