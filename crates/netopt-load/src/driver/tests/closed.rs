//! Closed loops: the next call begins when the last one is done.

use super::*;
use crate::budget::Budget;

#[tokio::test(start_paused = true)]
async fn seed_async_loop_awaited_its_calls_one_by_one() {
    // The seed built three coroutines and awaited each before it looked at the next: 1 + 2 + 3 = 6 s.
    let load = Load::new(closed(3), Stop::after_calls(3));
    let (report, all) = exchanges(&load, |index| take(secs(index + 1))).await;
    assert_eq!(all.len(), 3);
    assert_eq!(report.window, secs(3));
    // In the order in which they end.
    let times: Vec<_> = all.iter().map(Exchange::service_time).collect();
    assert_eq!(times, [secs(1), secs(2), secs(3)]);

    let one_by_one = Load::new(closed(1), Stop::after_calls(3));
    let (report, _) = exchanges(&one_by_one, |index| take(secs(index + 1))).await;
    assert_eq!(report.window, secs(6));
}

#[tokio::test(start_paused = true)]
async fn so_many_callers_are_busy_all_the_time() {
    let gauge = Arc::new(Gauge::default());
    let load = Load::new(closed(4), Stop::after_calls(400));
    let seen = Arc::clone(&gauge);
    let (report, all) = exchanges(&load, move |_| {
        let running = seen.enter();
        async move {
            let exchange = take(ms(10)).await;
            drop(running);
            exchange
        }
    })
    .await;
    assert_eq!((gauge.most(), gauge.now()), (4, 0));
    assert_eq!(
        (report.started, report.finished, all.len()),
        (400, 400, 400)
    );
    assert_eq!(report.window, secs(1));
    assert_eq!(report.achieved, PerSecond::new(400.0));
    assert_eq!(report.asked, None);
    assert!(report.health.kept_up());
    assert!(all.iter().all(|exchange| exchange.lateness.is_zero()));
}

#[tokio::test(start_paused = true)]
async fn the_bound_on_calls_in_flight_is_hard_here_too() {
    let load = Load {
        in_flight: at_most(2),
        ..Load::new(closed(10), Stop::after_calls(10))
    };
    let (report, _) = exchanges(&load, |_| take(secs(1))).await;
    assert_eq!(report.window, secs(5));
}

#[tokio::test(start_paused = true)]
async fn callers_share_one_budget() {
    let budget = Arc::new(Budget::new(PerSecond::new(20.0).unwrap(), 30));
    let load = Load {
        budget: Some(Arc::clone(&budget)),
        ..Load::new(closed(5), Stop::after(secs(60)))
    };
    let (report, _) = exchanges(&load, |_| take(ms(1))).await;
    assert_eq!((report.started, report.finished), (30, 30));
    assert_eq!((budget.used(), report.refused_by_budget), (30, 5));
    assert!(report.window >= ms(29 * 51));
}
