//! The wait for a connection, and the size that would end it.

use std::time::Duration;

use netopt_core::finding::Severity;
use netopt_core::plan::Plan;
use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, ms, saving};

fn limited(limit: u32) -> Plan {
    Plan::new().with(Change::MaxConnections(NonZeroU32::new(limit)))
}

/// Ten calls a second, each 103 ms on a connection after 50 ms in the queue.
fn crowded() -> World {
    World {
        client: limited(2),
        service: ms(100.0),
        pool_wait: ms(50.0),
        ..World::default()
    }
}

fn size(finding: &Finding) -> u32 {
    match finding.change() {
        Some(Change::MaxConnections(Some(size))) => size.get(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_that_queue_get_a_larger_pool() {
    let finding = fired(&AUDIT, &crowded().facts());
    assert!((saving(&finding) - 50.0).abs() < 1.0, "{finding:?}");
    assert_eq!(finding.severity, Severity::High);
    // A load of 1.03: Erlang's C formula allows 5 % to wait with four.
    assert_eq!(size(&finding), 4);
    assert!(finding.cost[0].contains("up to 2 more"));
}

#[test]
fn a_saturated_pool_is_sized_by_those_who_want_in() {
    let mut facts = World {
        client: limited(1),
        pool_wait: ms(900.0),
        ..crowded()
    }
    .facts();
    let finding = fired(&AUDIT, &facts);
    // 10 calls a second, 1.0 s each in the system.
    assert!((10..=11).contains(&size(&finding)), "{finding:?}");
    facts.baseline.window /= 20;
    assert_eq!(size(&fired(&AUDIT, &facts)), 32);
}

#[test]
fn a_pool_without_a_queue_or_without_a_limit_is_quiet() {
    let roomy = World {
        client: limited(8),
        pool_wait: Duration::ZERO,
        ..crowded()
    };
    assert_quiet(&AUDIT, &roomy.facts());
    let unlimited = World {
        client: Plan::new(),
        ..crowded()
    };
    assert_quiet(&AUDIT, &unlimited.facts());
    let short = World {
        pool_wait: ms(0.4),
        ..crowded()
    };
    assert_quiet(&AUDIT, &short.facts());
}

#[test]
fn a_short_or_timeless_run_is_not_measured() {
    let short = World {
        calls: 9,
        ..crowded()
    };
    assert_eq!((AUDIT.check)(&short.facts()), Outcome::missing(CALLS));
    let mut timeless = crowded().facts();
    timeless.baseline.window = Duration::ZERO;
    assert_eq!((AUDIT.check)(&timeless), Outcome::missing(CALLS));
}

proptest! {
    #[test]
    fn a_proposal_grows_and_stays_sensible(limit in 1u32..=65_535, load in 0.0f64..1e6, more in 0.0f64..1e6) {
        let limit = NonZeroU32::new(limit).unwrap();
        let [load, wanting] = [load, load + more].map(|load| Erlangs::new(load).unwrap());
        let size = proposed(limit, load, wanting).get();
        prop_assert!(size <= MOST_CONNECTIONS);
        prop_assert!(size > limit.get() || limit.get() >= MOST_CONNECTIONS);
        prop_assert!(size <= SMALL_POOL.max(limit.get().saturating_mul(MOST_GROWTH)));
    }
}
