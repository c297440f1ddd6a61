//! Worlds for the tests: a few knobs of a network, a client and a server, and the facts that they would give.
//!
//! It is a model, not a measurement: the phases follow from round trips and rates by arithmetic, with a jitter that is the
//! same in each run. The truth is in the knobs, so a test can say what an audit must find.

mod asked;
mod bulk;
mod expect;
mod idling;
mod thrashing;
mod transfer;

use std::time::Duration;

use netopt_core::arrivals::Arrivals;
use netopt_core::asked::Asked;
use netopt_core::exchange::{Answer, ConnectionUse, Exchange, Protocol, TlsSession, Traffic};
use netopt_core::journey::Journey;
use netopt_core::opening::Opening;
use netopt_core::outcome::Outcome;
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::plan::{Plan, Settings};
use netopt_core::unit::{BitRate, Bytes};

use crate::facts::{Asking, Baseline, BodySample, Facts, Survey};
use crate::line::SEGMENT;

pub(crate) use asked::{Asks, asking, chained, heavy, redirected};
pub(crate) use bulk::{Bulk, beside, crowded};
pub(crate) use expect::{assert_quiet, fired, saving};
pub(crate) use idling::idling;
pub(crate) use thrashing::{queue_first, queueing, thrashing};
pub(crate) use transfer::{download, upload};

/// Milliseconds.
pub(crate) fn ms(millis: f64) -> Duration {
    Duration::from_secs_f64(millis / 1e3)
}

/// The delay of an acknowledgement on Linux.
const DELAYED_ACK: Duration = Duration::from_millis(41);
/// Until a first segment is sent again (RFC 6298 §2).
const SYN_TIMEOUT: Duration = Duration::from_secs(1);

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    Whole,
    Pieces,
}

/// The knobs.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) client: Plan,
    pub(crate) rtt: Duration,
    /// The part of the round trip behind a relay, which the kernel does not see.
    pub(crate) hidden: Duration,
    pub(crate) rate: Option<BitRate>,
    pub(crate) tls: Option<Duration>,
    /// What was agreed on in it.
    pub(crate) session: TlsSession,
    pub(crate) lookup: Option<Duration>,
    /// For how long the answer of a lookup may be kept.
    pub(crate) lifetime: Option<Duration>,
    /// What a dead address costs each new connection before the one that answers is tried.
    pub(crate) detour: Duration,
    /// One of so many new connections has its first segment lost.
    pub(crate) one_syn_lost_in: Option<u64>,
    pub(crate) service: Duration,
    /// The service time is multiplied by 1 ± this.
    pub(crate) spread: f64,
    /// One of so many pieces of work takes so long instead.
    pub(crate) one_slow_in: Option<(u64, Duration)>,
    pub(crate) body: Bytes,
    pub(crate) packed: Option<Bytes>,
    pub(crate) sample: Option<BodySample>,
    pub(crate) content_type: &'static str,
    pub(crate) server: Option<&'static str>,
    pub(crate) server_keeps: bool,
    pub(crate) server_time: Option<Duration>,
    /// How the client writes its request; pieces meet Nagle's algorithm when it is on.
    pub(crate) request: Writes,
    /// How the server writes its answer; pieces meet its Nagle's algorithm, which is on.
    pub(crate) answer: Writes,
    /// A pause of the server between two pieces of its answer.
    pub(crate) server_pauses: Duration,
    pub(crate) smoothed: Option<Duration>,
    pub(crate) queue_under_load: Duration,
    pub(crate) pool_wait: Duration,
    pub(crate) kernel_tells: bool,
    pub(crate) calls: u64,
    pub(crate) singles: u64,
}

impl Default for World {
    /// A healthy client in a local network.
    fn default() -> Self {
        Self {
            client: Plan::new(),
            rtt: ms(1.0),
            hidden: Duration::ZERO,
            rate: None,
            tls: None,
            session: TlsSession {
                version: "TLSv1.3".to_owned(),
                resumed: false,
                certificates: Bytes::new(800),
            },
            lookup: None,
            lifetime: None,
            detour: Duration::ZERO,
            one_syn_lost_in: None,
            service: ms(2.0),
            spread: 0.05,
            one_slow_in: None,
            body: Bytes::new(600),
            packed: None,
            sample: None,
            content_type: "application/json",
            server: None,
            server_keeps: true,
            server_time: None,
            request: Writes::Whole,
            answer: Writes::Whole,
            server_pauses: Duration::ZERO,
            smoothed: None,
            queue_under_load: Duration::ZERO,
            pool_wait: Duration::ZERO,
            kernel_tells: true,
            calls: 60,
            singles: 10,
        }
    }
}

/// One call to make.
#[derive(Debug, Clone, Copy)]
struct Call {
    index: u64,
    earlier: u64,
    compressed: bool,
    loaded: bool,
}

impl World {
    /// What would be measured.
    pub(crate) fn facts(&self) -> Facts {
        let settings = self.client.settings();
        let asks = !settings.http.accept_encoding.is_empty();
        let keeps = settings.http.keep_alive.is_on() && self.server_keeps;
        // Two connections at the start, then they are kept.
        let earlier = |index: u64| if keeps { index / 2 } else { 0 };
        let exchanges: Vec<Exchange> = (0..self.calls)
            .map(|index| {
                self.call(Call {
                    index,
                    earlier: earlier(index),
                    compressed: asks,
                    loaded: true,
                })
            })
            .collect();
        let single = |compressed, kept: u64| {
            let keeps = u64::from(self.server_keeps) * kept;
            (0..self.singles)
                .map(|index| {
                    self.call(Call {
                        index,
                        earlier: index * keeps,
                        compressed,
                        loaded: false,
                    })
                })
                .collect()
        };
        Facts {
            client: self.client.clone(),
            asking: Asking::default(),
            baseline: Baseline {
                exchanges,
                beside: Vec::new(),
                window: Duration::from_millis(100 * self.calls),
            },
            survey: Survey {
                fresh: single(false, 0),
                warm: single(false, 1),
                encoded: single(true, 1),
                sample: self.sample,
                request: None,
                ..Survey::default()
            },
            may_have_bbr: None,
        }
    }

    fn call(&self, call: Call) -> Exchange {
        let settings = self.client.settings();
        let gap = self.gap(call, &settings);
        Exchange {
            begun: call.loaded.then(|| Duration::from_millis(100 * call.index)),
            asked: Some(Asked {
                resource: Some(1),
                head: Bytes::new(120),
                ..Asked::default()
            }),
            lateness: Duration::ZERO,
            timeline: self.timeline(call, &settings),
            outcome: Outcome::Answered(200),
            traffic: Traffic {
                sent: Bytes::new(300),
                received: self.wire(call) + Bytes::new(200),
                body: self.wire(call),
                decoded: self.body,
                longest_gap: gap,
                held: self
                    .kernel_tells
                    .then(|| Bytes::new(if self.holds(&settings) { 120 } else { 0 })),
            },
            connection: Some(ConnectionUse {
                id: 1 + call.index % 2,
                earlier: call.earlier,
                age: Duration::ZERO,
                protocol: Protocol::Http1,
                tls: self.tls.map(|_| self.session.clone()),
                nodelay: self.kernel_tells.then(|| settings.tcp.nodelay.is_on()),
                congestion_control: settings.tcp.congestion_control,
                opening: (call.earlier == 0).then(|| self.opening(call)),
            }),
            answer: Some(Answer {
                encoding: (call.compressed && self.packed.is_some()).then(|| "gzip".to_owned()),
                content_type: Some(self.content_type.to_owned()),
                server: self.server.map(str::to_owned),
                closes: !self.server_keeps || !settings.http.keep_alive.is_on(),
                server_time: self.server_time,
                cut: false,
                keepable: None,
                came_from: None,
            }),
            path: self.kernel_tells.then(|| {
                Box::new(PathSample {
                    rtt: Some(self.smoothed.unwrap_or(self.rtt)),
                    min_rtt: Some(self.rtt),
                    mss: Some(Bytes::new(1448)),
                    ..PathSample::default()
                })
            }),
            path_before: None,
            arrivals: Arrivals::default(),
            stamps: None,
            journey: Journey::default(),
        }
    }

    /// The phases one after the other.
    fn timeline(&self, call: Call, settings: &Settings) -> Timeline {
        let new = call.earlier == 0;
        let mut phases: Vec<(Phase, Duration)> = Vec::new();
        if call.loaded && !self.pool_wait.is_zero() {
            phases.push((Phase::Queue, self.pool_wait));
        }
        if new {
            phases.extend(self.lookup.map(|time| (Phase::Dns, time)));
            phases.push((Phase::Connect, self.detour + self.resent(call) + self.rtt));
            phases.extend(self.tls.map(|time| (Phase::Tls, time)));
        }
        phases.push((Phase::Send, Duration::from_micros(10)));
        phases.push((Phase::Wait, self.wait(call, settings)));
        let receive = self.rate.map_or(Duration::from_micros(20), |rate| {
            self.wire(call).saturating_sub(SEGMENT) / rate
        });
        phases.push((Phase::Receive, receive + self.gap(call, settings)));
        let mut timeline = Timeline::new();
        phases
            .into_iter()
            .fold(Duration::ZERO, |start, (phase, length)| {
                timeline.mark(phase, start, start + length);
                start + length
            });
        timeline
    }

    fn opening(&self, call: Call) -> Opening {
        Opening {
            lifetime: self.lookup.and(self.lifetime),
            silent: u32::from(!self.detour.is_zero()),
            detour: self.detour,
            syn_retransmits: self
                .kernel_tells
                .then(|| u32::from(!self.resent(call).is_zero())),
        }
    }

    /// What waiting for the second try of a lost first segment takes.
    fn resent(&self, call: Call) -> Duration {
        let lost = |every: u64| call.loaded && call.index % every == every - 1;
        if self.one_syn_lost_in.is_some_and(lost) {
            SYN_TIMEOUT
        } else {
            Duration::ZERO
        }
    }

    fn wait(&self, call: Call, settings: &Settings) -> Duration {
        let mut wait = self.rtt + self.hidden + self.work(call.index);
        // The wait is over when the first segment is there.
        wait += self
            .rate
            .map_or(Duration::ZERO, |rate| self.wire(call).min(SEGMENT) / rate);
        if call.earlier == 0 && self.tls.is_none() {
            // The relay opens its own connection.
            wait += self.hidden;
        }
        if self.holds(settings) {
            wait += self.rtt;
            if call.earlier > 0 {
                wait += DELAYED_ACK;
            }
        }
        if call.loaded {
            wait += self.queue_under_load;
        }
        wait
    }

    /// The service time, spread evenly by the index.
    fn work(&self, index: u64) -> Duration {
        if let Some((every, slow)) = self.one_slow_in
            && index % every == every - 1
        {
            return slow;
        }
        let place = f64::from(u32::try_from(index * 37 % 41).unwrap_or(0)) / 20.0 - 1.0;
        self.service.mul_f64((1.0 + self.spread * place).max(0.0))
    }

    fn gap(&self, call: Call, settings: &Settings) -> Duration {
        let stalls =
            self.answer == Writes::Pieces && call.earlier > 0 && !settings.tcp.quickack.is_on();
        let stall = if stalls {
            self.rtt + DELAYED_ACK
        } else {
            Duration::ZERO
        };
        stall + self.server_pauses
    }

    fn holds(&self, settings: &Settings) -> bool {
        self.request == Writes::Pieces && !settings.tcp.nodelay.is_on()
    }

    fn wire(&self, call: Call) -> Bytes {
        self.packed.filter(|_| call.compressed).unwrap_or(self.body)
    }
}
