//! The table of sizes, the square-root rule beside the exact sizes, and the laws of the search.

use proptest::prelude::*;

use super::*;
use crate::model::queueing::{refined_servers_for, servers_for};

const SECOND: Duration = Duration::from_secs(1);

fn load(erlangs: f64) -> Erlangs {
    Erlangs::new(erlangs).unwrap()
}

fn share(value: f64) -> Ratio {
    Ratio::new(value).unwrap()
}

fn exact(erlangs: f64, wait: f64) -> u32 {
    size_for(load(erlangs), share(wait)).unwrap().get()
}

/// Offered load; exact sizes for at most 10, 5 and 1 % waiting; utilisation at 1 %.
///
/// C(2, ½) is exactly 1/10, so two connections are enough for 10 % at a load of ½; who computes it with a last digit too
/// many gets three.
const TABLE: [(f64, [u32; 3], f64); 8] = [
    (0.5, [2, 3, 4], 0.12),
    (1.0, [3, 4, 5], 0.20),
    (5.0, [9, 10, 12], 0.42),
    (10.0, [16, 17, 19], 0.53),
    (20.0, [27, 29, 32], 0.62),
    (50.0, [61, 64, 68], 0.74),
    (100.0, [115, 119, 125], 0.80),
    (500.0, [533, 540, 555], 0.90),
];

#[test]
fn seed_theorem_3_2_is_replaced_by_sizes_that_are_stable() {
    for (erlangs, sizes, busy) in TABLE {
        let got = [0.10, 0.05, 0.01].map(|wait| exact(erlangs, wait));
        assert_eq!(got, sizes, "offered load {erlangs}");
        let used = load(erlangs).utilisation(got[2]).unwrap().get();
        assert!((used - busy).abs() <= 0.0051, "{erlangs}: {used}");
    }
}

#[test]
fn seed_theorem_3_2_asks_for_pools_that_never_keep_up() {
    // √(2·rate·time/memory), the memory being one unit, and the next whole number of connections.
    for (erlangs, root, size) in [
        (0.5, 1.0, 1),
        (1.0, 1.4, 2),
        (5.0, 3.2, 4),
        (10.0, 4.5, 5),
        (20.0, 6.3, 7),
        (50.0, 10.0, 10),
        (100.0, 14.1, 15),
        (500.0, 31.6, 32),
    ] {
        assert!((f64::sqrt(2.0 * erlangs) - root).abs() <= 0.05);
        let queue = ErlangC::new(size, load(erlangs));
        assert_eq!(queue.is_some(), erlangs <= 1.0, "offered load {erlangs}");
    }
    // Where it is stable, it makes a third or a half of the calls wait.
    let waits =
        |size, erlangs| ErlangC::new(size, load(erlangs)).map(|queue| queue.wait_probability());
    assert!(waits(1, 0.5) >= Ratio::new(0.5) && waits(2, 1.0) >= Ratio::new(0.33));
}

#[test]
fn one_pool_of_a_hundred_beats_ten_pools_of_ten() {
    assert_eq!(exact(100.0, 0.01), 125);
    assert_eq!(10 * exact(10.0, 0.01), 190);
}

/// How often the exact size is so many above what `rule` says, at every sixteenth of a load from 5 to 500.
fn above(rule: impl Fn(Erlangs, Ratio) -> Option<u32>, wait: f64) -> [u32; 4] {
    let mut counts = [0; 4];
    for sixteenths in 80..=8000 {
        let load = load(f64::from(sixteenths) / 16.0);
        let (rule, exact) = (
            rule(load, share(wait)).unwrap(),
            size_for(load, share(wait)).unwrap(),
        );
        let by = exact.get() + 1 - rule;
        assert!(by < 4, "a={load} P={wait}: rule {rule}, exact {exact}");
        counts[by as usize] += 1;
    }
    counts
}

#[test]
fn the_square_root_rule_is_one_short_at_most_and_for_1_percent_two() {
    // One too many, exact, one short, two short.
    for (wait, counts) in [
        (0.10, [0, 3494, 4427, 0]),
        (0.05, [0, 1993, 5928, 0]),
        (0.01, [0, 0, 6309, 1612]),
    ] {
        assert_eq!(above(servers_for, wait), counts, "{wait}");
    }
}

#[test]
fn the_refined_rule_is_within_one_of_exact_from_a_load_of_five() {
    for wait in [0.10, 0.05, 0.01] {
        let [many, exact, short, shorter] = above(refined_servers_for, wait);
        assert_eq!(shorter, 0, "{wait}");
        assert!(exact > 7200, "{wait}: {many} {exact} {short}");
    }
}

#[test]
fn a_target_for_the_p99() {
    let within = |millis| {
        let time = Duration::from_millis(millis);
        size_for_quantile(load(10.0), SECOND, share(0.99), time).map(NonZeroU32::get)
    };
    // No wait at p99 is the same as at most 1 % waiting; 11 connections have a p99 of 4.2 s.
    assert_eq!(within(0), Some(19));
    assert_eq!(within(4300), Some(11));
    assert_eq!(within(4100), Some(12));
}

#[test]
fn what_no_pool_guarantees_has_no_size() {
    assert_eq!(size_for(load(1.0), share(0.0)), None);
    assert_eq!(
        size_for_quantile(load(1.0), SECOND, share(1.0), SECOND),
        None
    );
    assert_eq!(size_for(load(1e12), share(0.5)), None);
    assert_eq!(size_for(load(f64::from(u32::MAX) - 1.0), share(1e-9)), None);
}

#[test]
fn the_ends_of_the_range_are_quick() {
    assert_eq!(exact(0.0, 1e-300), 1);
    assert_eq!(exact(7.0, 1.0), 8);
    assert!(exact(1e-9, f64::MIN_POSITIVE) < 40);
    // a + β√a with β = 2.375, and 1.22 more.
    assert_eq!(exact(1e4, 0.01), 10_239);
    let huge = exact(1e9, 0.01);
    assert!(huge.abs_diff(1_000_075_102) <= 1, "{huge}");
}

proptest! {
    #[test]
    fn the_size_is_enough_and_one_less_is_not(erlangs in 0.0..2000f64, wait in 1e-6..0.99f64) {
        let size = exact(erlangs, wait);
        let waits = |size| ErlangC::new(size, load(erlangs)).map_or(1.0, |queue| queue.wait_probability().get());
        prop_assert!(waits(size) <= wait * (1.0 + 1e-9));
        prop_assert!(size == 1 || waits(size - 1) > wait);
    }

    #[test]
    fn more_load_or_more_patience_moves_it_the_right_way(
        erlangs in 0.0..500f64, more in 0.0..50f64, ms in 0u64..2000, extra in 0u64..2000,
    ) {
        let size = |erlangs, ms| {
            size_for_quantile(load(erlangs), SECOND, share(0.99), Duration::from_millis(ms)).unwrap()
        };
        prop_assert!(size(erlangs + more, ms) >= size(erlangs, ms));
        prop_assert!(size(erlangs, ms + extra) <= size(erlangs, ms));
    }
}
