//! `netopt model throughput`: what went through in a time, and the share of the line that it used.

use std::time::Duration;

use clap::{ArgGroup, Args};
use netopt_core::model::throughput::{Utilisation, goodput, payload_rate, throughput, utilisation};
use netopt_core::unit::{BitRate, Bytes, Ratio};

use super::{Amount, Answer, Formula, Quantity};
use crate::args::model_values as values;
use crate::exit::Fault;

/// The headers of IPv4 and of TCP with timestamps.
const HEADERS: &str = "52B";

/// Throughput.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("asked").required(true).multiple(true),
    after_help = "Examples: netopt model throughput --data 100MB --time 9s --rate 100mbit\n   \
        netopt model throughput --rate 20mbit --payload 1448B --headers 52B"
)]
pub(crate) struct Throughput {
    /// Data that went through, with what was sent again
    #[arg(long, value_name = "SIZE", requires = "time", group = "asked", value_parser = values::some_data)]
    data: Option<Bytes>,
    /// In which time
    #[arg(long, value_name = "TIME", requires = "data", value_parser = values::above_zero)]
    time: Option<Duration>,
    /// How much of the data was sent again
    #[arg(long, value_name = "SIZE", requires = "data", default_value = "0")]
    again: Bytes,
    /// Rate of the line, to compare with (default: unknown)
    #[arg(long, value_name = "RATE", group = "asked")]
    rate: Option<BitRate>,
    /// Payload of a packet
    #[arg(long, value_name = "SIZE", default_value = "1448B", value_parser = values::mss)]
    payload: Bytes,
    /// Headers that travel with each payload, as far as they count against the line
    #[arg(long, value_name = "SIZE", default_value = HEADERS)]
    headers: Bytes,
}

impl Throughput {
    fn given(&self) -> Vec<Quantity> {
        let mut given = Vec::new();
        if let (Some(data), Some(time)) = (self.data, self.time) {
            given.extend([
                Quantity::data("data", "data", data),
                Quantity::data("again", "of it sent again", self.again),
                Quantity::time("time", "time", time),
            ]);
        }
        if let Some(rate) = self.rate {
            given.extend([
                Quantity::rate("rate", "line", rate),
                Quantity::data("payload", "payload", self.payload),
                Quantity::data("headers", "headers", self.headers),
            ]);
        }
        given
    }
}

/// What went through, and what that says about the line.
fn sentence(through: Option<&Quantity>, used: Option<Utilisation>, most: &Quantity) -> String {
    let Some(through) = through.map(Quantity::amount) else {
        return format!("the line carries {} of payload at the most", most.amount());
    };
    match used {
        Some(Utilisation::Refuted { .. }) => format!(
            "{through} went through, more than the line is said to carry: it is faster than stated"
        ),
        Some(Utilisation::Share(share)) => format!(
            "{through} went through: {} of the line",
            Amount::share(share)
        ),
        None => format!("{through} went through; to tell the share of the line takes its --rate"),
    }
}

impl Formula for Throughput {
    fn answer(&self) -> Result<Answer, Fault> {
        let data = self.data.unwrap_or_default();
        if self.again > data {
            return Err(Fault::usage(format!(
                "--again {} is more than --data {data}; give the part of the data that was \
                 sent again",
                self.again
            )));
        }
        let used = self
            .time
            .and_then(|time| utilisation(data, time, self.rate));
        let most = self
            .rate
            .and_then(|rate| payload_rate(rate, self.payload, self.headers));
        let most = Quantity::rate("payload_limit", "most payload", most);
        let mut results = Vec::new();
        if let Some(time) = self.time {
            results.extend([
                Quantity::rate("throughput", "throughput", throughput(data, time)),
                Quantity::rate("goodput", "goodput", goodput(data, self.again, time)),
                Quantity::share(
                    "again",
                    "sent again",
                    Ratio::of(self.again.get(), data.get()),
                ),
            ]);
        }
        let says = sentence(results.first(), used, &most);
        if self.rate.is_some() {
            let share = used.and_then(Utilisation::share);
            if self.time.is_some() {
                results.push(Quantity::share("utilisation", "utilisation", share));
            }
            results.push(most.meaning("the best goodput that the line allows"));
        }
        Ok(Answer::of(
            "throughput",
            "data over time; goodput RFC 2647 section 3.17",
        )
        .given(self.given())
        .results(results)
        .says(says)
        .holds_for("any transfer; what was idle by choice counts as unused"))
    }
}
