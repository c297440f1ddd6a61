//! What an emulated path did, for programs: `netopt.lab/1`, described by `docs/schemas/lab.schema.json`.
//!
//! Unknown is null, never zero. Field names end in their unit.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio, millis};
use netopt_lab::packet::Truth;
use netopt_lab::path::{PathSpec, QueuePoint, QueueSeries, WayTally};
use serde_json::{Value, json};

/// Points of a queue's length over time that a document has at the most.
const POINTS: usize = 128;

/// The document.
#[must_use]
pub(crate) fn document(path: &PathSpec, truth: &Truth) -> String {
    format!("{:#}\n", value(path, truth))
}

/// The document as a part of another.
#[must_use]
pub(crate) fn value(path: &PathSpec, truth: &Truth) -> Value {
    let late = |q| truth.lateness.quantile(q).map(millis);
    json!({
        "schema": "netopt.lab/1",
        "rtt_ms": millis(path.rtt()),
        "seed": path.seed.to_string(),
        "elapsed_s": truth.elapsed.as_secs_f64(),
        "up": way(&truth.up),
        "down": way(&truth.down),
        "lateness": {
            "packets": truth.lateness.count(),
            "p50_ms": late(0.5),
            "p99_ms": late(0.99),
            "max_ms": truth.lateness.max().map(millis),
        },
        "refused": truth.refused,
        "processor_ratio": truth.busy.map(Ratio::get),
        "void": truth.void(path.rtt()).map(|void| void.to_string()),
    })
}

fn way(tally: &WayTally) -> Value {
    let (width, points) = thinned(&tally.queue);
    json!({
        "arrived": tally.arrived.packets,
        "arrived_bytes": tally.arrived.bytes.get(),
        "delivered": tally.delivered.packets,
        "delivered_bytes": tally.delivered.bytes.get(),
        "lost": tally.lost,
        "dropped_queue": tally.dropped_queue,
        "dropped_aqm": tally.dropped_aqm,
        "dropped_outage": tally.dropped_outage,
        "overflowed": tally.overflowed,
        "marked": tally.marked,
        "duplicated": tally.duplicated,
        "held_back": tally.reordered,
        "in_transit": tally.in_transit,
        "utilisation_ratio": tally.utilisation.map(Ratio::get),
        "queue": {
            "peak_bytes": tally.queue.peak.bytes.get(),
            "mean_bytes": tally.queue.mean.map(|mean| mean.bytes),
            "width_ms": millis(width),
            "points": points,
        },
    })
}

/// At most [`POINTS`] points: neighbours become one, with the longest of their maxima and the mean of their means.
fn thinned(series: &QueueSeries) -> (Duration, Vec<Value>) {
    let each = series.points.len().div_ceil(POINTS).max(1);
    let points = series.points.chunks(each).map(point).collect();
    let width = series.width * u32::try_from(each).unwrap_or(u32::MAX);
    (width, points)
}

#[expect(clippy::cast_precision_loss, reason = "a mean of lengths")]
fn point(neighbours: &[QueuePoint]) -> Value {
    let longest = neighbours.iter().map(|point| point.max.bytes).max();
    let sum: f64 = neighbours.iter().map(|point| point.mean.bytes).sum();
    json!({
        "max_bytes": longest.map_or(0, Bytes::get),
        "mean_bytes": sum / neighbours.len() as f64,
    })
}
