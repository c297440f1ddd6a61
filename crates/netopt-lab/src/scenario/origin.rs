//! `[[origin]]`: the servers. One, or several that are replicas of one service.
//!
//! Every key but `weight` maps onto a field of the spec of a [`ServerSpec`]. What it leaves alone: whether a runner can
//! use what a server speaks.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use netopt_core::change::Switch;
use netopt_core::unit::Bytes;
use toml::de::DeValue;

use super::table::Table;
use super::value::{self, PER_SECOND, SHARE, SIZE, SWITCH, TIME};
use super::{handshake, route, service};
use crate::origin::{
    BodyKind, BodySpec, Compress, DEFAULT_PATIENCE, Dist, Errors, KeepAlive, MAX_BODY, OriginSpec,
    Overload, Protocol, ServiceSpec,
};
use crate::raw::{RawProtocol, RawSpec};
use crate::server::ServerSpec;
use crate::socket::{DEFAULT_BACKLOG, MAX_BUFFER, MIN_BUFFER, SocketSpec, WriteStyle};

/// Replicas of one service.
pub const MOST_ORIGINS: usize = 64;

const MOST_WORKERS: u64 = 100_000;
const MOST_REQUESTS: u64 = 1_000_000_000;
const LONGEST_IDLE: Duration = Duration::from_secs(86_400);
const MOST_CHUNKS: usize = 64;
const HIGHEST_WEIGHT: u64 = 1_000;

/// One server of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    /// What it serves and which faults it has. The seed is the default one; a runner sets its own.
    pub server: ServerSpec,
    /// Its share of the calls against other replicas. Default: 1.
    pub weight: u64,
}

impl Default for Replica {
    fn default() -> Self {
        Self {
            server: OriginSpec::default().into(),
            weight: 1,
        }
    }
}

/// All servers of the file; a healthy one if it names none.
pub(super) fn read_all(root: &Table<'_, '_>) -> Vec<Replica> {
    let tables = root.tables("origin");
    if tables.len() > MOST_ORIGINS {
        root.fail(
            "origin",
            format!("{} are more than {MOST_ORIGINS}", tables.len()),
        );
    }
    if tables.is_empty() {
        return vec![Replica::default()];
    }
    tables.iter().map(read).collect()
}

/// What a server speaks.
#[derive(Debug, Clone, Copy)]
enum Speaks {
    Http(Protocol),
    Raw(RawProtocol),
}

impl Default for Speaks {
    fn default() -> Self {
        Self::Http(Protocol::default())
    }
}

/// The protocols by name.
const PROTOCOLS: [(&str, Speaks); 10] = [
    ("http1", Speaks::Http(Protocol::Http1)),
    ("http2", Speaks::Http(Protocol::Http2)),
    ("https1", Speaks::Http(Protocol::Https1)),
    ("https2", Speaks::Http(Protocol::Https2)),
    ("tcp-echo", Speaks::Raw(RawProtocol::TcpEcho)),
    ("tcp-source", Speaks::Raw(RawProtocol::TcpSource)),
    ("tcp-sink", Speaks::Raw(RawProtocol::TcpSink)),
    ("udp-echo", Speaks::Raw(RawProtocol::UdpEcho)),
    ("ws-echo", Speaks::Raw(RawProtocol::WsEcho)),
    ("wss-echo", Speaks::Raw(RawProtocol::WssEcho)),
];

/// Keys that every server has.
const OF_ALL: [&str; 10] = [
    "protocol",
    "service",
    "workers",
    "rcvbuf",
    "sndbuf",
    "congestion_control",
    "nodelay",
    "write_chunks",
    "backlog",
    "weight",
];

/// What a header looks like.
pub(super) const HEADER: &str = "the value of a header, such as \"max-age=60\"";

/// Keys that only HTTP has.
const OF_HTTP: [&str; 11] = [
    "body",
    "body_kind",
    "keep_alive",
    "compress",
    "cache_control",
    "etag",
    "errors",
    "thrash_above",
    "overload",
    "tls",
    "routes",
];

/// What may end the connections of a server.
const LIMITS: [&str; 3] = ["requests", "idle", "forgotten"];

fn read(table: &Table<'_, '_>) -> Replica {
    table.only(&[&OF_ALL[..], &OF_HTTP[..]].concat());
    let speaks = table.choice("protocol", &PROTOCOLS);
    let server = match speaks.unwrap_or_default() {
        Speaks::Http(protocol) => http(table, protocol).into(),
        Speaks::Raw(protocol) => raw(table, protocol).into(),
    };
    let weight = table.get("weight", "a whole number from 1 to 1000", |value| {
        value::count(value, 1..=HIGHEST_WEIGHT)
    });
    Replica {
        server,
        weight: weight.unwrap_or(1),
    }
}

fn http(table: &Table<'_, '_>, protocol: Protocol) -> OriginSpec {
    let compress = table.get("compress", SWITCH, value::switch);
    OriginSpec {
        protocol,
        body: body(table),
        service: ServiceSpec {
            time: service(table),
            workers: at_once(table, "workers"),
            thrash_above: at_once(table, "thrash_above"),
            errors: errors(table),
            overload: overload(table),
        },
        keep_alive: keep_alive(table),
        compress: match compress {
            Some(false) => Compress::Never,
            Some(true) | None => Compress::WhenAsked,
        },
        socket: socket(table),
        tls: handshake::read(table, protocol),
        routes: route::read_all(table),
        ..OriginSpec::default()
    }
}

fn raw(table: &Table<'_, '_>, protocol: RawProtocol) -> RawSpec {
    for key in OF_HTTP {
        if table.has(key) {
            table.fail(key, "belongs to a server that speaks HTTP");
        }
    }
    let spec = RawSpec {
        protocol,
        time: service(table),
        workers: at_once(table, "workers"),
        socket: socket(table),
        ..RawSpec::default()
    };
    if let Err(error) = spec.check() {
        table.fail("protocol", error.to_string());
    }
    spec
}

fn service(table: &Table<'_, '_>) -> Dist {
    table
        .table("service")
        .map_or_else(Dist::default, |table| service::read(&table))
}

/// A number of requests at once.
fn at_once(table: &Table<'_, '_>, key: &str) -> Option<usize> {
    let requests = table.get(key, "a whole number from 1 to 100000", |value| {
        value::count(value, 1..=MOST_WORKERS)
    });
    usize::try_from(requests?).ok()
}

fn body(table: &Table<'_, '_>) -> BodySpec {
    let usual = BodySpec::default();
    let size = table.get("body", &format!("{SIZE}, at most {MAX_BODY}"), |value| {
        value::size(value, MAX_BODY)
    });
    let kind = table.choice(
        "body_kind",
        &[
            ("json", BodyKind::Json),
            ("random", BodyKind::Random),
            ("text", BodyKind::Text),
        ],
    );
    let cache_control = table.get("cache_control", HEADER, |value| {
        HeaderValue::from_str(value.as_str()?).ok()
    });
    let etag = table.get("etag", SWITCH, value::switch);
    BodySpec {
        size: size.unwrap_or(usual.size),
        kind: kind.unwrap_or(usual.kind),
        cache_control,
        etag: etag.unwrap_or(false).into(),
    }
}

/// True, false, or a limit.
fn keep_alive(table: &Table<'_, '_>) -> KeepAlive {
    let Some(limit) = table.maybe_table("keep_alive") else {
        let expected = "true, false, {requests = 100}, {idle = \"2s\"} or {forgotten = \"2s\"}";
        let kept = table.get("keep_alive", expected, value::switch);
        return match kept {
            Some(false) => KeepAlive::Requests(1),
            Some(true) | None => KeepAlive::Unlimited,
        };
    };
    limit.only(&LIMITS);
    match LIMITS.iter().filter(|key| limit.has(key)).count() {
        0 => table.fail(
            "keep_alive",
            "has no limit; say requests, idle or forgotten",
        ),
        1 => {}
        count => table.fail(
            "keep_alive",
            format!("has {count} limits; say one of requests, idle and forgotten"),
        ),
    }
    let requests = limit.get("requests", "a whole number from 1 to 1000000000", |value| {
        value::count(value, 1..=MOST_REQUESTS)
    });
    let stretch = |key: &str| {
        let expected = format!("{TIME}, above zero, at most 24 h");
        limit.get(key, &expected, |value| value::stretch(value, LONGEST_IDLE))
    };
    match (requests, stretch("idle"), stretch("forgotten")) {
        (Some(requests), ..) => KeepAlive::Requests(requests),
        (None, Some(idle), _) => KeepAlive::Idle(idle),
        (None, None, Some(idle)) => KeepAlive::Forgotten(idle),
        (None, None, None) => KeepAlive::Unlimited,
    }
}

fn errors(table: &Table<'_, '_>) -> Option<Errors> {
    let errors = table.table("errors")?;
    errors.only(&["share", "status"]);
    if !errors.has("share") {
        errors.fail("share", format!("is missing; it is {SHARE}"));
    }
    let share = errors.get("share", SHARE, value::share);
    let status = errors.get("status", "a status from 400 to 599", |value| {
        let code = u16::try_from(value::count(value, 400..=599)?).ok()?;
        StatusCode::from_u16(code).ok()
    });
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    share
        .filter(|share| share.get() > 0.0)
        .map(|share| Errors { share, status })
}

fn overload(table: &Table<'_, '_>) -> Option<Overload> {
    let overload = table.table("overload")?;
    overload.only(&["rate", "patience"]);
    if !overload.has("rate") {
        overload.fail("rate", format!("is missing; it is {PER_SECOND}"));
    }
    let rate = overload.get("rate", PER_SECOND, value::per_second);
    let expected = format!("{TIME}, above zero, at most 24 h");
    let patience = overload.get("patience", &expected, |value| {
        value::stretch(value, LONGEST_IDLE)
    });
    Some(Overload {
        rate: rate?,
        patience: patience.unwrap_or(DEFAULT_PATIENCE),
    })
}

fn socket(table: &Table<'_, '_>) -> SocketSpec {
    let nodelay = table.get("nodelay", SWITCH, value::switch);
    let expected = format!("a list of at most {MOST_CHUNKS} sizes, such as [\"200B\", \"200B\"]");
    let chunks = table.get("write_chunks", &expected, |value| {
        value::list(value, MOST_CHUNKS, |item| value::size(item, MAX_BODY))
    });
    let backlog = table.get("backlog", "a whole number from 1 to 65535", |value| {
        u16::try_from(value::count(value, 1..=u64::from(u16::MAX))?).ok()
    });
    let congestion_control = table.get(
        "congestion_control",
        "the name of a congestion control, such as \"cubic\"",
        |value| Some(value.as_str()?.to_owned()).filter(|name| is_name(name)),
    );
    SocketSpec {
        congestion_control,
        nodelay: nodelay.map_or(Switch::On, Into::into),
        write: chunks
            .filter(|chunks: &Vec<Bytes>| !chunks.is_empty())
            .map_or(WriteStyle::Whole, WriteStyle::Chunks),
        rcvbuf: buffer(table, "rcvbuf"),
        sndbuf: buffer(table, "sndbuf"),
        backlog: backlog.unwrap_or(DEFAULT_BACKLOG),
        ..SocketSpec::default()
    }
}

/// Whether the kernel could know a congestion control by that name; `TCP_CA_NAME_MAX` is 16.
pub(super) fn is_name(name: &str) -> bool {
    (1..16).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn buffer(table: &Table<'_, '_>, key: &str) -> Option<Bytes> {
    let expected = format!("{SIZE}, from {MIN_BUFFER} to {MAX_BUFFER}");
    table.get(key, &expected, |value: &DeValue<'_>| {
        value::size(value, MAX_BUFFER).filter(|size| *size >= MIN_BUFFER)
    })
}
