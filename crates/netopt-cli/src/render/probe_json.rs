//! The document of a probe: `netopt.probe/1`, described by `docs/schemas/probe.schema.json`.
//!
//! Unknown is null, never zero, and each figure has its n beside it.

use std::time::Duration;

use netopt::tcp::datagram::Echoes;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::outcome::Side;
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Ratio, millis};
use serde_json::{Map, Value, json};

use crate::probe::{Asked, Kernel, Messages, Middles, Probe, Series};

/// The schema of one probe, and that of several.
const ONE: &str = "netopt.probe/1";
const MANY: &str = "netopt.probe.list/1";

/// One document for all probes: flat when one was asked for.
#[must_use]
pub(crate) fn document(probes: &[Probe], asked: usize) -> String {
    let document = match probes {
        [only] if asked == 1 => of(only),
        _ => json!({ "schema": MANY, "results": probes.iter().map(of).collect::<Vec<_>>() }),
    };
    format!("{document:#}\n")
}

fn of(probe: &Probe) -> Value {
    let spoken = probe.series().find_map(Series::spoken);
    let tls = spoken.and_then(|(_, version)| version);
    let sessions = probe.fresh.sessions();
    let reuse = probe.kept.as_ref().map(Series::reuse).unwrap_or_default();
    json!({
        "schema": ONE,
        "target": probe.target.to_string(),
        "samples": probe.samples.get(),
        "complete": probe.is_complete,
        "new": series(&probe.fresh),
        "kept": probe.kept.as_ref().map(series),
        "datagrams": probe.echoes.as_ref().map(datagrams),
        "messages": probe.messages.as_ref().map(messages),
        "kernel": kernel(&probe.kernel()),
        "connection": {
            "protocol": spoken.map(|(protocol, _)| protocol.name()),
            "tls_version": tls,
            "resumed": (sessions.whole > 0).then_some(sessions.part),
            "resumed_n": sessions.whole,
            "reuse_ratio": reuse.ratio().map(Ratio::get),
            "reuse_n": reuse.whole,
        },
        "finding": probe.finding(),
    })
}

fn series(series: &Series) -> Value {
    let errors: Map<String, Value> = series
        .troubles()
        .iter()
        .map(|(class, trouble)| {
            (
                (*class).to_owned(),
                json!({
                    "n": trouble.n,
                    "message": trouble.message,
                    "phase": trouble.place.map(|(phase, _)| phase.name()),
                    "side": trouble.place.and_then(|(_, side)| side).map(Side::name),
                }),
            )
        })
        .collect();
    let phases: Vec<Value> = Phase::ALL
        .into_iter()
        .filter(|phase| series.length(*phase).count() > 0)
        .map(|phase| {
            let length = series.length(phase);
            json!({
                "phase": phase.name(),
                "start_ms": at(series.start(phase), 0.5),
                "p50_ms": at(length, 0.5),
                "p95_ms": at(length, 0.95),
                "n": length.count(),
            })
        })
        .collect();
    let total = series.total();
    json!({
        "n": series.calls(),
        "errors": errors,
        "phases": phases,
        "total": { "p50_ms": at(total, 0.5), "p95_ms": at(total, 0.95), "n": total.count() },
        "split": split(&series.split()),
    })
}

fn split(split: &Middles) -> Value {
    json!({
        "application_ms": split.application.map(rounded),
        "socket_ms": split.socket.map(rounded),
        "device_ms": split.device.map(rounded),
        "wire_ms": split.wire.map(rounded),
        "server_ms": split.server.map(rounded),
        "server_at_least_ms": split.server_at_least.map(rounded),
        "server_at_most_ms": split.server_at_most.map(rounded),
        "runtime_ms": split.runtime.map(rounded),
        "rest_ms": split.rest.map(rounded),
        "unpacking_ms": split.unpacking.map(rounded),
        "residual_ms": split.residual.map(rounded),
        "n": split.n,
    })
}

fn datagrams(echoes: &Echoes) -> Value {
    json!({
        "sent": echoes.sent(),
        "lost": echoes.lost(),
        "reordered": echoes.reordered,
        "duplicates": echoes.duplicates,
        "jitter_ms": echoes.jitter.map(rounded),
    })
}

fn messages(messages: &Messages) -> Value {
    let asked = match messages.asked {
        Asked::Echo => "echo",
        Asked::Ping => "ping",
    };
    json!({
        "asked": asked,
        "size_bytes": messages.size.get(),
        "unasked": messages.unasked,
        "no_echo": messages.no_echo,
    })
}

fn kernel(kernel: &Kernel) -> Value {
    json!({
        "rtt_ms": kernel.rtt.map(rounded),
        "min_rtt_ms": kernel.min_rtt.map(rounded),
        "retransmits": kernel.retransmits,
        "cwnd_segments": kernel.cwnd,
        "delivery_rate_bps": kernel.delivery_rate.map(BitRate::bps),
        "n": kernel.n,
    })
}

fn at(times: &LatencyHistogram, q: f64) -> Option<f64> {
    times.quantile(q).map(rounded)
}

/// Milliseconds to the nearest 100 ns: no clock here tells more.
fn rounded(time: Duration) -> f64 {
    (millis(time) * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_is_null() {
        let probe = Probe::new("http://shop.test/".parse().unwrap(), 10.try_into().unwrap());
        let document: Value = serde_json::from_str(&document(&[probe], 1)).unwrap();
        assert_eq!(document["schema"], ONE);
        assert_eq!(document["new"]["total"]["p50_ms"], Value::Null);
        assert_eq!(document["kernel"]["rtt_ms"], Value::Null);
        assert_eq!(document["new"]["split"]["runtime_ms"], Value::Null);
        assert_eq!(document["connection"]["reuse_ratio"], Value::Null);
        assert_eq!(document["complete"], false);
    }

    #[test]
    fn several_targets_are_one_document_even_when_interrupted_after_one() {
        let probe = || Probe::new("tcp://db.test:5432".parse().unwrap(), 3.try_into().unwrap());
        let document: Value = serde_json::from_str(&document(&[probe()], 2)).unwrap();
        assert_eq!(document["schema"], MANY);
        assert_eq!(document["results"][0]["kept"], Value::Null);
    }
}
