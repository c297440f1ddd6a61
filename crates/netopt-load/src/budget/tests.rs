//! The promises of a budget as laws: on the spacing alone with any clock, and on the waiting under a paused one.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn per_second(rate: f64) -> PerSecond {
    PerSecond::new(rate).unwrap()
}

/// The most calls in any window of one second, both ends included.
fn most_in_a_second(calls: &[Instant]) -> usize {
    let second = Duration::from_secs(1);
    let window = |from: &Instant| {
        calls
            .iter()
            .filter(|at| **at >= *from && **at - *from <= second)
            .count()
    };
    calls.iter().map(window).max().unwrap_or(0)
}

/// Calls that become ready after `idle` each, and whose task wakes `slow` later than it should.
fn simulate(rate: f64, callers: &[(Duration, Duration)]) -> Vec<Instant> {
    let mut spacing = Spacing::new(per_second(rate)).unwrap();
    let mut now = Instant::now();
    let call = |(idle, slow): &(Duration, Duration)| {
        now = spacing.ready_at(now + *idle) + *slow;
        spacing.grant(now);
        now
    };
    callers.iter().map(call).collect()
}

fn callers() -> impl Strategy<Value = Vec<(Duration, Duration)>> {
    let micros = |most: u64| {
        // Most are ready at once and wake on time, which is when a burst could happen.
        prop_oneof![3 => Just(0), 1 => 0..most].prop_map(Duration::from_micros)
    };
    prop::collection::vec((micros(1_500_000), micros(80_000)), 2..120)
}

proptest! {
    #[test]
    fn no_second_sees_more_calls_than_the_rate(rate in 1.0f64..40.0, callers in callers()) {
        let calls = simulate(rate, &callers);
        let most = most_in_a_second(&calls);
        prop_assert!(u32::try_from(most).is_ok_and(|most| f64::from(most) <= rate), "{most} at {rate}");
    }

    #[test]
    fn no_second_of_the_receiver_does_either_with_25_ms_of_jitter(
        rate in 1.0f64..40.0,
        callers in callers(),
        jitter in prop::collection::vec(0u64..25_000, 120),
    ) {
        let late = |(at, micros): (&Instant, &u64)| *at + Duration::from_micros(*micros);
        let calls: Vec<_> = simulate(rate, &callers).iter().zip(&jitter).map(late).collect();
        let most = most_in_a_second(&calls);
        prop_assert!(u32::try_from(most).is_ok_and(|most| f64::from(most) <= rate), "{most} at {rate}");
    }

    #[test]
    fn below_one_a_second_calls_are_an_interval_apart(rate in 0.01f64..1.0, callers in callers()) {
        let calls = simulate(rate, &callers);
        let interval = Duration::from_secs_f64(1.0 / rate);
        prop_assert!(calls.windows(2).all(|pair| pair[1] - pair[0] >= interval));
    }

    #[test]
    fn a_busy_budget_wastes_no_more_than_its_margin(rate in 1u32..1000) {
        let calls = simulate(f64::from(rate), &vec![(Duration::ZERO, Duration::ZERO); 50]);
        let interval = (calls[49] - calls[0]).as_secs_f64() / 49.0;
        prop_assert!((interval * f64::from(rate) - MARGIN).abs() < 1e-3);
    }
}

#[tokio::test(start_paused = true)]
async fn takers_together_keep_the_rate_and_the_total() {
    let budget = Arc::new(Budget::new(per_second(20.0), 50));
    let takers: Vec<_> = (0..60)
        .map(|_| {
            let budget = Arc::clone(&budget);
            tokio::spawn(async move { budget.take().await.map(|()| Instant::now()) })
        })
        .collect();
    let mut calls = Vec::new();
    let mut refused = 0;
    for taker in takers {
        match taker.await.unwrap() {
            Ok(at) => calls.push(at),
            Err(exhausted) => {
                assert_eq!(exhausted.total(), 50);
                refused += 1;
            }
        }
    }
    assert_eq!((calls.len(), refused), (50, 10));
    assert!(most_in_a_second(&calls) <= 20);
    assert_eq!((budget.used(), budget.left()), (50, 0));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_take_uses_nothing_and_frees_the_line() {
    let budget = Budget::new(per_second(1.0), 2);
    budget.take().await.unwrap();
    let short = Duration::from_millis(10);
    assert!(tokio::time::timeout(short, budget.take()).await.is_err());
    assert_eq!(budget.used(), 1);
    let before = Instant::now();
    budget.take().await.unwrap();
    assert!(before.elapsed() < Duration::from_millis(1060));
    assert_eq!(budget.take().await.unwrap_err().total(), 2);
}

#[tokio::test(start_paused = true)]
async fn own_origins_are_only_counted() {
    let budget = Budget::total_only(1000);
    let before = Instant::now();
    for _ in 0..1000 {
        budget.take().await.unwrap();
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert!(budget.take().await.is_err());
    assert_eq!(budget.steady_rate(), None);
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_zero_allows_no_call_instead_of_waiting_for_ever() {
    assert!(Budget::new(per_second(0.0), 5).take().await.is_err());
    let hardly = Budget::new(per_second(1e-18), 5);
    hardly.take().await.unwrap();
    assert!(
        tokio::time::timeout(Duration::from_secs(3600), hardly.take())
            .await
            .is_err()
    );
}

#[test]
fn a_call_that_comes_a_little_late_does_not_push_the_next() {
    let mut spacing = Spacing::new(per_second(20.0)).unwrap();
    let start = Instant::now();
    spacing.grant(start);
    let due = spacing.ready_at(start);
    spacing.grant(due + Duration::from_millis(20));
    assert_eq!(spacing.ready_at(start), due + spacing.gap);
    let due = spacing.ready_at(start);
    spacing.grant(due + Duration::from_millis(80));
    assert_eq!(
        spacing.ready_at(start),
        due + Duration::from_millis(50) + spacing.gap
    );
}
