//! The document of watched connections: `netopt.sockets/1`, described by `docs/schemas/sockets.schema.json`.
//!
//! Unknown is null, never zero. What happened is of the time in which the connection was watched, unless a name says
//! otherwise.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio, millis};
use netopt_tcp::TcpInfo;
use netopt_tcp::info::State;
use serde_json::{Value, json};

use crate::sockets::{Cause, Connection, Owner, Watched, summary};

const SCHEMA: &str = "netopt.sockets/1";

/// The document.
#[must_use]
pub(crate) fn document(watched: &Watched) -> String {
    let findings: Vec<Value> = summary(watched)
        .into_iter()
        .map(|group| {
            json!({
                "held_by": group.cause.name(),
                "peer": group.peer.to_string(),
                "process": process(group.owner.as_ref()),
                "n": group.count,
                "message": group.message,
            })
        })
        .collect();
    let connections: Vec<Value> = watched
        .connections
        .iter()
        .map(|(cause, one)| connection(*cause, one))
        .collect();
    let document = json!({
        "schema": SCHEMA,
        "process": process(watched.subject.process.as_ref()),
        "port": watched.subject.port,
        "watched_ms": rounded(watched.elapsed),
        "looks": watched.looks,
        "complete": watched.is_complete,
        "not_followed": watched.beyond,
        "hidden": watched.hidden,
        "connections": connections,
        "findings": findings,
    });
    format!("{document:#}\n")
}

fn process(owner: Option<&Owner>) -> Value {
    owner.map_or(
        Value::Null,
        |owner| json!({ "pid": owner.pid, "program": owner.program }),
    )
}

fn connection(cause: Cause, one: &Connection) -> Value {
    let now = one.now();
    let delta = one.delta();
    let info = one.info();
    let time = |read: fn(&TcpInfo) -> Option<Duration>| info.and_then(read).map(rounded);
    let count = |read: fn(&TcpInfo) -> Option<u32>| info.and_then(read);
    let bytes = |read: fn(&TcpInfo) -> Option<Bytes>| info.and_then(read).map(Bytes::get);
    json!({
        "local": now.local.to_string(),
        "peer": now.peer.to_string(),
        "state": state(now.state),
        "process": process(one.owner.as_ref()),
        "peer_process": process(one.peer_owner.as_ref()),
        "user": now.user,
        "congestion_control": now.congestion.map(|name| name.name().to_owned()),
        "held_by": cause.name(),
        "looks": one.looks(),
        "watched_ms": rounded(one.watched()),
        "shares": one.shares().map(|shares| json!({
            "idle": shares.idle.get(),
            "peer_window": shares.peer_window.get(),
            "send_buffer": shares.send_buffer.get(),
            "otherwise": shares.otherwise.get(),
        })),
        "acked_bytes": delta.bytes_acked.map(Bytes::get),
        "received_bytes": delta.bytes_received.map(Bytes::get),
        "sent_bytes": delta.bytes_sent.map(Bytes::get),
        "retransmitted_bytes": delta.bytes_retrans.map(Bytes::get),
        "retransmitted_share": delta.retransmitted().map(Ratio::get),
        "out_of_order_packets": delta.rcv_ooopack,
        "receive_queue_bytes": now.receive_queue.get(),
        "send_queue_bytes": now.send_queue.get(),
        "standing_receive_queue_bytes": one.standing_in().get(),
        "standing_send_queue_bytes": one.standing_out().get(),
        "rtt_ms": time(TcpInfo::rtt),
        "min_rtt_ms": time(TcpInfo::min_rtt),
        "rto_ms": time(TcpInfo::rto),
        "backoff": info.and_then(TcpInfo::backoff),
        "cwnd_segments": count(TcpInfo::snd_cwnd),
        "mss_bytes": bytes(TcpInfo::snd_mss),
        "peer_window_bytes": bytes(TcpInfo::snd_wnd),
        "unsent_bytes": bytes(TcpInfo::notsent_bytes),
        "delivery_rate_bps": info.and_then(TcpInfo::delivery_rate).map(BitRate::bps),
        "lifetime_retransmits": count(TcpInfo::total_retrans),
    })
}

/// The state in small letters.
fn state(state: State) -> String {
    state.name().to_ascii_lowercase()
}

/// Milliseconds to the nearest microsecond: the kernel tells no more.
fn rounded(time: Duration) -> f64 {
    (millis(time) * 1e3).round() / 1e3
}
