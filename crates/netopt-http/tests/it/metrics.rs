//! What the layers tell to a recorder of metrics, by the names that netopt-core lists.

use std::num::NonZeroU32;

use http::{HeaderValue, StatusCode};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use netopt_core::names::{self, Metric};
use netopt_core::unit::{Bytes as Size, Ratio};
use netopt_http::cache::{self, CacheLayer};
use netopt_http::coalesce::{self, CoalesceLayer};
use netopt_http::{
    Budget, ConcurrencyLayer, InFlight, RateLayer, RedirectLayer, Redirects, Retries, RetryLayer,
    Stack, TimeoutLayer,
};
use netopt_lab::origin::{Errors, OriginSpec};

use crate::scene::{PATIENCE, client, config, get, origin};

/// Makes layers while a recorder listens, which is when they take their handles.
fn recorded<T>(make: impl FnOnce() -> T) -> (T, Snapshotter) {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    (metrics::with_local_recorder(&recorder, make), snapshots)
}

/// All series: name, value of the label, value.
fn series(snapshots: &Snapshotter) -> Vec<(String, String, i64)> {
    let all = snapshots.snapshot().into_vec();
    let one = all.into_iter().map(|(key, _, _, value)| {
        let label = key.key().labels().next();
        let label = label.map_or_else(String::new, |label| label.value().to_owned());
        let value = match value {
            DebugValue::Counter(count) => i64::try_from(count).unwrap(),
            DebugValue::Gauge(value) => value.to_string().parse().unwrap(),
            DebugValue::Histogram(samples) => i64::try_from(samples.len()).unwrap(),
        };
        (key.key().name().to_owned(), label, value)
    });
    one.collect()
}

/// The value of one series; zero where nothing was told.
fn value(all: &[(String, String, i64)], metric: &Metric, label: &str) -> i64 {
    all.iter()
        .find(|(name, of, _)| name == metric.name && of == label)
        .map_or(0, |(.., value)| *value)
}

#[tokio::test]
async fn retries_tell_attempts_waits_and_why_they_gave_up() {
    let mut spec = OriginSpec::default();
    spec.service.errors = Some(Errors {
        share: Ratio::new(1.0).unwrap(),
        status: StatusCode::SERVICE_UNAVAILABLE,
    });
    let origin = origin(spec).await;
    let (layer, snapshots) = recorded(|| {
        let retries = Retries {
            attempts: 2,
            ..Retries::default()
        };
        RetryLayer::new(retries, Budget::unlimited())
    });
    let stack = Stack::new(client(&config())).around(layer);
    stack.exchange(get(origin.url())).await;
    let all = series(&snapshots);
    assert_eq!(value(&all, &names::ATTEMPTS, "first"), 1);
    assert_eq!(value(&all, &names::ATTEMPTS, "retry"), 2);
    assert_eq!(value(&all, &names::RETRY_DELAY, ""), 2);
    assert_eq!(value(&all, &names::GIVEN_UP, "attempts"), 1);
    assert_eq!(value(&all, &names::GIVEN_UP, "budget"), 0);
}

#[tokio::test]
async fn a_cache_and_a_limit_tell_what_they_did() {
    let mut spec = OriginSpec::default();
    spec.body.cache_control = Some(HeaderValue::from_static("max-age=60"));
    let origin = origin(spec).await;
    let (stack, snapshots) = recorded(|| {
        let limit = InFlight::Fixed(NonZeroU32::new(3).unwrap());
        let cache = cache::Config {
            size: Size::new(1 << 20),
            ..cache::Config::default()
        };
        Stack::new(client(&config()))
            .around(TimeoutLayer::attempt(PATIENCE))
            .around(ConcurrencyLayer::new(limit))
            .around(RateLayer::new(NonZeroU32::new(1000).unwrap()))
            .around(CoalesceLayer::new(coalesce::Config::default()))
            .around(CacheLayer::new(cache))
            .around(RedirectLayer::new(Redirects::default()))
    });
    for _ in 0..3 {
        stack.exchange(get(origin.url())).await;
    }
    let all = series(&snapshots);
    assert_eq!(value(&all, &names::CACHE, "miss"), 1);
    assert_eq!(value(&all, &names::CACHE, "hit"), 2);
    assert_eq!(value(&all, &names::COALESCED, "first"), 1);
    assert_eq!(value(&all, &names::LIMIT, ""), 3);
    assert_eq!(
        value(&all, &names::IN_FLIGHT, ""),
        0,
        "each place was given back"
    );
    assert_eq!(value(&all, &names::LIMIT_WAIT, "concurrency"), 1);
    assert_eq!(value(&all, &names::LIMIT_WAIT, "rate"), 1);
    assert_eq!(value(&all, &names::TIMEOUTS, "attempt"), 0);
    drop(stack);
    let limit = value(&series(&snapshots), &names::LIMIT, "");
    // To read a gauge sets it back to zero here.
    assert_eq!(limit, -3, "a layer that is gone limits nothing");
}

#[tokio::test]
async fn every_series_has_a_listed_name_and_a_listed_label() {
    let (_stack, snapshots) = recorded(|| {
        Stack::new(client(&config()))
            .around(TimeoutLayer::call(PATIENCE))
            .around(RetryLayer::new(Retries::default(), Budget::unlimited()))
            .around(RedirectLayer::new(Redirects::default()))
    });
    let all = series(&snapshots);
    assert!(!all.is_empty());
    for (name, label, _) in &all {
        let known = names::ALL.iter().find(|metric| metric.name == name);
        let known = known.unwrap_or_else(|| panic!("{name} is not listed"));
        let values = known.label.map_or(&[][..], |label| label.values);
        assert!(
            values.contains(&label.as_str()) || known.label.is_none(),
            "{name} {label}"
        );
    }
}
