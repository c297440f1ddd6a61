//! What a pool tells to a recorder of metrics.

use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use crate::scene::{bounded, pool};

#[tokio::test(start_paused = true)]
async fn a_recorder_hears_of_openings_closings_and_waits() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let (pool, _world) = metrics::with_local_recorder(&recorder, || pool(bounded(1)));
    let guard = pool.get(&1).await.unwrap();
    let (second, ()) = tokio::join!(pool.get(&1), async { drop(guard) });
    drop(second.unwrap().take());
    let mut third = pool.get(&1).await.unwrap();
    third.close();
    drop(third);
    let mut told: Vec<String> = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let label = key.key().labels().next().map_or("", |label| label.value());
        let value = match value {
            DebugValue::Counter(0) => continue,
            DebugValue::Counter(count) => count.to_string(),
            DebugValue::Gauge(value) => value.to_string(),
            DebugValue::Histogram(_) => unreachable!("a pool has none"),
        };
        told.push(format!("{} {label} {value}", key.key().name()));
    }
    told.sort();
    assert_eq!(
        told,
        [
            "netopt.pool.connection.closes caller 1",
            "netopt.pool.connection.count  0",
            "netopt.pool.connection.opens opened 2",
            "netopt.pool.connection.waits  1",
        ]
    );
}
