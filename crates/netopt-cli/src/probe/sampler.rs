//! The calls: spaced by the budget, one after the other, each into its series.
//!
//! HTTP targets get calls through `netopt::stack`; `tcp://` targets get connections from the connector of
//! the stack, `udp://` targets get datagrams, those of WebSocket get messages. What it leaves alone: what the calls mean.

use bytes::Bytes;
use http::{Request, Uri};
use netopt::tcp::{Connected, Warmth, Wire};
use netopt::{Change, Stack, stack};
use netopt_core::change::Switch;
use netopt_core::exchange::{ConnectionUse, Exchange, Protocol};
use netopt_core::outcome::Outcome;
use netopt_core::phase::Timeline;
use netopt_core::target::Scheme;
use tokio::time::Instant;

use super::{PATIENCE, Probe, Series, Way};
use crate::exit::Fault;

/// Makes all calls of a probe.
pub(super) async fn sample(
    probe: &mut Probe,
    way: Way<'_>,
    mut told: impl FnMut(),
) -> Result<(), Fault> {
    match probe.target.scheme() {
        Scheme::Http | Scheme::Https | Scheme::Ws | Scheme::Wss => {}
        Scheme::Tcp => {
            connects(probe, way, told).await;
            return Ok(());
        }
        Scheme::Udp => {
            super::datagrams::echoes(probe, way, told).await;
            return Ok(());
        }
    }
    // The first answers must not come before the kernel stamps what arrives.
    let _warmth = match way.around.timestamps {
        Switch::On => Warmth::keep().await,
        Switch::Off => None,
    };
    if probe.target.scheme().is_web_socket() {
        return super::messages::messages(probe, way, told).await;
    }
    let uri: Uri = probe.target.to_string().parse().map_err(Fault::internal)?;
    let samples = u64::from(probe.samples.get());

    let caller = Caller::new(&uri, way, Switch::Off)?;
    caller.fill(&mut probe.fresh, samples, &mut told).await;

    if let Some(kept) = &mut probe.kept
        && probe.fresh.answered() > 0
    {
        let caller = Caller::new(&uri, way, Switch::On)?;
        // It opens the connection; what that costs was just measured.
        drop(caller.call().await);
        told();
        caller.fill(kept, samples, &mut told).await;
    }
    Ok(())
}

/// One client that makes the same call again and again.
struct Caller<'a> {
    client: Stack,
    uri: &'a Uri,
    way: Way<'a>,
}

impl<'a> Caller<'a> {
    fn new(uri: &'a Uri, way: Way<'a>, keep_alive: Switch) -> Result<Self, Fault> {
        let plan = way.plan.clone().with(Change::KeepAlive(keep_alive));
        let client = stack::client(&plan, way.around).map_err(Fault::internal)?;
        Ok(Self { client, uri, way })
    }

    async fn fill(&self, series: &mut Series, samples: u64, told: &mut impl FnMut()) {
        while wants_more(series, samples) {
            series.record(self.call().await);
            told();
        }
    }

    async fn call(&self) -> Exchange {
        // The budget spaces only; its total is never reached.
        self.way.budget.take().await.ok();
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.uri.clone();
        self.client.exchange(request).await
    }
}

/// Whether the series is to go on: not beyond its end, and not when nobody has answered for a while.
pub(super) fn wants_more(series: &Series, samples: u64) -> bool {
    let is_hopeless = series.answered() == 0 && series.calls() >= PATIENCE;
    series.calls() < samples && !is_hopeless
}

async fn connects(probe: &mut Probe, way: Way<'_>, mut told: impl FnMut()) {
    let mut connector = stack::connector(way.plan, way.around);
    // Connecting is all of the call.
    connector.timeout = connector.timeout.min(way.around.timeout);
    while wants_more(&probe.fresh, probe.samples.get().into()) {
        way.budget.take().await.ok();
        let begun = Instant::now();
        let connected = connector
            .connect(probe.target.host(), probe.target.port())
            .await;
        let id = probe.fresh.calls() + 1;
        probe.fresh.record(match connected {
            Ok(connected) => opened(&connected, begun, id),
            Err(error) => {
                let mut timeline = Timeline::new();
                timeline.mark(error.phase(), std::time::Duration::ZERO, begun.elapsed());
                Exchange::bare(timeline, Outcome::Failed(error.failure()))
            }
        });
        told();
    }
}

/// A connection as an exchange.
fn opened(connected: &Connected, begun: Instant, id: u64) -> Exchange {
    let mut timeline = Timeline::new();
    for (phase, start, end) in connected.phases() {
        timeline.mark(phase, start - begun, end - begun);
    }
    let wire: &Wire = &connected.stream.wire();
    Exchange {
        connection: Some(ConnectionUse {
            id,
            earlier: 0,
            age: connected.handshake.0.elapsed(),
            protocol: Protocol::Tcp,
            tls: None,
            nodelay: wire.granted().nodelay,
            congestion_control: wire.granted().congestion_control,
            opening: Some(connected.opening()),
        }),
        path: wire.info().map(|info| Box::new(info.sample())),
        ..Exchange::bare(timeline, Outcome::Connected)
    }
}
