//! Erlang's formulas against tables, exact fractions and the plain recursion.

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn load(erlangs: f64) -> Erlangs {
    Erlangs::new(erlangs).unwrap()
}

fn p99() -> Ratio {
    Ratio::new(0.99).unwrap()
}

/// The whole number below, as a count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn floor(value: f64) -> u32 {
    value as u32
}

/// The recursion from the very start.
fn plain(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

#[test]
fn small_cases_are_exact_fractions() {
    // B(1,1) = 1/2, B(2,1) = 1/5, B(3,1) = 1/16, B(2,2) = 2/5; C(2,1) = 1/3, C(1,a) = a.
    for (servers, erlangs, want) in [
        (0, 3.0, 1.0),
        (1, 1.0, 0.5),
        (2, 1.0, 0.2),
        (3, 1.0, 0.0625),
        (2, 2.0, 0.4),
        (7, 0.0, 0.0),
    ] {
        let got = blocking(servers, load(erlangs)).get();
        assert!((got - want).abs() < 1e-15, "B({servers},{erlangs}) = {got}");
    }
    let two = ErlangC::new(2, load(1.0)).unwrap();
    assert!((two.wait_probability().get() - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(two.utilisation(), Ratio::new(0.5).unwrap());
    let one = ErlangC::new(1, load(0.7)).unwrap();
    assert!((one.wait_probability().get() - 0.7).abs() < 1e-15);
}

#[test]
fn ten_percent_above_the_load_is_too_little_for_small_pools() {
    // Load, size, share that waits, p99 of the wait in hold times. The sizes are those of the source, which rounded
    // 1.1·50 and 1.1·100 up from the last digit of a double: 56 and 111 instead of 55 and 110.
    for (erlangs, size, waits, late) in [
        (0.5, 1, 0.50, 7.8),
        (1.0, 2, 0.33, 3.5),
        (5.0, 6, 0.59, 4.1),
        (10.0, 11, 0.68, 4.2),
        (20.0, 22, 0.57, 2.0),
        (50.0, 56, 0.31, 0.57),
        (100.0, 111, 0.20, 0.27),
        (500.0, 550, 0.02, 0.01),
    ] {
        let queue = ErlangC::new(size, load(erlangs)).unwrap();
        let got = queue.wait_probability().get();
        assert!((got - waits).abs() < 0.0051, "{erlangs}: waits {got}");
        let got = queue.wait_quantile(p99(), SECOND).unwrap().as_secs_f64();
        let digit = if late < 1.0 { 0.0051 } else { 0.051 };
        assert!((got - late).abs() < digit, "{erlangs}: p99 {got}");
    }
}

#[test]
fn an_unstable_queue_does_not_exist() {
    assert_eq!(ErlangC::new(10, load(10.0)), None);
    assert_eq!(ErlangC::new(0, load(0.0)), None);
    assert!(ErlangC::new(1, load(0.0)).is_some());
}

#[test]
fn twelve_servers_for_a_load_of_ten() {
    let queue = ErlangC::new(12, load(10.0)).unwrap();
    let waits = queue.wait_probability().get();
    assert!((waits - 0.449).abs() < 0.001, "{waits}");
    let mean = queue.mean_wait(SECOND).as_secs_f64();
    assert!((mean - waits / 2.0).abs() < 1e-9);
    assert!((queue.mean_waiting().get() - waits * 5.0).abs() < 1e-12);
    assert_eq!(queue.wait_quantile(Ratio::new(1.0).unwrap(), SECOND), None);
    // More than half do not wait at all.
    let median = queue.wait_quantile(Ratio::new(0.5).unwrap(), SECOND);
    assert_eq!(median, Some(Duration::ZERO));
    assert_eq!(
        queue.waits_longer(Duration::ZERO, Duration::ZERO),
        queue.wait_probability()
    );
    assert!(queue.waits_longer(SECOND, Duration::ZERO).get() < 1e-300);
}

#[test]
fn huge_systems_are_quick_and_sane() {
    for erlangs in [1e4, 1e6, 4e9] {
        let size = floor(erlangs + 2.0 * f64::sqrt(erlangs));
        let waits = ErlangC::new(size, load(erlangs))
            .unwrap()
            .wait_probability();
        // Halfin and Whitt's limit for β = 2.
        assert!((waits.get() - 0.0269).abs() < 0.001, "{erlangs}: {waits}");
    }
    assert!((blocking(u32::MAX, load(f64::MAX)).get() - 1.0).abs() < 1e-15);
    assert!(blocking(u32::MAX, load(10.0)).get() < 1e-300);
    // A trickle of traffic: nobody waits, and nothing is divided by zero.
    let idle = ErlangC::new(u32::MAX, load(10.0)).unwrap();
    assert_eq!(idle.wait_quantile(p99(), SECOND), Some(Duration::ZERO));
}

#[test]
fn a_walk_ends_where_probabilities_are_below_the_normal_doubles() {
    // Without the cut at zero it goes on to twice the load at the smallest double of all: a million steps instead of 47,000.
    let mut step = Recursion::below(u32::MAX, load(1e6));
    let start = step.servers;
    while step.blocking > 0.0 {
        step.advance();
    }
    assert!(step.servers - start < 100_000, "{}", step.servers);
}

proptest! {
    #[test]
    fn starting_late_changes_nothing(erlangs in 0.0..20_000f64, beta in -30.0..30f64) {
        let servers = floor(erlangs + beta * erlangs.sqrt());
        let (got, want) = (blocking(servers, load(erlangs)).get(), plain(servers, erlangs));
        prop_assert!((got - want).abs() <= 1e-12 * want, "{got} {want}");
    }

    #[test]
    fn anywhere_below_the_load_too(erlangs in 0.1..20_000f64, share in 0.0..1f64) {
        let servers = floor(erlangs * share);
        let (got, want) = (blocking(servers, load(erlangs)).get(), plain(servers, erlangs));
        prop_assert!((got - want).abs() <= 1e-12 * want, "{got} {want}");
    }

    #[test]
    fn more_servers_wait_less_and_who_would_be_lost_waits(servers in 1u32..400, share in 0.01..0.99f64) {
        let load = load(f64::from(servers) * share);
        let (less, more) = (ErlangC::new(servers, load).unwrap(), ErlangC::new(servers + 1, load).unwrap());
        prop_assert!(more.wait_probability() <= less.wait_probability());
        prop_assert!(blocking(servers, load) <= less.wait_probability());
        prop_assert!(more.mean_wait(SECOND) <= less.mean_wait(SECOND));
    }

    #[test]
    fn quantile_inverts_the_tail_and_the_tail_adds_up_to_the_mean(
        servers in 1u32..200, share in 0.3..0.98f64, later in 1e-4..0.5f64,
    ) {
        let queue = ErlangC::new(servers, load(f64::from(servers) * share)).unwrap();
        let wait = queue.wait_quantile(Ratio::new(1.0 - later).unwrap(), SECOND).unwrap();
        if !wait.is_zero() {
            let back = queue.waits_longer(wait, SECOND).get();
            prop_assert!((back / later - 1.0).abs() < 1e-5, "{back} {later}");
        }
        // ∫ P(W > t) dt by the midpoint rule over twenty mean times of those who wait.
        let spare = f64::from(servers) * (1.0 - share);
        let step = 0.005 / spare;
        let area: f64 = (0..4000)
            .map(|n| (f64::from(n) + 0.5) * step)
            .map(|t| queue.waits_longer(Duration::from_secs_f64(t), SECOND).get() * step)
            .sum();
        let mean = queue.mean_wait(SECOND).as_secs_f64();
        prop_assert!((area - mean).abs() <= 1e-4 * mean + 1e-9, "{area} {mean}");
    }
}
