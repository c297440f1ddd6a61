//! The document of a transfer: `netopt.transfer/1`, described by `docs/schemas/transfer.schema.json`.
//!
//! Unknown is null, never zero. What the receiver counted is what counts; where it was not heard, the sender's count stands
//! in and `counted_by` says so.

use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{BitRate, Bytes, PerSecond, Ratio, millis};
use netopt_tcp::transfer::{
    Amount, Ended, FlowView, Interval, Report, Spec, Stage, Way, Ways, Work,
};
use serde_json::{Value, json};

use crate::transfer::{Story, Told, limit, sentence};

/// The schema.
const SCHEMA: &str = "netopt.transfer/1";

/// The document of all runs.
#[must_use]
pub(crate) fn document(story: &Story) -> String {
    let document = json!({
        "schema": SCHEMA,
        "target": story.target,
        "address": story.peer.to_string(),
        "own_server": story.is_own,
        "complete": story.is_complete,
        "error": story.broken().map(|error| json!({
            "stage": error.stage().name(),
            "side": error.side().name(),
            "timeout": error.is_timeout(),
            "message": error.to_string(),
        })),
        "runs": story.told.iter().map(|told| run(story, told)).collect::<Vec<_>>(),
        "finding": sentence(story),
    });
    format!("{document:#}\n")
}

fn run(story: &Story, told: &Told) -> Value {
    let report = &told.report;
    json!({
        "work": work(&report.spec),
        "ended": match &report.ended {
            Ended::Complete => "complete",
            Ended::Stopped => "stopped",
            Ended::Broken(error) if error.stage() == Stage::Report => "unheard",
            Ended::Broken(_) => "broken",
        },
        "up": direction(story, report, Way::Up),
        "down": direction(story, report, Way::Down),
        "intervals": report.intervals.iter().map(interval).collect::<Vec<_>>(),
        "idle_rtt_ms": report.round_trips.iter().min().map(|time| rounded(*time)),
        "idle_rtt_n": report.round_trips.len(),
        "cpu": {
            "near_s": report.near.cpu.map(|time| time.as_secs_f64()),
            "far_s": report.far.as_ref().and_then(|far| far.cpu).map(|time| time.as_secs_f64()),
            "near_is_both": story.is_own,
        },
        "exchanges": report.exchanges.as_ref().map(|done| json!({
            "n": done.latency.count(),
            "rate_rps": PerSecond::of(done.latency.count(), report.near.elapsed).map(PerSecond::get),
            "latency": times(&done.latency),
            "connect": times(&done.connect),
        })),
        "messages": report.messages.as_ref().map(|messages| json!({
            "sent": messages.sent,
            "round_trip": times(&messages.round_trip),
            "one_way_up": times(&messages.up),
            "one_way_down": times(&messages.down),
            "clock_error_ms": messages.clock.map(rounded),
        })),
        "datagrams": {
            "up": datagrams(report, Way::Up),
            "down": datagrams(report, Way::Down),
        },
        "responsiveness": responsiveness(story, told),
    })
}

fn work(spec: &Spec) -> Value {
    let ways = |ways| match ways {
        Ways::Up => "up",
        Ways::Down => "down",
        Ways::Both => "both",
    };
    let (kind, direction, request, response, every, rate) = match spec.work {
        Work::Bulk(all) => ("bulk", Some(ways(all)), None, None, None, spec.rate),
        Work::Exchanges { request, response } => {
            ("rr", None, Some(request), Some(response), None, None)
        }
        Work::Connects { request, response } => {
            ("crr", None, Some(request), Some(response), None, None)
        }
        Work::Mixed { full, size, every } => (
            "mixed",
            full.map(ways),
            Some(size),
            Some(size),
            Some(every),
            None,
        ),
        Work::Datagrams {
            ways: all,
            size,
            rate,
        } => ("udp", Some(ways(all)), Some(size), None, None, Some(rate)),
    };
    json!({
        "kind": kind,
        "direction": direction,
        "streams": spec.streams,
        "time_s": match spec.amount { Amount::Time(time) => Some(time.as_secs_f64()), Amount::Bytes(_) => None },
        "amount_bytes": match spec.amount { Amount::Time(_) => None, Amount::Bytes(bytes) => Some(bytes.get()) },
        "request_bytes": request.map(Bytes::get),
        "response_bytes": response.map(Bytes::get),
        "every_ms": every.map(rounded),
        "rate_bps": rate.map(BitRate::bps),
        "received_is_copied": spec.reading == netopt_tcp::transfer::Reading::Copy,
    })
}

fn direction(story: &Story, report: &Report, way: Way) -> Option<Value> {
    let total = report.total(way)?;
    let limit = limit(story, report, way);
    let (senders, receivers) = (report.senders(way), report.receivers(way));
    let counted = if total.by_receiver {
        &receivers
    } else {
        &senders
    };
    Some(json!({
        "bytes": total.bytes.get(),
        "elapsed_s": total.elapsed.as_secs_f64(),
        "rate_bps": total.rate.map(BitRate::bps),
        "counted_by": if total.by_receiver { "receiver" } else { "sender" },
        "retransmits": total.retransmits,
        "congestion_control": total.congestion_control,
        "streams": counted.iter().map(|flow| stream(flow, &senders)).collect::<Vec<_>>(),
        "limit": limit.map(|limit| json!({
            "name": limit.name,
            "confidence": limit.confidence,
            "sentence": limit.sentence,
        })),
    }))
}

fn stream(flow: &FlowView, senders: &[&FlowView]) -> Value {
    let sender = senders.iter().find(|sender| sender.index == flow.index);
    let info = sender.and_then(|sender| sender.samples.last()?.info.as_ref());
    let sample = info.map(netopt_tcp::TcpInfo::sample);
    json!({
        "stream": flow.index,
        "bytes": flow.bytes.get(),
        "rate_bps": flow.bytes.over(flow.elapsed).map(BitRate::bps),
        "rtt_ms": sample.as_ref().and_then(|sample| sample.rtt).map(rounded),
        "min_rtt_ms": sample.as_ref().and_then(|sample| sample.min_rtt).map(rounded),
        "cwnd_segments": sample.as_ref().and_then(|sample| sample.cwnd),
        "retransmits": sample.as_ref().and_then(|sample| sample.retransmits),
        "samples": sender.map(|sender| sender.samples.len()),
    })
}

fn interval(one: &Interval) -> Value {
    json!({
        "from_s": one.from.as_secs_f64(),
        "to_s": one.to.as_secs_f64(),
        "up_bytes": one.up.map(Bytes::get),
        "down_bytes": one.down.map(Bytes::get),
        "retransmits": one.retransmits,
        "rtt_ms": one.rtt.map(rounded),
        "near_cpu_s": one.cpu.map(|time| time.as_secs_f64()),
        "near_cpu_s_per_gb": one.cpu_per_gigabyte().map(|time| time.as_secs_f64()),
    })
}

fn datagrams(report: &Report, way: Way) -> Option<Value> {
    let (sent, arrived) = report.datagrams(way)?;
    Some(json!({
        "sent": sent,
        "arrived": arrived.datagrams,
        "loss_ratio": Ratio::of(sent.saturating_sub(arrived.datagrams), sent).map(Ratio::get),
        "duplicates": arrived.duplicates,
        "reordered": arrived.reordered,
        "jitter_ms": arrived.jitter.map(rounded),
        "rate_bps": arrived.bytes.over(arrived.elapsed).map(BitRate::bps),
    }))
}

fn responsiveness(story: &Story, told: &Told) -> Option<Value> {
    let (draft, way) = story.draft.zip(told.loaded)?;
    let series = told.report.responsiveness(way, draft)?;
    let all = series.responsiveness();
    Some(json!({
        "direction": way.name(),
        "draft": draft.name(),
        "rpm": all.map(|all| all.combined.get()),
        "foreign_rpm": all.map(|all| all.foreign.get()),
        "loaded_rpm": all.map(|all| all.loaded.get()),
        "confidence": series.responsiveness_confidence().name(),
        "goodput_bps": series.goodput().map(BitRate::bps),
        "goodput_confidence": series.goodput_confidence().name(),
        "idle_probes": told.report.idle.len(),
        "loaded_probes": told.report.probed.len(),
    }))
}

fn times(times: &LatencyHistogram) -> Value {
    let at = |q| times.quantile(q).map(rounded);
    json!({
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "max_ms": times.max().map(rounded),
        "n": times.count(),
    })
}

/// Milliseconds to the nearest 100 ns: no clock here tells more.
fn rounded(time: Duration) -> f64 {
    (millis(time) * 1e4).round() / 1e4
}
