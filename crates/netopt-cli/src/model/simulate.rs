//! `netopt model simulate`: flows through a bottleneck, packet by packet.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::sim::{Controller, Flow, Outcome, Scenario, run};
use netopt_core::unit::{BitRate, Bytes};

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Table, Unit};
use crate::args::model_values as values;
use crate::exit::Fault;

mod link;

use link::LinkArgs;

/// Flows that are drawn and told one by one.
const MOST_FLOWS: usize = 32;

/// A simulation.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: netopt model simulate --rate 100mbit --rtt 40ms --flow cubic \
        --flow bbr --plot\n          netopt model simulate --rate 100mbit --rtt 40ms \
        --size 10MB --loss 0.1%\n          netopt model simulate --rate 1gbit --rtt 100ms \
        --flow reno --loss 1% --loss-process episodes"
)]
pub(crate) struct Simulate {
    #[command(flatten)]
    link: LinkArgs,
    /// A flow with this congestion control; give it again for more
    #[arg(
        long = "flow",
        value_enum,
        value_name = "CONTROL",
        default_value = "cubic"
    )]
    flows: Vec<Control>,
    /// How much each flow sends (default: without end)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    size: Option<Bytes>,
    /// Where the run ends
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = values::above_zero)]
    time: Duration,
    /// Packets after which the run is given up; a hundred million take about half a minute
    #[arg(long, value_name = "N", default_value = "10000000", value_parser = values::count::<MOST_PACKETS>)]
    max_packets: NonZeroU32,
    /// Of the losses; same seed, same run
    #[arg(long, value_name = "NUMBER", default_value = "1", value_parser = values::seed)]
    seed: u32,
}

/// As many as core allows.
const MOST_PACKETS: u32 = 100_000_000;
const _: () = assert!(MOST_PACKETS as u64 == Scenario::MAX_PACKETS);

/// Who moves the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Control {
    /// RFC 5681
    Reno,
    /// RFC 9438
    Cubic,
    /// Like version 1 of BBR
    Bbr,
}

impl From<Control> for Controller {
    fn from(control: Control) -> Self {
        match control {
            Control::Reno => Self::Reno,
            Control::Cubic => Self::Cubic,
            Control::Bbr => Self::Bbr,
        }
    }
}

impl Simulate {
    fn scenario(&self) -> Result<Scenario, Fault> {
        if self.flows.len() > MOST_FLOWS {
            return Err(Fault::usage(format!(
                "{} flows are more than {MOST_FLOWS}; give fewer --flow",
                self.flows.len()
            )));
        }
        let flows = self.flows.iter().map(|control| Flow {
            controller: (*control).into(),
            size: self.size,
            ..Flow::default()
        });
        Ok(Scenario {
            seed: self.seed.into(),
            time_limit: self.time,
            packet_limit: self.max_packets.get().into(),
            ..Scenario::new(self.link.bottleneck()?, flows.collect())
        })
    }

    fn run(&self) -> Result<Outcome, Fault> {
        run(&self.scenario()?).map_err(|error| {
            if error.is_packet_limit() {
                return Fault::usage(format!(
                    "this takes more than {} packets; raise --max-packets, or give less --time, \
                     --size or --rate",
                    self.max_packets
                ));
            }
            Fault::usage(format!("cannot simulate this: {error}"))
        })
    }

    fn name(&self, number: usize) -> String {
        let control = self.flows.get(number).copied().unwrap_or(Control::Cubic);
        let name = Controller::from(control).name();
        if self.flows.len() == 1 {
            name.to_owned()
        } else {
            format!("{name} {}", number + 1)
        }
    }

    fn table(&self, outcome: &Outcome) -> Table {
        let columns = [
            ("flow", "flow", None),
            ("goodput", "goodput", Some(Unit::Rate)),
            ("completion", "done after", Some(Unit::Time)),
            ("round_trip_mean", "round trip", Some(Unit::Time)),
            ("retransmissions", "sent again", Some(Unit::Number)),
            ("timeouts", "timeouts", Some(Unit::Number)),
            ("delivered", "delivered", Some(Unit::Data)),
        ];
        let flows = outcome.flows.iter().enumerate();
        flows.fold(Table::of(columns), |table, (number, flow)| {
            table.row([
                self.name(number).as_str().into(),
                flow.goodput.map(BitRate::bps).into(),
                flow.completion.map(|time| time.as_secs_f64()).into(),
                flow.round_trip.map(|times| times.mean.as_secs_f64()).into(),
                values::real(flow.retransmissions).into(),
                values::real(flow.timeouts).into(),
                (flow.delivered.bits() / 8.0).into(),
            ])
        })
    }

    fn curve(&self, outcome: &Outcome) -> Curve {
        let axes = Curve::new(
            "Windows over time",
            Axis::linear("time", "time", Unit::Time),
            Axis::linear("window", "window, segments", Unit::Segments),
        );
        let flows = outcome.flows.iter().enumerate();
        flows.fold(axes, |curve, (number, flow)| {
            let samples = flow.windows.iter();
            let points = samples.map(|sample| (sample.at.as_secs_f64(), sample.window.get()));
            curve.line(self.name(number), points)
        })
    }
}

impl Formula for Simulate {
    fn answer(&self) -> Result<Answer, Fault> {
        let outcome = self.run()?;
        let link = &outcome.bottleneck;
        let used = Quantity::share("utilisation", "line used", link.utilisation);
        let says = format!(
            "the line was used to {}, with a queue of {} at the median",
            used.amount(),
            Amount::time(link.queue_p50)
        );
        let mut given = self.link.given();
        given.extend([
            Quantity::time("time", "time", self.time),
            Quantity::number("seed", "seed", self.seed),
        ]);
        given.extend(
            self.size
                .map(|size| Quantity::data("size", "each sends", size)),
        );
        let mut answer = Answer::of(
            "simulate",
            "discrete-event simulation; RFC 5681, RFC \
             9438, tcp_bbr.c",
        )
        .given(given)
        .results([
            used,
            Quantity::time("queue_p50", "queue p50", link.queue_p50),
            Quantity::time("queue_max", "longest queue", link.queue_max),
            Quantity::share("fairness", "fairness", outcome.fairness()).meaning("Jain's index"),
            Quantity::number("packets", "packets", values::real(link.packets)),
            Quantity::number(
                "overflows",
                "lost in the queue",
                values::real(link.overflows),
            ),
            Quantity::number("losses", "lost at random", values::real(link.losses)),
            Quantity::time("end", "ended after", outcome.end),
        ])
        .says(says)
        .table(self.table(&outcome))
        .holds_for(
            "one bottleneck with a drop-tail queue; no handshake, no reordering, \
             no loss of acknowledgements",
        )
        .curve(self.curve(&outcome));
        if self.size.is_some() && outcome.flows.iter().any(|flow| flow.completion.is_none()) {
            answer = answer.note("not every flow was done when the run ended; give more --time");
        }
        Ok(answer)
    }
}
