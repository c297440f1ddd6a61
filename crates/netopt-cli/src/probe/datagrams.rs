//! `udp://`: datagrams to an echo, each told as a call whose only phase is its wait.
//!
//! They leave at the pace of all probes, whatever comes back. What it leaves alone: loss and order, which
//! `netopt_tcp::datagram` tells apart.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use netopt::stack;
use netopt::tcp::datagram::{DEFAULT_WAIT, EchoSpec, echo};
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::phase::{Phase, Timeline};
use netopt_core::unit::show_duration;
use tokio::time::timeout;

use super::{Probe, RATE, Way};

/// Sends as many datagrams as samples were asked for.
pub(super) async fn echoes(probe: &mut Probe, way: Way<'_>, mut told: impl FnMut()) {
    let peer = match find(probe, way).await {
        Ok(peer) => peer,
        Err(failure) => return probe.fresh.record(failed(failure)),
    };
    let spec = EchoSpec {
        interval: Duration::from_secs_f64(1.0 / RATE),
        size: probe.size,
        wait: DEFAULT_WAIT.min(way.around.timeout),
        ..EchoSpec::new(probe.samples)
    };
    way.budget.take().await.ok();
    // Drawn anew for each process: it only has to differ from other runs.
    let session = RandomState::new().hash_one(peer);
    match echo(peer, &spec, session).await {
        Ok(echoes) => {
            for rtt in &echoes.rtts {
                probe.fresh.record(match rtt {
                    Some(rtt) => Exchange::bare(waited(*rtt), Outcome::Connected),
                    None => failed(lost(spec.wait, echoes.foreign)),
                });
                told();
            }
            probe.echoes = Some(echoes);
        }
        Err(error) => probe.fresh.record(failed(unsent(peer, &error))),
    }
}

/// The first address of the target.
async fn find(probe: &Probe, way: Way<'_>) -> Result<SocketAddr, Failure> {
    let connector = stack::connector(way.plan, way.around);
    let host = probe.target.host();
    let lookup = timeout(way.around.connect_timeout, connector.resolver.resolve(host));
    let addresses = lookup.await.map_err(|_elapsed| Failure {
        kind: FailureKind::DnsTimeout,
        phase: Phase::Dns,
        message: format!(
            "no resolver answered for \"{host}\" within {}",
            show_duration(way.around.connect_timeout)
        ),
    })?;
    let addresses = addresses.map_err(|error| error.failure())?;
    let first = addresses.first().ok_or_else(|| Failure {
        kind: FailureKind::DnsNotFound,
        phase: Phase::Dns,
        message: format!("the name \"{host}\" has no address"),
    })?;
    Ok(SocketAddr::new(*first, probe.target.port()))
}

fn waited(time: Duration) -> Timeline {
    let mut timeline = Timeline::new();
    timeline.mark(Phase::Wait, Duration::ZERO, time);
    timeline
}

fn failed(failure: Failure) -> Exchange {
    Exchange::bare(Timeline::new(), Outcome::Failed(failure))
}

fn lost(wait: Duration, foreign: u64) -> Failure {
    let others = match foreign {
        0 => String::new(),
        1 => ", but 1 datagram that was none".to_owned(),
        more => format!(", but {more} datagrams that were none"),
    };
    Failure {
        kind: FailureKind::Lost,
        phase: Phase::Wait,
        message: format!(
            "no echo within {} of the last datagram{others}",
            show_duration(wait)
        ),
    }
}

fn unsent(peer: SocketAddr, error: &io::Error) -> Failure {
    let (kind, message) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (
            FailureKind::ConnectRefused,
            format!("{peer} refused the datagram: nobody listens there"),
        ),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (FailureKind::Unreachable, format!("{peer} is unreachable"))
        }
        _ => (
            FailureKind::Other,
            format!("sending to {peer} failed: {error}"),
        ),
    };
    Failure {
        kind,
        phase: Phase::Wait,
        message,
    }
}
