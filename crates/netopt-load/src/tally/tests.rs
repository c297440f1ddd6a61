//! When a generator is said not to have kept up, and when it must not be.

use netopt_core::outcome::Outcome;
use netopt_core::phase::Timeline;

use super::*;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// `calls` at a gap of 10 ms, of which call `index` slips by `slip(index)`.
fn slipping(calls: u64, slip: impl Fn(u64) -> Duration) -> Report {
    let start = Instant::now();
    let mut tally = Tally::new(start);
    for index in 0..calls {
        let planned = start + ms(10 * index);
        let slip = slip(index);
        let begun = planned + slip;
        tally.start_planned(planned, begun);
        tally.land(Landed {
            exchange: Exchange {
                lateness: slip,
                ..Exchange::bare(Timeline::new(), Outcome::Answered(200))
            },
            begun,
            ended: begun,
            slip,
            late: Landed::cause(slip, slip, None),
        });
    }
    tally.report(PerSecond::new(100.0))
}

#[test]
fn on_time_is_on_time() {
    let report = slipping(1000, |_| Duration::from_micros(900));
    assert!(report.health.kept_up());
    assert_eq!(report.health.late_share, Ratio::new(0.0));
    assert!(report.achieved.unwrap().get() > 99.9);
}

#[test]
fn a_tenth_may_be_late_and_no_more() {
    let every = |nth| {
        move |index: u64| {
            if index.is_multiple_of(nth) {
                ms(5)
            } else {
                ms(0)
            }
        }
    };
    let report = slipping(1000, every(10));
    assert_eq!(report.health.late_share, Ratio::new(0.1));
    assert!(report.health.kept_up());
    assert!(report.health.slip_p99.unwrap() > ms(4));
    let report = slipping(1000, every(9));
    assert_eq!(report.health.saturated, Some(Limit::Generator));
}

#[test]
fn a_rate_that_falls_behind_is_told_even_if_few_calls_were_late() {
    // The last calls of ten seconds come 0.3 s late: 97 % of the rate.
    let report = slipping(1000, |index| if index >= 970 { ms(300) } else { ms(0) });
    assert!(report.health.late_share.unwrap().get() < MOST_LATE);
    assert!(report.health.kept.unwrap().get() < LEAST_KEPT);
    assert_eq!(report.health.saturated, Some(Limit::Generator));
}

#[test]
fn a_short_run_is_not_judged() {
    let report = slipping(JUDGED_CALLS - 1, |_| ms(5));
    assert_eq!(report.health.late_share, Ratio::new(1.0));
    assert!(report.health.kept_up());
}

#[test]
fn what_made_a_call_late_is_the_larger_part() {
    let held = Some(Limit::Budget);
    assert_eq!(Landed::cause(ms(1), ms(0), held), None);
    assert_eq!(Landed::cause(ms(10), ms(2), held), held);
    assert_eq!(Landed::cause(ms(10), ms(9), held), Some(Limit::Generator));
    assert_eq!(Landed::cause(ms(10), ms(0), None), Some(Limit::Generator));
}
