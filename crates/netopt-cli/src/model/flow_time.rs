//! `netopt model flow-time`: how long a transfer of a given size takes.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use netopt_core::model::flow_time::handshake::{self, SYN_TIMEOUT};
use netopt_core::model::flow_time::under_loss::Transfer;
use netopt_core::model::flow_time::{Path, recurrence};
use netopt_core::model::latency::call::Call;
use netopt_core::unit::{BitRate, Bytes, LONGEST, Ratio};

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades, rounded_data};
use crate::args::Opens;
use crate::args::model_values as values;
use crate::exit::Fault;

/// The time of a transfer.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: netopt model flow-time --data 100kB --rtt 80ms --rate 100mbit \
        --plot\n          netopt model flow-time --data 1MB --rtt 80ms --loss 1%"
)]
pub(crate) struct FlowTime {
    /// What is transferred
    #[arg(long, alias = "size", value_name = "SIZE", value_parser = values::some_data)]
    data: Bytes,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Rate of the bottleneck (default: so high that it does not matter)
    #[arg(long, value_name = "RATE")]
    rate: Option<BitRate>,
    /// Share of the segments that are lost (default: none)
    #[arg(long, value_name = "SHARE", value_parser = values::inner_share)]
    loss: Option<Ratio>,
    /// First retransmission timeout (default: the round trip and 200 ms, as in Linux)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero, requires = "loss")]
    rto: Option<Duration>,
    /// How the call gets its connection
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Opens::Tcp)]
    opening: Opens,
    /// Packets in the first window
    #[arg(long, value_name = "N", default_value = "10", value_parser = values::count::<1_000_000>)]
    initial_window: NonZeroU32,
    /// Payload of a packet
    #[arg(long, alias = "mss", value_name = "SIZE", default_value = "1448B", value_parser = values::mss)]
    payload: Bytes,
    /// Headers of a packet
    #[arg(long, value_name = "SIZE", default_value = "52B")]
    headers: Bytes,
}

impl FlowTime {
    const fn path(&self) -> Path {
        Path {
            payload: self.payload,
            headers: self.headers,
            initial_window: self.initial_window.get() as u64,
            ..Path::new(self.rtt, self.rate)
        }
    }

    /// A whole call that asks with nothing and is answered with the data.
    fn call(&self) -> Option<Duration> {
        let call = Call {
            opening: self.opening.into(),
            ..Call::new(self.path(), self.data)
        };
        Some(call.breakdown()?.total())
    }

    fn under(&self, loss: Ratio, data: Bytes) -> Option<Duration> {
        Some(self.lossy().expect(data, loss)?.total())
    }

    fn lossy(&self) -> Transfer {
        let usual = Transfer::new(self.path());
        Transfer {
            rto: self.rto.unwrap_or(usual.rto),
            ..usual
        }
    }

    fn curve(&self, transfer: Option<Duration>) -> Curve {
        let size = self.data.bits() / 8.0;
        let span = decades(size, 1e3, 1e9);
        let path = self.path();
        let curve = Curve::new(
            "How long a transfer takes",
            Axis::log("data", "data", Unit::Data),
            Axis::log("time", "time", Unit::Time),
        )
        .function("transfer", span, |data| {
            Some(path.one_way(rounded_data(data))?.as_secs_f64())
        });
        let curve = match self.rate {
            Some(rate) => curve.function("the line alone", span, |data| {
                Some(rounded_data(data).bits() / rate.bps())
            }),
            None => curve,
        };
        let curve = match self.loss {
            Some(loss) => curve.function("with loss", span, |data| {
                Some(self.under(loss, rounded_data(data))?.as_secs_f64())
            }),
            None => curve,
        };
        let asked = match self.loss {
            Some(loss) => self.under(loss, self.data),
            None => transfer,
        };
        curve.here(size, asked.map(|time| time.as_secs_f64()))
    }

    fn given(&self) -> Vec<Quantity> {
        let mut given = vec![
            Quantity::data("data", "data", self.data),
            Quantity::time("rtt", "round trip", self.rtt),
        ];
        given.extend(
            self.rate
                .map(|rate| Quantity::rate("rate", "bottleneck", rate)),
        );
        if let Some(loss) = self.loss {
            given.push(Quantity::share("loss", "loss", loss));
            given.push(Quantity::time("rto", "timeout", self.lossy().rto));
        }
        given.extend([
            Quantity::choice("opening", "connection", self.opening.name()),
            Quantity::number("initial_window", "first window", self.initial_window.get())
                .meaning("packets"),
            Quantity::data("payload", "payload", self.payload),
            Quantity::data("headers", "headers", self.headers),
        ]);
        given
    }
}

impl FlowTime {
    /// What loss makes of it.
    fn with_loss(&self, loss: Ratio, answer: Answer) -> Answer {
        let transfer = self.lossy();
        let expected = transfer.expect(self.data, loss);
        let total = expected.map(|parts| parts.total());
        let without = expected.map(|parts| parts.without_loss);
        let connect = handshake::expected(self.rtt, SYN_TIMEOUT, loss, loss);
        answer
            .results([
                Quantity::time("expected", "expected with loss", total)
                    .meaning("first byte sent to last byte received"),
                Quantity::time(
                    "repair",
                    "repairing a loss",
                    expected.map(|parts| parts.repair),
                ),
                Quantity::time("slower", "slower rest", expected.map(|parts| parts.slower))
                    .meaning("at the rate of a long transfer"),
                Quantity::time("tail", "lost tail", expected.map(|parts| parts.tail))
                    .meaning("one of the last three waits for the timer"),
                Quantity::time("connect", "TCP handshake", connect)
                    .meaning("expected; a lost SYN waits 1 s"),
            ])
            .says(format!(
                "with {} loss {} are expected; without it {}",
                Amount::share(loss),
                Amount::time(total),
                Amount::time(without)
            ))
            .valid(transfer.validity(loss))
    }
}

impl Formula for FlowTime {
    fn answer(&self) -> Result<Answer, Fault> {
        let path = self.path();
        let too_long = || {
            Fault::usage(format!(
                "--data {} takes longer on this path than can be counted, which is 10⁹ s; give less \
                 data or a faster path",
                self.data
            ))
        };
        let course = recurrence::course(&path, self.data).ok_or_else(too_long)?;
        let transfer = path.one_way(self.data).filter(|time| *time < LONGEST);
        let transfer = transfer.ok_or_else(too_long)?;
        let call = self.call().ok_or_else(too_long)?;
        let answer = Answer::of(
            "flow-time",
            "slow start window by window; loss: its costs as in Cardwell, Savage, Anderson, INFOCOM \
             2000, on top",
        )
        .given(self.given())
        .results([
            Quantity::time("transfer", "transfer", transfer)
                .meaning("first byte sent to last byte received"),
            Quantity::time("call", "whole call", call).meaning("with opening and request"),
            Quantity::number("rounds", "windows", values::real(course.rounds)),
            Quantity::time("sending", "line busy", course.sending),
            Quantity::time("stalled", "waiting for windows", course.stalled),
        ])
        .says(format!(
            "{} for the transfer, of which the sender waits {} for windows",
            Amount::time(transfer),
            Amount::time(course.stalled)
        ))
        .holds_for(
            "one flow alone, no pacing of the first window, acknowledgements that are never late; \
             with loss: Reno, up to 1 %, as a magnitude",
        )
        .curve(self.curve(Some(transfer)));
        Ok(match self.loss {
            Some(loss) => self.with_loss(loss, answer),
            None => answer,
        })
    }
}
