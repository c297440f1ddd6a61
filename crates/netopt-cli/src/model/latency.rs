//! `netopt model latency`: what a call should take, term by term.

use std::time::Duration;

use clap::{ArgGroup, Args};
use netopt_core::model::flow_time::Path;
use netopt_core::model::latency::call::{Before, Call};
use netopt_core::model::latency::hop::Hop;
use netopt_core::model::latency::propagation::{Distance, Speed, round_trip};
use netopt_core::model::latency::{Breakdown, Term};
use netopt_core::unit::{BitRate, Bytes, LONGEST, Ratio, parse_duration};

use super::{Amount, Answer, Formula, Quantity};
use crate::args::{Opens, model_values as values};
use crate::exit::Fault;

/// A predicted call.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("way").required(true),
    after_help = "With --packet it is one packet over one hop, one way.\n\nExamples: netopt \
        model latency --rtt 80ms --rate 100mbit --response 100kB --opening tls1.3\n       \
        netopt model latency --distance 5600km --rate 1gbit\n          netopt model \
        latency --distance 1000km --rate 1gbit --packet 1500B"
)]
pub(crate) struct Latency {
    #[command(flatten)]
    path: PathArgs,
    #[command(flatten)]
    sizes: SizeArgs,
    /// How the call gets its connection
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Opens::Tls13)]
    opening: Opens,
    /// The server's work
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    processing: Duration,
    /// Waiting in queues of the path
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    queuing: Duration,
    /// Looking up the name (default: nobody is asked)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    dns: Option<Duration>,
    /// Waiting for a place in the pool (default: none)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pool_wait: Option<Duration>,
}

/// The way to the server.
#[derive(Debug, Clone, Args)]
struct PathArgs {
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero, group = "way")]
    rtt: Option<Duration>,
    /// Instead: how far it is, such as 5600km of fibre
    #[arg(long, value_name = "DISTANCE", group = "way")]
    distance: Option<Distance>,
    /// Rate of the slowest line
    #[arg(long, value_name = "RATE", default_value = "1gbit")]
    rate: BitRate,
    /// Rate on the way to the server (default: --rate)
    #[arg(long, value_name = "RATE")]
    up: Option<BitRate>,
    /// Rate on the way back (default: --rate)
    #[arg(long, value_name = "RATE")]
    down: Option<BitRate>,
}

/// What is carried.
#[derive(Debug, Clone, Args)]
struct SizeArgs {
    /// The request with its head
    #[arg(long, value_name = "SIZE", default_value = "500B")]
    request: Bytes,
    /// The answer with its head
    #[arg(long, value_name = "SIZE", default_value = "2kB")]
    response: Bytes,
    /// Instead of a call, one packet over one hop
    #[arg(long, value_name = "SIZE", requires = "distance", value_parser = values::some_data)]
    packet: Option<Bytes>,
}

impl Latency {
    fn rtt(&self) -> Duration {
        let far = |distance| round_trip(distance, Speed::FIBRE);
        self.path
            .rtt
            .unwrap_or_else(|| self.path.distance.map(far).unwrap_or_default())
    }

    /// Divisions of units end at the longest time, and that is no answer.
    fn check_times(&self) -> Result<(), Fault> {
        let far = |distance: &Distance| *distance / Speed::FIBRE >= LONGEST;
        if let Some(distance) = self.path.distance.filter(far) {
            return Err(Fault::usage(format!(
                "--distance {distance} takes longer than can be counted, which is 10⁹ s; give a \
                 shorter one"
            )));
        }
        let slow = |packet: &Bytes| *packet / self.path.rate >= LONGEST;
        if let Some(packet) = self.sizes.packet.filter(slow) {
            return Err(Fault::usage(format!(
                "--packet {packet} takes longer at --rate {} than can be counted, which is 10⁹ s; \
                 give a smaller one or a faster line",
                self.path.rate
            )));
        }
        Ok(())
    }

    fn of_call(&self) -> Result<Answer, Fault> {
        let (up, down) = (
            self.path.up.unwrap_or(self.path.rate),
            self.path.down.unwrap_or(self.path.rate),
        );
        let call = Call {
            up: Some(up),
            request: self.sizes.request,
            processing: self.processing,
            queuing: self.queuing,
            opening: self.opening.into(),
            before: Before {
                dns: self.dns,
                pool_wait: self.pool_wait,
            },
            ..Call::new(Path::new(self.rtt(), Some(down)), self.sizes.response)
        };
        let breakdown = call.breakdown().ok_or_else(|| {
            Fault::usage(format!(
                "--request {} or --response {} takes longer on this path than can be counted, \
                 which is 10⁹ s; give less data or a faster path",
                self.sizes.request, self.sizes.response
            ))
        })?;
        Ok(Answer::of(
            "latency",
            "the sum of its terms; first window RFC 6928, handshakes RFC 9293 and RFC 8446",
        )
        .given([
            Quantity::time("rtt", "round trip", self.rtt()),
            Quantity::rate("up", "rate there", up),
            Quantity::rate("down", "rate back", down),
            Quantity::data("request", "request", self.sizes.request),
            Quantity::data("response", "response", self.sizes.response),
            Quantity::choice("opening", "connection", self.opening.name()),
        ])
        .results(terms(&breakdown))
        .says(sentence(&breakdown, "the call"))
        .holds_for("a path without loss; with loss ask `netopt model flow-time`"))
    }

    fn of_hop(&self, distance: Distance, packet: Bytes) -> Answer {
        let breakdown = Hop {
            distance,
            speed: Speed::FIBRE,
            packet,
            rate: self.path.rate,
            processing: self.processing,
            queuing: self.queuing,
        }
        .breakdown();
        Answer::of(
            "latency",
            "Kurose and Ross, Computer Networking, section 1.4.1",
        )
        .given([
            Quantity::choice("distance", "distance", distance.to_string()),
            Quantity::data("packet", "packet", packet),
            Quantity::rate("rate", "rate", self.path.rate),
        ])
        .results(terms(&breakdown))
        .says(sentence(&breakdown, "the packet"))
        .holds_for("one packet over one hop, one way, through fibre")
    }
}

/// A line for each term that happens, and their sum.
fn terms(breakdown: &Breakdown) -> Vec<Quantity> {
    let total = breakdown.total();
    let share = |time: Duration| {
        let share = Ratio::new(time.as_secs_f64() / total.as_secs_f64());
        share.map_or_else(String::new, |share| Amount::share(share).to_string())
    };
    let mut results: Vec<Quantity> = Term::ALL
        .into_iter()
        .filter_map(|term| {
            let time = breakdown.term(term)?;
            let quantity = Quantity::time(term.name(), told(term), time);
            Some(quantity.meaning(share(time)))
        })
        .collect();
    results.push(Quantity::time("total", "total", total));
    results
}

/// What people call the term.
const fn told(term: Term) -> &'static str {
    match term {
        Term::Dns => "name lookup",
        Term::Connect => "TCP handshake",
        Term::Tls => "TLS handshake",
        Term::PoolWait => "waiting for the pool",
        Term::Propagation => "propagation",
        Term::Transmission => "transmission",
        Term::Queuing => "queuing",
        Term::Processing => "processing",
        Term::Rounds => "extra round trips",
    }
}

/// The total, and the term that counts most.
fn sentence(breakdown: &Breakdown, who: &str) -> String {
    let terms = Term::ALL.into_iter();
    let most = terms.max_by_key(|term| breakdown.term(*term).unwrap_or_default());
    let show = |time| Amount::time(time);
    format!(
        "{who} takes {}, most of it for {}",
        show(breakdown.total()),
        most.map_or("nothing", told)
    )
}

impl Formula for Latency {
    fn answer(&self) -> Result<Answer, Fault> {
        self.check_times()?;
        match (self.sizes.packet, self.path.distance) {
            (Some(packet), Some(distance)) => Ok(self.of_hop(distance, packet)),
            _ => self.of_call(),
        }
    }
}
