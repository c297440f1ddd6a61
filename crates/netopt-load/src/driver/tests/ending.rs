//! How runs end: by the rule, by the drain, by being dropped, by a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

const LOOPS: [fn() -> Arrival; 2] = [|| closed(5), || constant(100.0)];

#[tokio::test(start_paused = true)]
async fn no_call_begins_after_its_time_and_those_in_flight_are_awaited() {
    for arrival in LOOPS {
        let load = Load::new(arrival(), Stop::after(secs(1)));
        let start = Instant::now();
        let latest = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&latest);
        let (report, all) = exchanges(&load, move |_| {
            let at = usize::try_from(start.elapsed().as_millis()).unwrap();
            seen.fetch_max(at, Ordering::SeqCst);
            take(ms(300))
        })
        .await;
        assert!(latest.load(Ordering::SeqCst) < 1000);
        assert_eq!((report.finished, report.abandoned()), (report.started, 0));
        assert_eq!(report.finished, all.len() as u64);
        assert!(report.window > secs(1) && report.window < ms(1300));
    }
}

#[tokio::test(start_paused = true)]
async fn count_and_time_end_a_run_by_whichever_is_first() {
    for arrival in LOOPS {
        let by_count = Stop::new(Some(7), Some(secs(100))).unwrap();
        let (report, _) = exchanges(&Load::new(arrival(), by_count), |_| take(ms(10))).await;
        assert_eq!(report.started, 7);
        let by_time = Stop::new(Some(1_000_000), Some(secs(1))).unwrap();
        let (report, _) = exchanges(&Load::new(arrival(), by_time), |_| take(ms(50))).await;
        assert_eq!(report.started, 100);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_do_not_end_are_abandoned_after_the_drain() {
    for arrival in LOOPS {
        for stop in [
            Stop::after_calls(20),
            Stop::new(Some(20), Some(secs(90))).unwrap(),
        ] {
            let gauge = Arc::new(Gauge::default());
            let seen = Arc::clone(&gauge);
            let load = Load {
                drain: secs(2),
                ..Load::new(arrival(), stop)
            };
            // Only the very last call hangs, so nothing else wakes the driver.
            let (report, all) = exchanges(&load, move |index| {
                let running = seen.enter();
                async move {
                    let exchange = take(if index < 19 { ms(10) } else { secs(3600) }).await;
                    drop(running);
                    exchange
                }
            })
            .await;
            assert_eq!((report.started, all.len(), report.abandoned()), (20, 19, 1));
            assert_eq!(gauge.now(), 0, "an abandoned call still runs");
            assert!(report.window >= secs(2) && report.window < secs(3));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_ends_every_call() {
    for arrival in LOOPS {
        let gauge = Arc::new(Gauge::default());
        let seen = Arc::clone(&gauge);
        let load = Load::new(arrival(), Stop::after(secs(60)));
        let running = exchanges(&load, move |_| {
            let running = seen.enter();
            async move {
                let exchange = take(secs(5)).await;
                drop(running);
                exchange
            }
        });
        assert!(tokio::time::timeout(secs(2), running).await.is_err());
        assert!(gauge.now() >= 5);
        // Aborted tasks are dropped when the runtime gets to them.
        sleep(ms(1)).await;
        assert_eq!(gauge.now(), 0);
    }
}

#[test]
fn a_panic_of_a_caller_is_passed_on_and_is_no_hang() {
    for arrival in LOOPS {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let load = Load::new(arrival(), Stop::after(secs(60)));
        let caller = |index| async move {
            assert!(index != 12, "call number 12");
            take(ms(10)).await
        };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(exchanges(&load, caller))
        }));
        let panic = ended.expect_err("the panic was swallowed");
        assert!(
            panic
                .downcast_ref::<&str>()
                .is_some_and(|text| text.contains("call number 12"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_drain_does_not_overflow_the_clock() {
    for arrival in LOOPS {
        let load = Load {
            drain: Duration::MAX,
            ..Load::new(arrival(), Stop::new(Some(3), Some(Duration::MAX)).unwrap())
        };
        let (report, _) = exchanges(&load, |_| take(ms(10))).await;
        assert_eq!(report.finished, 3);
    }
}
