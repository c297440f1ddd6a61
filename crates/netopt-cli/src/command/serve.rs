//! `netopt serve`: the other end of transfers, and plain protocols for other tools, until it is told to stop.
//!
//! Where it listens is on stdout, a line for each port, so that a script can read it; all else goes to stderr.

use netopt_lab::{OriginSpec, RawSpec, Server as Plain, ServerSpec};
use netopt_tcp::transfer::{Limits, Served, Server};

use super::told::{Told, refused};
use crate::args::{ServeArgs, Speaks};
use crate::exit::{End, Fault};
use crate::render;

/// Serves until it is told to stop.
///
/// # Errors
/// When an address cannot be listened on.
pub(crate) async fn run(args: ServeArgs) -> Result<End, Fault> {
    let told = Told::to_stop()?;
    let limits = Limits {
        connections: args.connections,
        connections_per_client: args.connections.div_ceil(2),
        time: args.longest,
        opening: args.timeout,
        ..Limits::default()
    };
    let server =
        Server::start(args.listen, limits).map_err(|error| refused(args.listen, &error))?;
    let mut plain = Vec::new();
    for (speaks, listen) in &args.also {
        let started = Plain::start(*listen, spec(*speaks), &[]).await;
        plain.push(started.map_err(|error| refused(*listen, &error))?);
    }
    let at = server.local_addr();
    render::result(&format!("listening on {at}\n"))?;
    for one in &plain {
        render::result(&format!("{}\n", one.url()))?;
    }
    render::note(reach(at));
    told.wait().await;
    let served = server.served();
    render::note(format!(
        "served: transfers {}, connections {}; strangers {}{}, refused by a limit {}",
        served.transfers,
        served.connections,
        served.strangers,
        how(&served),
        served.refused
    ));
    // Transfers that run are ended by it, which takes a moment.
    tokio::task::spawn_blocking(move || drop(server)).await.ok();
    Ok(End::Done)
}

/// How the strangers did not speak the protocol: all of that is in the opening of a connection, and the peer's doing.
fn how(served: &Served) -> String {
    if served.strangers == 0 {
        return String::new();
    }
    let foreign = served.strangers - served.silent - served.left;
    format!(
        " (opening, peer: spoke otherwise {foreign}, said too little in time {}, left {})",
        served.silent, served.left
    )
}

/// How to reach it.
fn reach(at: std::net::SocketAddr) -> String {
    if at.ip().is_loopback() {
        return format!(
            "on this machine: netopt transfer {at}\n\
             from others: start it with --listen 0.0.0.0:{} (whoever reaches that port can use it); Ctrl-C ends it",
            at.port()
        );
    }
    let host = if at.ip().is_unspecified() {
        "THIS-HOST".to_owned()
    } else {
        at.ip().to_string()
    };
    format!(
        "from other machines: netopt transfer {host}:{}\n\
         whoever reaches this port can use it; Ctrl-C ends it",
        at.port()
    )
}

fn spec(speaks: Speaks) -> ServerSpec {
    use netopt_lab::origin::Protocol;
    use netopt_lab::raw::RawProtocol;
    let http = |protocol| {
        ServerSpec::Http(OriginSpec {
            protocol,
            ..OriginSpec::default()
        })
    };
    let raw = |protocol| {
        ServerSpec::Raw(RawSpec {
            protocol,
            ..RawSpec::default()
        })
    };
    match speaks {
        Speaks::Http1 => http(Protocol::Http1),
        Speaks::Http2 => http(Protocol::Http2),
        Speaks::Https1 => http(Protocol::Https1),
        Speaks::Https2 => http(Protocol::Https2),
        Speaks::TcpEcho => raw(RawProtocol::TcpEcho),
        Speaks::TcpSource => raw(RawProtocol::TcpSource),
        Speaks::TcpSink => raw(RawProtocol::TcpSink),
        Speaks::UdpEcho => raw(RawProtocol::UdpEcho),
        Speaks::WsEcho => raw(RawProtocol::WsEcho),
        Speaks::WssEcho => raw(RawProtocol::WssEcho),
    }
}
