//! A path, an origin behind it, and a client that makes its calls one by one: what it measured, and what was true.

use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use netopt::core::change::Switch;
use netopt::{Change, Client, Plan, Surroundings, Tls, stack};
use netopt_core::exchange::Exchange;
use netopt_core::model::flow_time::{Path, USUAL_HEADERS, USUAL_PAYLOAD, recurrence};
use netopt_core::unit::{BitRate, Bytes};
use netopt_explain::{Baseline, Facts, Survey};
use netopt_lab::origin::{BodyKind, BodySpec, Dist, OriginSpec, ServiceSpec};
use netopt_lab::packet::{FAR, PacketLink, Room, RoomSpec, Void};
use netopt_lab::path::{Limit, PathSpec, Rate, WaySpec};
use netopt_lab::{Server, ServerSpec};
use tokio::runtime::Runtime;

use crate::load::Load;

/// How often a run that the lab spoilt is made again.
const TRIES: usize = 8;

/// Calls of the baseline, and of each kind of single ones.
const CALLS: usize = 12;
const SINGLES: usize = 8;

/// The first packets of a connection, there and back.
const HANDSHAKE: Bytes = Bytes::new(120);

/// A world with known terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    pub(crate) rtt_ms: u64,
    pub(crate) mbit: f64,
    pub(crate) body: u64,
    pub(crate) service_ms: u64,
    pub(crate) keep_alive: Switch,
    /// Whether a download of somebody else stands in the queue while the baseline runs.
    pub(crate) loaded: Switch,
}

/// What was true of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) connect: Duration,
    pub(crate) propagation: Duration,
    pub(crate) transmission: Duration,
    pub(crate) queuing: Duration,
    pub(crate) processing: Duration,
    /// The request on the line there. Nothing tells its rate, so it looks like the server's work.
    pub(crate) request: Duration,
    pub(crate) rounds: Duration,
}

impl World {
    fn rate(&self) -> BitRate {
        BitRate::from_bps(self.mbit * 1e6).unwrap()
    }

    fn path(&self) -> PathSpec {
        let mut way = WaySpec {
            delay: Duration::from_micros(self.rtt_ms * 500),
            ..WaySpec::default()
        };
        way.rate = Rate::Fixed(self.rate());
        way.queue.limit = Limit::Bytes(Bytes::new(2_000_000));
        PathSpec::symmetric(way)
    }

    fn origin(&self) -> OriginSpec {
        OriginSpec {
            body: BodySpec {
                size: Bytes::new(self.body),
                kind: BodyKind::Random,
                ..BodySpec::default()
            },
            service: ServiceSpec {
                time: Dist::Fixed(Duration::from_millis(self.service_ms)),
                ..ServiceSpec::default()
            },
            ..OriginSpec::default()
        }
    }

    fn client(keep_alive: Switch) -> Client {
        let plan = Plan::new().with(Change::KeepAlive(keep_alive));
        stack::client(&plan, &Surroundings::new(Tls::trusting_nobody())).unwrap()
    }

    /// Measures until the lab was on time. `None` with a word on stderr where that cannot be.
    pub(crate) fn measure(&self) -> Option<(Facts, Truth)> {
        let rooms = RoomSpec {
            congestion_control: Some("reno".to_owned()),
        };
        let path = self.path();
        for _ in 0..TRIES {
            let link = match PacketLink::start(&path, &rooms) {
                Ok(link) => link,
                Err(error) if error.is_missing_here() => {
                    eprintln!("skipped: {error}");
                    return None;
                }
                Err(error) => panic!("{error}"),
            };
            let measured = self.over(&link);
            match link.finish().void(path.rtt()) {
                None => return Some(measured),
                Some(Void::Late(..) | Void::Busy(_)) => {}
                Some(void) => panic!("{void}"),
            }
        }
        eprintln!("skipped: this machine has no time for a link");
        None
    }

    fn over(&self, link: &PacketLink) -> (Facts, Truth) {
        let (server, far) = serve(link, self.origin());
        let url = server.url();
        let near = link.near().runtime(2).unwrap();
        // The origin without a path, asked from beside it: its work, with what both programs need for a call.
        let beside = inside(
            &far,
            calls(Self::client(Switch::On), url.clone(), 2 * CALLS),
        );
        let processing = median(beside[1..].iter().filter_map(Exchange::wait).collect());
        let fresh = inside(
            &near,
            calls(Self::client(Switch::Off), url.clone(), SINGLES),
        );
        let warm = inside(
            &near,
            calls(Self::client(Switch::On), url.clone(), SINGLES + 1),
        );
        let load = self.loaded.is_on().then(|| Load::start(link, &near));
        let baseline = calls(Self::client(self.keep_alive), url, CALLS + 1);
        let baseline = inside(&near, baseline)[1..].to_vec();
        let queuing = load.map_or(Duration::ZERO, |load| load.queued(self.rate()));
        let truth = self.truth(&baseline[0], processing, queuing);
        let facts = Facts {
            client: Plan::new().with(Change::KeepAlive(self.keep_alive)),
            baseline: Baseline {
                exchanges: baseline,
                beside: Vec::new(),
                window: Duration::ZERO,
            },
            survey: Survey {
                fresh,
                warm: warm[1..].to_vec(),
                ..Survey::default()
            },
            ..Facts::default()
        };
        (facts, truth)
    }

    /// What theory says of such a call over the path.
    fn truth(&self, call: &Exchange, processing: Duration, queuing: Duration) -> Truth {
        let rtt = Duration::from_millis(self.rtt_ms);
        let on_line = |payload: Bytes| {
            let segments = payload.get().div_ceil(USUAL_PAYLOAD.get());
            Bytes::new(payload.get() + segments * USUAL_HEADERS.get()) / self.rate()
        };
        let path = Path::new(rtt, Some(self.rate()));
        let rounds = match self.keep_alive {
            Switch::On => Duration::ZERO,
            Switch::Off => {
                let course = recurrence::course(&path, call.traffic.received);
                course.unwrap().stalled
            }
        };
        Truth {
            connect: rtt + HANDSHAKE / self.rate(),
            propagation: rtt,
            transmission: on_line(call.traffic.received),
            request: on_line(call.traffic.sent),
            queuing,
            processing,
            rounds,
        }
    }
}

async fn calls(client: Client, url: String, count: usize) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for _ in 0..count {
        let request = Request::get(&url).body(bytes::Bytes::new()).unwrap();
        let exchange = client.exchange(request).await;
        assert!(exchange.outcome.is_success(), "{:?}", exchange.outcome);
        exchanges.push(exchange);
    }
    exchanges
}

/// Runs `work` on a thread of the runtime, which is in its room.
pub(crate) fn inside<T: Send + 'static>(
    runtime: &Runtime,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let working = runtime.spawn(work);
    runtime.block_on(working).unwrap()
}

/// A server in the far room, and the runtime that it lives on.
pub(crate) fn serve(link: &PacketLink, spec: impl Into<ServerSpec>) -> (Server, Runtime) {
    let spec = spec.into();
    let room: &Room = link.far();
    let runtime = room.runtime(2).unwrap();
    let listen = SocketAddr::from((FAR, 0));
    let server = inside(
        &runtime,
        async move { Server::start(listen, spec, &[]).await },
    );
    (server.unwrap(), runtime)
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}
