//! What an origin says of itself at its start and at its end.
//!
//! What it leaves alone: where it is told.

use std::path::Path;

use netopt_core::change::Switch;
use netopt_core::unit::{Bytes, show_duration};
use netopt_lab::origin::{Compress, Dist, KeepAlive, SocketSpec, TlsSpec, TlsVersion, WriteStyle};
use netopt_lab::raw::{RawProtocol, RawSpec};
use netopt_lab::socket::DEFAULT_BACKLOG;
use netopt_lab::{OriginSpec, Server, ServerSpec};

/// What kind of server it is and which faults it has, in one line.
pub(super) fn beginning(spec: &ServerSpec, certificate: Option<&Path>) -> String {
    let mut parts = match spec {
        ServerSpec::Http(spec) => http(spec),
        ServerSpec::Raw(spec) => raw(spec),
    };
    if spec.is_tls() {
        parts.push(certificate.map_or_else(
            || "its certificate is its own: save it with --cert-out FILE, trust it with --cacert FILE".to_owned(),
            |file| format!("trust it with --cacert {}", file.display()),
        ));
    }
    format!("origin: {}", parts.join(", "))
}

fn http(spec: &OriginSpec) -> Vec<String> {
    let mut parts = vec![format!("{} body", spec.body.size)];
    parts.extend(work(spec.service.time, spec.service.workers));
    parts.extend(
        spec.service
            .thrash_above
            .map(|above| format!("thrashes above {above}")),
    );
    parts.extend(
        spec.service
            .errors
            .map(|errors| format!("errors {} by {}", errors.share, errors.status.as_u16())),
    );
    parts.extend(
        spec.service
            .overload
            .map(|overload| format!("takes {} at the most", overload.rate)),
    );
    parts.extend(handshakes(&spec.tls));
    match spec.keep_alive {
        KeepAlive::Unlimited => {}
        KeepAlive::Requests(n) => parts.push(format!("connections close after answer {n}")),
        KeepAlive::Idle(time) => parts.push(format!(
            "connections close after {} of nothing",
            show_duration(time)
        )),
        KeepAlive::Forgotten(time) => parts.push(format!(
            "connections are forgotten after {} of nothing",
            show_duration(time)
        )),
    }
    parts.extend((spec.compress == Compress::Never).then(|| "never compresses".to_owned()));
    if let Some(value) = &spec.body.cache_control {
        parts.push(format!("cache-control {value:?}"));
    }
    parts.extend(spec.body.etag.is_on().then(|| "etags".to_owned()));
    parts.extend(socket(&spec.socket));
    parts
}

fn handshakes(spec: &TlsSpec) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(match spec.version {
        TlsVersion::Newest => None,
        TlsVersion::Tls12 => Some("TLS 1.2 only".to_owned()),
        TlsVersion::Tls13 => Some("TLS 1.3 only".to_owned()),
    });
    parts.extend((!spec.sessions.is_on()).then(|| "no TLS sessions".to_owned()));
    let filled = spec.certificate > Bytes::ZERO;
    parts.extend(filled.then(|| format!("certificate of {}", spec.certificate)));
    parts
}

fn raw(spec: &RawSpec) -> Vec<String> {
    let kind = match spec.protocol {
        RawProtocol::TcpEcho => "TCP echo",
        RawProtocol::TcpSource => "TCP source",
        RawProtocol::TcpSink => "TCP sink",
        RawProtocol::UdpEcho => "UDP echo",
        RawProtocol::WsEcho => "WebSocket echo",
        RawProtocol::WssEcho => "WebSocket echo over TLS",
    };
    let mut parts = vec![kind.to_owned()];
    if spec.protocol != RawProtocol::TcpSink {
        parts.extend(work(spec.time, spec.workers));
    }
    parts.extend(spec.amount.map(|amount| format!("{amount} a connection")));
    parts.extend(socket(&spec.socket));
    parts
}

fn work(time: Dist, workers: Option<usize>) -> Vec<String> {
    let mut parts = vec![format!("{time} of work")];
    parts.extend(workers.map(|workers| format!("workers {workers}")));
    parts
}

fn socket(spec: &SocketSpec) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(spec.rcvbuf.map(|size| format!("rcvbuf {size}")));
    parts.extend(spec.sndbuf.map(|size| format!("sndbuf {size}")));
    parts.extend(spec.reads.map(|rate| format!("reads {rate}")));
    if let WriteStyle::Chunks(sizes) = &spec.write {
        let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        parts.push(format!("writes in pieces of {}", sizes.join(" and ")));
    }
    parts.extend((spec.nodelay == Switch::Off).then(|| "nagle on".to_owned()));
    let backlog = (spec.backlog != DEFAULT_BACKLOG).then_some(spec.backlog);
    parts.extend(backlog.map(|backlog| format!("backlog {backlog}")));
    parts.extend(
        spec.connections
            .map(|most| format!("connections {most} at once")),
    );
    parts
}

/// What it has served, in one line.
pub(super) fn end(server: &Server) -> String {
    let traffic = server.traffic();
    let Some(origin) = server.origin() else {
        let mut line = format!(
            "served: messages {}, connections {}, {} received, {} sent",
            traffic.messages, traffic.connections, traffic.bytes_in, traffic.bytes_out
        );
        if traffic.dropped > 0 {
            line.push_str(&format!(", dropped {}", traffic.dropped));
        }
        return line;
    };
    let mut line = format!(
        "served: requests {}, connections {}, {} sent",
        traffic.messages, traffic.connections, traffic.bytes_out
    );
    if origin.spec().body.etag.is_on() {
        let not_modified = origin.served().not_modified;
        line.push_str(&format!(", not modified {not_modified}"));
    }
    line
}
