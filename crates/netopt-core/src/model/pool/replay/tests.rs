//! Replay against published figures, Erlang's formulas, and traces small enough to follow by hand.

use super::*;
use crate::model::pool::lifo_handshakes;
use crate::model::queueing::{ErlangC, Erlangs, Variation, allen_cunneen};
use crate::unit::PerSecond;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn share(value: f64) -> Ratio {
    Ratio::new(value).unwrap()
}

fn n(size: u32) -> NonZeroU32 {
    NonZeroU32::new(size).unwrap()
}

fn trace(calls: &[(u64, u64)]) -> Trace {
    let call = |&(arrival, hold)| Call {
        arrival: ms(arrival),
        hold: ms(hold),
    };
    Trace::new(calls.iter().map(call).collect()).unwrap()
}

/// `SplitMix64` (Steele, Lea and Flood 2014): the tests' source of numbers, the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// In (0, 1].
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -self.uniform().ln() * mean
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Poisson arrivals and hold times as `hold` draws them.
fn poisson(calls: u32, rate: f64, mut hold: impl FnMut(&mut SplitMix) -> f64) -> Trace {
    let mut random = SplitMix(1);
    let mut now = 0.0;
    let calls = (0..calls)
        .map(|_| {
            now += random.exponential(1.0 / rate);
            Call::from_seconds(now, hold(&mut random)).unwrap()
        })
        .collect();
    Trace::new(calls).unwrap()
}

fn exponential(calls: u32, rate: f64, mean: f64) -> Trace {
    poisson(calls, rate, |random| random.exponential(mean))
}

/// Lognormal with mean 1 and a squared coefficient of variation of 4: σ² = ln 5.
fn lognormal(random: &mut SplitMix) -> f64 {
    let variance = 5f64.ln();
    (variance.sqrt() * random.normal() - variance / 2.0).exp()
}

/// Mean 1: 19 of 20 take a half, one takes 10.5.
fn bimodal(random: &mut SplitMix) -> f64 {
    if random.uniform() <= 0.95 { 0.5 } else { 10.5 }
}

fn keep_alive(order: Order) -> Habits {
    Habits {
        order,
        server_keep_alive: Some(Duration::from_secs(5)),
        ..Habits::default()
    }
}

#[test]
fn a_server_that_closes_after_5_s_costs_lifo_its_handshakes() {
    // Calls a second of 0.1 s each, and the published reuse in LIFO and FIFO order. Over 40 seeds of 100,000 calls the
    // standard deviation is at most 0.0015; how long the published runs were is not known.
    for (rate, lifo, fifo) in [(5.0, 0.977, 1.0), (1.0, 0.935, 0.971), (0.2, 0.626, 0.626)] {
        let trace = exponential(80_000, rate, 0.1);
        for (order, reuse) in [(Order::Lifo, lifo), (Order::Fifo, fifo)] {
            let got = replay(&trace, None, &keep_alive(order)).reuse().get();
            assert!((got - reuse).abs() < 0.006, "{rate} {order:?}: {got}");
        }
    }
}

#[test]
fn fifo_saves_nearly_all_handshakes_of_lifo_at_5_a_second() {
    let trace = exponential(80_000, 5.0, 0.1);
    let opened = |order| {
        let forecast = replay(&trace, None, &keep_alive(order));
        forecast.handshake_rate().unwrap().get()
    };
    let (lifo, fifo) = (opened(Order::Lifo), opened(Order::Fifo));
    assert!((lifo - 0.116).abs() < 0.006, "{lifo}");
    // What FIFO opens it opens in the beginning.
    assert!((fifo - 0.0005).abs() < 0.0003, "{fifo}");
}

#[test]
fn the_formula_for_lifo_handshakes_is_close_to_replay() {
    // Calls a second of 0.1 s each, and how far apart the two may be: what the formula is off by, and three deviations of
    // the number of handshakes in a run of this length, the root of some 38,000, 6500, 2300 and 870.
    for (rate, off) in [(0.2, 0.03), (1.0, 0.08), (5.0, 0.10), (20.0, 0.19)] {
        let trace = exponential(100_000, rate, 0.1);
        let got = replay(&trace, None, &keep_alive(Order::Lifo));
        let (arrivals, load) = (
            PerSecond::new(rate).unwrap(),
            Erlangs::new(rate * 0.1).unwrap(),
        );
        let want = lifo_handshakes(arrivals, load, Duration::from_secs(5)).unwrap();
        let ratio = got.handshake_rate().unwrap().get() / want.get();
        assert!((ratio - 1.0).abs() < off, "{rate}: {ratio}");
    }
}

#[test]
fn with_a_timeout_of_a_minute_the_order_hardly_matters() {
    let trace = exponential(20_000, 5.0, 0.1);
    let rate = |order| {
        let habits = Habits {
            order,
            idle_timeout: Some(Duration::from_secs(60)),
            ..Habits::default()
        };
        replay(&trace, None, &habits)
            .handshake_rate()
            .unwrap()
            .get()
    };
    assert!(rate(Order::Lifo) < 0.01 && rate(Order::Fifo) < 0.01);
}

#[test]
fn the_tail_of_the_hold_times_is_the_tail_of_the_waits() {
    type Hold = fn(&mut SplitMix) -> f64;
    // Load 10, twelve connections: published p99 of the wait in hold times, and its standard deviation over 60 seeds.
    let cases: [(&str, Hold, f64, f64); 4] = [
        ("equal", |_| 1.0, 0.92, 0.042),
        ("exponential", |random| random.exponential(1.0), 2.0, 0.125),
        ("lognormal", lognormal, 4.4, 0.50),
        ("bimodal", bimodal, 5.3, 0.58),
    ];
    for (name, hold, p99, deviation) in cases {
        let forecast = replay(
            &poisson(200_000, 10.0, hold),
            Some(n(12)),
            &Habits::default(),
        );
        let got = forecast.wait_quantile(share(0.99)).as_secs_f64();
        assert!((got - p99).abs() < 2.0 * deviation, "{name}: p99 {got}");
        // Whether a call waits hardly depends on it.
        let got = forecast.waited().get();
        assert!((0.41..0.50).contains(&got), "{name}: waits {got}");
    }
}

#[test]
fn allen_and_cunneen_say_too_much_for_heavy_tails() {
    let trace = poisson(200_000, 10.0, lognormal);
    let heavy = Variation::new(4.0).unwrap();
    // Published means, and two standard deviations over 60 seeds.
    for (size, mean, off) in [(12, 0.41, 0.084), (14, 0.063, 0.014)] {
        let got = replay(&trace, Some(n(size)), &Habits::default()).mean_wait();
        assert!((got.as_secs_f64() - mean).abs() < off, "{size}: {got:?}");
        let erlang = ErlangC::new(size, Erlangs::new(10.0).unwrap()).unwrap();
        let mean = erlang.mean_wait(Duration::from_secs(1));
        assert!(got < allen_cunneen(mean, Variation::EXPONENTIAL, heavy).0);
    }
}

#[test]
fn exponential_traces_wait_as_erlang_says() {
    for (size, rate) in [(1, 0.5), (2, 1.4), (5, 3.5), (20, 17.0)] {
        let forecast = replay(
            &exponential(60_000, rate, 1.0),
            Some(n(size)),
            &Habits::default(),
        );
        let erlang = ErlangC::new(size, Erlangs::new(rate).unwrap()).unwrap();
        let second = Duration::from_secs(1);
        let waits = erlang.wait_probability().get();
        assert!((forecast.waited().get() - waits).abs() < 0.02, "{size}");
        for (got, want) in [
            (forecast.mean_wait(), erlang.mean_wait(second)),
            (
                forecast.wait_quantile(share(0.99)),
                erlang.wait_quantile(share(0.99), second).unwrap(),
            ),
            (
                forecast.wait_quantile(share(0.9)),
                erlang.wait_quantile(share(0.9), second).unwrap(),
            ),
        ] {
            let ratio = got.as_secs_f64() / want.as_secs_f64();
            assert!((ratio - 1.0).abs() < 0.08, "{size}: {got:?} {want:?}");
        }
    }
}

#[test]
fn a_size_from_a_poisson_trace_is_erlangs() {
    let trace = exponential(30_000, 10.0, 1.0);
    let size = size_for(&trace, &Habits::default(), share(0.99), Duration::ZERO).get();
    assert!((18..=20).contains(&size), "{size}");
    assert!((trace.offered_load().unwrap().get() - 10.0).abs() < 0.1);
}

#[test]
fn three_calls_by_hand() {
    // One place: the second waits 60 ms for it, the third 90.
    let trace = trace(&[(0, 100), (40, 50), (60, 10)]);
    let habits = Habits {
        connect: ms(5),
        ..Habits::default()
    };
    let forecast = replay(&trace, Some(n(1)), &habits);
    // The first one's place comes back at 105, the second one's at 155.
    assert_eq!(forecast.longest_wait(), ms(95));
    assert_eq!(forecast.wait_quantile(share(0.5)), ms(65));
    assert_eq!(forecast.wait_quantile(share(0.0)), Duration::ZERO);
    assert_eq!(forecast.mean_wait(), ms(160) / 3);
    assert_eq!(forecast.waited(), Ratio::of(2, 3).unwrap());
    assert_eq!((forecast.handshakes(), forecast.peak()), (1, n(1)));
    let free = replay(&trace, None, &habits);
    assert_eq!((free.handshakes(), free.peak()), (3, n(3)));
    assert_eq!(free.longest_wait(), Duration::ZERO);
    assert_eq!(size_for(&trace, &habits, share(1.0), ms(94)), n(2));
    assert_eq!(size_for(&trace, &habits, share(1.0), ms(95)), n(1));
    assert_eq!(size_for(&trace, &habits, share(0.3), Duration::ZERO), n(1));
}

#[test]
fn a_connection_that_comes_back_with_the_next_call_is_used() {
    let forecast = replay(
        &trace(&[(0, 10), (10, 5), (15, 5)]),
        None,
        &Habits::default(),
    );
    assert_eq!((forecast.handshakes(), forecast.peak()), (1, n(1)));
}

#[test]
fn order_decides_which_connection_grows_too_old() {
    // Two at once, then one every 40 ms: LIFO leaves one of the two idle until the pair at 130.
    let trace = trace(&[(0, 10), (0, 20), (50, 5), (90, 5), (130, 5), (130, 5)]);
    let opened = |order, keep_alive| {
        let habits = Habits {
            order,
            server_keep_alive: Some(ms(keep_alive)),
            idle_timeout: Some(ms(1000)),
            ..Habits::default()
        };
        replay(&trace, None, &habits).handshakes()
    };
    assert_eq!([opened(Order::Lifo, 100), opened(Order::Fifo, 100)], [3, 2]);
    // An age of exactly the limit is too old: the older of the two has idled since 10.
    assert_eq!([opened(Order::Lifo, 120), opened(Order::Lifo, 121)], [3, 2]);
}

#[test]
fn without_keep_alive_every_call_connects_even_the_waiting_ones() {
    let habits = Habits {
        server_keep_alive: Some(Duration::ZERO),
        connect: ms(10),
        ..Habits::default()
    };
    let forecast = replay(&trace(&[(0, 10), (5, 10), (20, 10)]), Some(n(1)), &habits);
    assert_eq!((forecast.handshakes(), forecast.peak()), (3, n(1)));
    assert_eq!(forecast.reuse(), share(0.0));
    assert_eq!(forecast.longest_wait(), ms(20));
}

#[test]
fn what_is_unsorted_is_sorted_and_what_is_no_time_is_no_call() {
    let sorted = trace(&[(0, 100), (40, 50), (60, 10)]);
    assert_eq!(trace(&[(60, 10), (0, 100), (40, 50)]), sorted);
    assert_eq!(Trace::new(Vec::new()), None);
    for (arrival, hold) in [
        (-1.0, 1.0),
        (1.0, -1e-3),
        (f64::NAN, 1.0),
        (1.0, f64::INFINITY),
    ] {
        assert_eq!(Call::from_seconds(arrival, hold), None);
    }
    let together = trace(&[(7, 1), (7, 1)]);
    assert_eq!(together.offered_load(), None);
    assert_eq!(
        replay(&together, None, &Habits::default()).handshake_rate(),
        None
    );
}

#[test]
fn endless_calls_and_too_many_of_them_are_handled() {
    let endless = Call {
        arrival: Duration::MAX,
        hold: Duration::MAX,
    };
    let forecast = replay(
        &Trace::new(vec![endless; 3]).unwrap(),
        Some(n(2)),
        &Habits::default(),
    );
    assert_eq!(forecast.longest_wait(), Duration::ZERO);
    let instant = Call {
        arrival: Duration::ZERO,
        hold: Duration::ZERO,
    };
    let many = Trace::new(vec![instant; MOST_CALLS + 2]).unwrap();
    assert_eq!((many.calls().len(), many.left_out()), (MOST_CALLS, 2));
}
