//! Each test is a mistake of the seed that must stay impossible, or a law.

use super::*;
use crate::exchange::{ConnectionUse, Protocol, Traffic};
use crate::outcome::{Failure, FailureKind};
use crate::phase::Timeline;

fn exchange(seconds: u64, outcome: Outcome, earlier: Option<u64>) -> Exchange {
    let mut timeline = Timeline::new();
    timeline.mark(Phase::Wait, Duration::ZERO, Duration::from_secs(seconds));
    Exchange {
        traffic: Traffic {
            received: Bytes::new(1000),
            ..Traffic::default()
        },
        connection: earlier.map(|earlier| ConnectionUse {
            id: 1,
            earlier,
            age: Duration::ZERO,
            protocol: Protocol::Http1,
            tls: None,
            nodelay: None,
            congestion_control: None,
            opening: None,
        }),
        ..Exchange::bare(timeline, outcome)
    }
}

#[test]
fn seed_mean_is_of_all_samples_not_of_the_last() {
    let mut metrics = NetworkMetrics::new();
    for seconds in [1, 2, 3] {
        metrics.record(&exchange(seconds, Outcome::Answered(200), None));
    }
    assert_eq!(metrics.latency().mean(), Some(Duration::from_secs(2)));
}

#[test]
fn seed_two_errors_of_three_are_two_thirds_not_two() {
    let mut metrics = NetworkMetrics::new();
    metrics.record(&exchange(1, Outcome::Answered(200), None));
    metrics.record(&exchange(1, Outcome::Answered(500), None));
    let failure = Failure {
        kind: FailureKind::Reset,
        phase: Phase::Wait,
        message: "reset by peer".to_owned(),
    };
    metrics.record(&exchange(1, Outcome::Failed(failure), None));
    assert_eq!(metrics.error_ratio(), Ratio::of(2, 3));
    assert_eq!(metrics.succeeded(), 1);
    assert_eq!(metrics.errors().get("reset"), Some(&1));
}

#[test]
fn seed_unknown_is_none_not_zero() {
    let metrics = NetworkMetrics::new();
    assert_eq!(metrics.reuse_ratio(), None);
    assert_eq!(metrics.error_ratio(), None);
    assert_eq!(
        metrics.utilisation(Duration::from_secs(1), BitRate::from_bps(1e6)),
        None
    );
    let mut metrics = metrics;
    metrics.record(&exchange(1, Outcome::Answered(200), None));
    assert_eq!(metrics.utilisation(Duration::from_secs(1), None), None);
    assert_eq!(metrics.reuse_ratio(), None, "no connection, no ratio");
}

#[test]
fn reuse_counts_exchanges_on_existing_connections() {
    let mut metrics = NetworkMetrics::new();
    for earlier in 0..4 {
        metrics.record(&exchange(1, Outcome::Answered(204), Some(earlier)));
    }
    assert_eq!(metrics.reuse_ratio(), Ratio::of(3, 4));
    assert_eq!(
        metrics.utilisation(Duration::from_secs(1), BitRate::from_bps(64_000.0)),
        Ratio::new(0.5)
    );
}

#[test]
fn merging_equals_recording_all() {
    let samples = [(1, 200), (2, 500), (3, 304)];
    let mut all = NetworkMetrics::new();
    let mut merged = NetworkMetrics::new();
    for (seconds, status) in samples {
        let sample = exchange(seconds, Outcome::Answered(status), Some(1));
        all.record(&sample);
        let mut one = NetworkMetrics::new();
        one.record(&sample);
        merged.merge(&one);
    }
    assert_eq!(merged.count(), all.count());
    assert_eq!(merged.statuses(), all.statuses());
    assert_eq!(merged.error_ratio(), all.error_ratio());
    assert_eq!(
        merged.phase(Phase::Wait).mean(),
        all.phase(Phase::Wait).mean()
    );
    assert_eq!(
        merged.throughput(Duration::from_secs(3)),
        PerSecond::of(3, Duration::from_secs(3))
    );
}
