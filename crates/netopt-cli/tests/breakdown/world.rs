//! A path, an origin behind it, and a client that makes its calls one by one: what it measured, and what was true.

use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use netopt::core::change::Switch;
use netopt::{Change, Plan, Stack, Surroundings, Tls, stack};
use netopt_core::exchange::Exchange;
use netopt_core::model::flow_time::{USUAL_HEADERS, USUAL_PAYLOAD};
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Bytes};
use netopt_explain::{Baseline, Facts, Survey};
use netopt_lab::origin::{BodyKind, BodySpec, Dist, OriginSpec, ServiceSpec};
use netopt_lab::packet::{FAR, PacketLink, Room, RoomSpec, Truth as Seen, Void};
use netopt_lab::path::{Limit, PathSpec, Rate, Spell, WaySpec};
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

/// What is not longer carries no answer: handshakes and acknowledgements.
const NO_DATA: Bytes = Bytes::new(200);

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

    fn client(keep_alive: Switch) -> Stack {
        let plan = Plan::new().with(Change::KeepAlive(keep_alive));
        let around = Surroundings {
            timestamps: Switch::On,
            audited: Switch::On,
            ..Surroundings::new(Tls::trusting_nobody())
        };
        stack::client(&plan, &around).unwrap()
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
            let (facts, known) = self.over(&link);
            let seen = link.finish();
            match seen.void(path.rtt()) {
                None => {
                    let truth = self.truth(&facts.baseline.exchanges[0], &known, &seen);
                    return Some((facts, truth));
                }
                Some(Void::Late(..) | Void::Busy(_)) => {}
                Some(void) => panic!("{void}"),
            }
        }
        eprintln!("skipped: this machine has no time for a link");
        None
    }

    fn over(&self, link: &PacketLink) -> (Facts, Known) {
        let (server, far) = serve(link, self.origin());
        let url = server.url();
        let near = link.near().runtime(2).unwrap();
        // The origin without a path, asked from beside it: its work where the line does not tell it, with what both
        // programs need for a call.
        let beside = inside(
            &far,
            calls(Self::client(Switch::On), url.clone(), 2 * CALLS),
        );
        let processing = median(beside[1..].iter().filter_map(Exchange::wait).collect());
        let alone = inside(&far, calls(Self::client(Switch::Off), url.clone(), SINGLES));
        let opened = |call: &Exchange| call.timeline.length(Phase::Connect);
        let opening = median(alone.iter().filter_map(opened).collect());
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
        let known = Known {
            processing,
            opening,
            queuing,
        };
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
        (facts, known)
    }

    /// What the path, the origin and the link say of such a call.
    fn truth(&self, call: &Exchange, known: &Known, seen: &Seen) -> Truth {
        let rtt = Duration::from_millis(self.rtt_ms);
        let on_line = |payload: Bytes| {
            let segments = payload.get().div_ceil(USUAL_PAYLOAD.get());
            Bytes::new(payload.get() + segments * USUAL_HEADERS.get()) / self.rate()
        };
        // Where somebody else's packets are among ours, the line does not tell whose they were.
        let mut truth = Truth {
            connect: rtt + HANDSHAKE / self.rate() + known.opening,
            propagation: rtt,
            transmission: on_line(call.traffic.received),
            request: on_line(call.traffic.sent),
            queuing: known.queuing,
            processing: known.processing,
            rounds: Duration::ZERO,
        };
        if self.loaded.is_on() {
            return truth;
        }
        let answers = answers(&seen.down.spells, rtt);
        let ours = &answers[answers.len() - CALLS..];
        let request = call.traffic.sent + USUAL_HEADERS;
        let asked: Vec<Duration> = (seen.up.spells.iter())
            .filter(|spell| spell.bytes >= request)
            .map(|spell| spell.ends + rtt / 2)
            .collect();
        // The link forgets old spells, and so the requests of the first calls where there were many acknowledgements.
        let worked = |answer: &Answer| {
            let before = asked.iter().rfind(|asked| **asked <= answer.begins)?;
            Some(answer.begins - *before)
        };
        truth.processing = median(ours.iter().filter_map(worked).collect());
        truth.transmission = median(ours.iter().map(|answer| answer.sending).collect());
        truth.rounds = median(ours.iter().map(|answer| answer.stalled).collect());
        truth
    }
}

/// What is known beside what the link saw.
#[derive(Debug, Clone, Copy)]
struct Known {
    processing: Duration,
    /// What opening a connection takes without a path.
    opening: Duration,
    queuing: Duration,
}

/// An answer as the line carried it.
#[derive(Debug, Clone, Copy)]
struct Answer {
    begins: Duration,
    sending: Duration,
    /// Pauses within.
    stalled: Duration,
}

/// The answers among the spells of a line. Within one the line pauses for less than a round trip, between two for longer.
fn answers(spells: &[Spell], rtt: Duration) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut before: Option<Duration> = None;
    for spell in spells.iter().filter(|spell| spell.bytes > NO_DATA) {
        let pause = before.map_or(rtt, |before| spell.begins - before);
        before = Some(spell.ends);
        match answers.last_mut().filter(|_| pause < rtt) {
            Some(answer) => {
                answer.stalled += pause;
                answer.sending += spell.length();
            }
            None => answers.push(Answer {
                begins: spell.begins,
                sending: spell.length(),
                stalled: Duration::ZERO,
            }),
        }
    }
    answers
}

async fn calls(client: Stack, url: String, count: usize) -> Vec<Exchange> {
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
