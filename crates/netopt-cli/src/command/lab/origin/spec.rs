//! From the arguments of an origin to its spec; what the protocol has no use for is refused by the name of its flag.
//!
//! What it leaves alone: ranges, which the lab checks.

use netopt_core::change::Switch;
use netopt_lab::origin::{
    BodyKind, BodySpec, Compress, KeepAlive, Overload, Protocol, Route, ServiceSpec, SocketSpec,
    TlsSpec, TlsVersion, WriteStyle,
};
use netopt_lab::raw::{RawProtocol, RawSpec};
use netopt_lab::socket::DEFAULT_BACKLOG;
use netopt_lab::{OriginSpec, ServerSpec};

use crate::args::{HttpArgs, HttpsArgs, Kind, OnlyVersion, OriginArgs, SocketArgs, Speaks};
use crate::exit::Fault;

/// The two families of protocols.
enum Family {
    Http(Protocol),
    Raw(RawProtocol),
}

/// What was asked for.
///
/// # Errors
/// When a flag has no meaning for the protocol.
pub(super) fn read(args: &OriginArgs) -> Result<ServerSpec, Fault> {
    refuse_senseless(args)?;
    let time = args.service.unwrap_or_default();
    let socket = socket(&args.sockets);
    Ok(match family(args.protocol) {
        Family::Http(protocol) => ServerSpec::Http(OriginSpec {
            protocol,
            body: body(&args.http),
            service: ServiceSpec {
                time,
                workers: args.workers,
                thrash_above: args.http.thrash_above,
                errors: args.http.errors,
                overload: args.http.overload.map(Overload::beyond),
            },
            keep_alive: keep_alive(&args.http),
            compress: if args.http.no_compression {
                Compress::Never
            } else {
                Compress::WhenAsked
            },
            socket,
            tls: tls(&args.https),
            routes: routes(&args.http),
            seed: args.seed,
            ..OriginSpec::default()
        }),
        Family::Raw(protocol) => ServerSpec::Raw(RawSpec {
            protocol,
            time,
            workers: args.workers,
            amount: args.amount,
            socket,
            seed: args.seed,
        }),
    })
}

const fn family(speaks: Speaks) -> Family {
    match speaks {
        Speaks::Http1 => Family::Http(Protocol::Http1),
        Speaks::Http2 => Family::Http(Protocol::Http2),
        Speaks::Https1 => Family::Http(Protocol::Https1),
        Speaks::Https2 => Family::Http(Protocol::Https2),
        Speaks::TcpEcho => Family::Raw(RawProtocol::TcpEcho),
        Speaks::TcpSource => Family::Raw(RawProtocol::TcpSource),
        Speaks::TcpSink => Family::Raw(RawProtocol::TcpSink),
        Speaks::UdpEcho => Family::Raw(RawProtocol::UdpEcho),
        Speaks::WsEcho => Family::Raw(RawProtocol::WsEcho),
        Speaks::WssEcho => Family::Raw(RawProtocol::WssEcho),
    }
}

fn body(args: &HttpArgs) -> BodySpec {
    let default = BodySpec::default();
    BodySpec {
        size: args.body.unwrap_or(default.size),
        kind: args.body_kind.map_or(default.kind, |kind| match kind {
            Kind::Json => BodyKind::Json,
            Kind::Text => BodyKind::Text,
            Kind::Random => BodyKind::Random,
        }),
        cache_control: args.cache_control.clone(),
        etag: Switch::from(args.etag),
    }
}

fn tls(args: &HttpsArgs) -> TlsSpec {
    let default = TlsSpec::default();
    TlsSpec {
        version: args
            .tls_version
            .map_or(default.version, |version| match version {
                OnlyVersion::Tls12 => TlsVersion::Tls12,
                OnlyVersion::Tls13 => TlsVersion::Tls13,
            }),
        sessions: Switch::from(!args.no_sessions),
        certificate: args.certificate.unwrap_or(default.certificate),
    }
}

fn routes(args: &HttpArgs) -> Vec<Route> {
    let redirects = args.redirects.map(|redirects| Route {
        redirects: Some(redirects),
        ..Route::default()
    });
    redirects.into_iter().collect()
}

/// The three are exclusive.
fn keep_alive(args: &HttpArgs) -> KeepAlive {
    args.close_after
        .map(KeepAlive::Requests)
        .or_else(|| args.keep_alive_idle.map(KeepAlive::Idle))
        .or_else(|| args.forget_idle.map(KeepAlive::Forgotten))
        .unwrap_or_default()
}

fn socket(args: &SocketArgs) -> SocketSpec {
    SocketSpec {
        write: if args.write_chunks.is_empty() {
            WriteStyle::Whole
        } else {
            WriteStyle::Chunks(args.write_chunks.clone())
        },
        nodelay: Switch::from(!args.no_nodelay),
        rcvbuf: args.rcvbuf,
        sndbuf: args.sndbuf,
        congestion_control: None,
        reads: args.reads,
        backlog: args.backlog.unwrap_or(DEFAULT_BACKLOG),
        connections: args.connections,
    }
}

/// Who has a use for a flag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Users {
    /// Whoever speaks HTTP.
    Http,
    /// Whoever speaks HTTP over TLS.
    Https,
    /// Whoever has a certificate.
    Tls,
    Source,
    /// Whoever reads in order to do something with it.
    Readers,
    /// Whoever answers something.
    Writers,
    /// Whoever has connections.
    Tcp,
    /// Whoever has connections and answers on them.
    TcpWriters,
}

impl Users {
    fn include(self, speaks: Speaks) -> bool {
        use Speaks::{Http1, Http2, Https1, Https2, TcpSink, TcpSource, UdpEcho, WssEcho};
        match self {
            Self::Http => matches!(speaks, Http1 | Http2 | Https1 | Https2),
            Self::Https => matches!(speaks, Https1 | Https2),
            Self::Tls => matches!(speaks, Https1 | Https2 | WssEcho),
            Self::Source => speaks == TcpSource,
            Self::Readers => speaks != TcpSource,
            Self::Writers => speaks != TcpSink,
            Self::Tcp => speaks != UdpEcho,
            Self::TcpWriters => !matches!(speaks, UdpEcho | TcpSink),
        }
    }

    const fn named(self) -> &'static str {
        match self {
            Self::Http => "--protocol http1, http2, https1 or https2",
            Self::Https => "--protocol https1 or https2",
            Self::Tls => "--protocol https1, https2 or wss-echo",
            Self::Source => "--protocol tcp-source",
            Self::Readers => "every --protocol but tcp-source",
            Self::Writers => "every --protocol but tcp-sink",
            Self::Tcp => "every --protocol but udp-echo",
            Self::TcpWriters => "every --protocol but tcp-sink and udp-echo",
        }
    }
}

fn refuse_senseless(args: &OriginArgs) -> Result<(), Fault> {
    let (http, https, sockets) = (&args.http, &args.https, &args.sockets);
    let given = [
        ("--service", args.service.is_some(), Users::Writers),
        ("--workers", args.workers.is_some(), Users::Writers),
        ("--amount", args.amount.is_some(), Users::Source),
        ("--cert-out", args.cert_out.is_some(), Users::Tls),
        ("--body", http.body.is_some(), Users::Http),
        ("--body-kind", http.body_kind.is_some(), Users::Http),
        ("--errors", http.errors.is_some(), Users::Http),
        ("--overload", http.overload.is_some(), Users::Http),
        ("--tls-version", https.tls_version.is_some(), Users::Https),
        ("--no-sessions", https.no_sessions, Users::Https),
        ("--certificate", https.certificate.is_some(), Users::Https),
        ("--close-after", http.close_after.is_some(), Users::Http),
        (
            "--keep-alive-idle",
            http.keep_alive_idle.is_some(),
            Users::Http,
        ),
        ("--forget-idle", http.forget_idle.is_some(), Users::Http),
        ("--thrash-above", http.thrash_above.is_some(), Users::Http),
        ("--no-compression", http.no_compression, Users::Http),
        ("--cache-control", http.cache_control.is_some(), Users::Http),
        ("--redirects", http.redirects.is_some(), Users::Http),
        ("--etag", http.etag, Users::Http),
        ("--sndbuf", sockets.sndbuf.is_some(), Users::Writers),
        ("--reads", sockets.reads.is_some(), Users::Readers),
        (
            "--write-chunks",
            !sockets.write_chunks.is_empty(),
            Users::TcpWriters,
        ),
        ("--no-nodelay", sockets.no_nodelay, Users::TcpWriters),
        ("--backlog", sockets.backlog.is_some(), Users::Tcp),
        ("--connections", sockets.connections.is_some(), Users::Tcp),
    ];
    let senseless = given
        .into_iter()
        .find(|(_, given, users)| *given && !users.include(args.protocol));
    match senseless {
        None => Ok(()),
        Some((flag, _, users)) => {
            let line = format!("{flag} is for {}", users.named());
            Err(Fault::usage(line))
        }
    }
}
