//! What does it cost to record one latency in a histogram, above keeping it as it is?
//!
//! The floor is a push into a vector that has room: what a recorder without bounded memory would pay. Latencies
//! are spread evenly over the decades from a microsecond to ten seconds, so that neither one cache line nor one
//! branch makes the histogram look cheap.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use netopt_core::histogram::LatencyHistogram;

/// Latencies recorded in one turn.
const LATENCIES: u16 = 1_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    record(&mut criterion);
    criterion.final_summary();
}

fn record(criterion: &mut Criterion) {
    let latencies = latencies();
    let mut group = criterion.benchmark_group("histogram_record");
    group.throughput(Throughput::Elements(u64::from(LATENCIES)));
    group.bench_function("floor_push", |bencher| {
        let mut kept: Vec<Duration> = Vec::with_capacity(latencies.len());
        bencher.iter(|| {
            kept.clear();
            for latency in &latencies {
                kept.push(*black_box(latency));
            }
            black_box(kept.last());
        });
    });
    group.bench_function("record", |bencher| {
        let mut histogram = LatencyHistogram::new();
        bencher.iter(|| {
            for latency in &latencies {
                histogram.record(*black_box(latency));
            }
            black_box(&histogram);
        });
    });
    // What the first latencies of a window pay: memory that has not been touched yet.
    group.bench_function("record_fresh", |bencher| {
        bencher.iter_batched_ref(
            LatencyHistogram::new,
            |histogram| {
                for latency in &latencies {
                    histogram.record(*black_box(latency));
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Latencies in a shuffled order that is the same in every run.
fn latencies() -> Vec<Duration> {
    // 7 decades above a microsecond; 389 is prime to the number of latencies, so each step is taken once.
    (0..LATENCIES)
        .map(|index| u32::from(index) * 389 % u32::from(LATENCIES))
        .map(|step| 1e-6 * 10f64.powf(7.0 * f64::from(step) / f64::from(LATENCIES)))
        .map(Duration::from_secs_f64)
        .collect()
}
