//! Open loops: the plan is kept, and what keeps it from being kept is told.

use netopt_core::metrics::NetworkMetrics;
use tokio::sync::mpsc;

use super::*;
use crate::budget::Budget;
use crate::report::Limit;

#[tokio::test(start_paused = true)]
async fn constant_calls_begin_at_their_index_over_the_rate() {
    let load = Load::new(constant(50.0), Stop::after_calls(100));
    let start = Instant::now();
    let (sender, mut begun) = mpsc::unbounded_channel();
    // Each call takes longer than many gaps: the plan does not care.
    let (report, all) = exchanges(&load, move |index| {
        sender.send((index, start.elapsed())).unwrap();
        take(ms(300))
    })
    .await;
    for index in 0..100 {
        assert_eq!(begun.recv().await.unwrap(), (index, ms(20 * index)));
    }
    assert!(all.iter().all(|exchange| exchange.lateness.is_zero()));
    assert_eq!(
        (report.started, report.finished, report.unstarted),
        (100, 100, 0)
    );
    assert_eq!(report.window, ms(99 * 20 + 300));
    assert_eq!(report.asked, report.achieved);
    assert!(report.health.kept_up());
    assert_eq!(report.health.slip_p99, Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn poisson_calls_begin_at_the_offsets_of_the_schedule() {
    let rate = PerSecond::new(40.0).unwrap();
    let arrival = Arrival::Poisson { rate, seed: 3 };
    let load = Load::new(arrival, Stop::after(secs(10)));
    let start = Instant::now();
    let (sender, mut begun) = mpsc::unbounded_channel();
    let (report, _) = exchanges(&load, move |_| {
        sender.send(start.elapsed()).unwrap();
        take(ms(5))
    })
    .await;
    let planned: Vec<_> = arrival
        .schedule()
        .unwrap()
        .take_while(|offset| *offset < secs(10))
        .collect();
    assert_eq!(report.started, planned.len() as u64);
    for offset in planned {
        // The paused clock counts whole milliseconds.
        let late = begun.recv().await.unwrap().checked_sub(offset).unwrap();
        assert!(late < ms(1), "{late:?}");
    }
    assert!(report.health.kept_up());
}

#[tokio::test(start_paused = true)]
async fn the_open_loop_shows_the_pauses_that_the_closed_loop_hides() {
    let p90 = async |arrival, in_flight| {
        let load = Load {
            in_flight: at_most(in_flight),
            ..Load::new(arrival, Stop::after(secs(20)))
        };
        let mut metrics = NetworkMetrics::new();
        run(&load, Arc::new(pausing()), &mut metrics).await;
        metrics.latency().quantile(0.9).unwrap().as_millis()
    };
    // A fifth of all users come into a pause, and half of these wait for more than half of it.
    assert!((98..=103).contains(&p90(constant(100.0), 512).await));
    // One connection only: the wait in front of it counts too, from the intended start.
    assert!((98..=130).contains(&p90(constant(100.0), 1).await));
    // A closed loop makes one call in each pause and about 800 outside.
    assert_eq!(p90(closed(1), 512).await, 1);
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_are_bounded_and_the_wait_is_lateness() {
    let gauge = Arc::new(Gauge::default());
    let load = Load {
        in_flight: at_most(3),
        ..Load::new(constant(100.0), Stop::after_calls(60))
    };
    let seen = Arc::clone(&gauge);
    let (report, mut all) = exchanges(&load, move |_| {
        let running = seen.enter();
        async move {
            let exchange = take(ms(100)).await;
            drop(running);
            exchange
        }
    })
    .await;
    assert_eq!(gauge.most(), 3);
    assert_eq!((report.started, report.finished), (60, 60));
    // Call 59 is meant for 590 ms and begins in the 20th round of three.
    all.sort_by_key(|exchange| exchange.lateness);
    assert_eq!(all.last().unwrap().lateness, ms(19 * 100 - 570));
    assert_eq!(report.health.saturated, Some(Limit::InFlight));
    assert_eq!(report.health.slip_p99, Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn calls_that_never_began_are_counted() {
    let load = Load {
        in_flight: at_most(1),
        ..Load::new(constant(10.0), Stop::after(secs(10)))
    };
    let (report, _) = exchanges(&load, |_| take(secs(4))).await;
    // At 0, 4 and 8 s; the one at 12 s would be too late.
    assert_eq!(
        (report.started, report.finished, report.unstarted),
        (3, 3, 97)
    );
    assert_eq!(report.window, secs(12));
    assert_eq!(report.health.saturated, Some(Limit::InFlight));
}

#[tokio::test(start_paused = true)]
async fn a_budget_slows_the_plan_and_its_total_ends_it() {
    let budget = Arc::new(Budget::new(PerSecond::new(10.0).unwrap(), 60));
    let load = Load {
        budget: Some(Arc::clone(&budget)),
        ..Load::new(constant(100.0), Stop::after_calls(1000))
    };
    let (report, _) = exchanges(&load, |_| take(ms(1))).await;
    assert_eq!((report.started, report.refused_by_budget), (60, 940));
    assert_eq!(budget.left(), 0);
    assert!(report.window >= ms(59 * 103));
    assert_eq!(report.health.saturated, Some(Limit::Budget));
    assert!(report.achieved.unwrap().get() < 10.0);
}

#[tokio::test(start_paused = true)]
async fn a_plan_at_the_steady_rate_of_its_budget_is_kept() {
    let budget = Budget::new(PerSecond::new(20.0).unwrap(), 2000);
    let rate = budget.steady_rate().unwrap();
    assert!(rate.get() > 18.0 && rate.get() < 19.0);
    let load = Load {
        budget: Some(Arc::new(budget)),
        ..Load::new(Arrival::Constant { rate }, Stop::after(secs(60)))
    };
    let (report, _) = exchanges(&load, |_| take(ms(1))).await;
    assert!(report.started > 1100);
    assert!(report.health.kept_up());
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_zero_ends_at_once() {
    let load = Load::new(constant(0.0), Stop::after_calls(5));
    let (report, all) = exchanges(&load, |_| take(ms(1))).await;
    assert_eq!((report.started, all.len()), (0, 0));
    assert_eq!((report.achieved, report.health.late_share), (None, None));
}
