//! One message in packets over nodes that forward whole packets only.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use netopt_core::model::message_size::Length;
use netopt_core::model::message_size::store_and_forward::{Split, StoreAndForward};
use netopt_core::unit::{BitRate, Bytes, parse_duration};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Answer, Axis, Curve, Formula, Quantity, Unit};

/// Store and forward.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model message-size store-and-forward --message 1MB --links \
        4 --rate 100mbit --plot"
)]
pub(crate) struct StoreAndForwardArgs {
    /// The whole message, without headers
    #[arg(long, value_name = "SIZE", value_parser = values::some_message)]
    message: Bytes,
    /// Header of each packet
    #[arg(long, value_name = "SIZE", default_value = "40B", value_parser = values::some_data)]
    header: Bytes,
    /// Links from end to end
    #[arg(long, value_name = "N", default_value = "3", value_parser = values::count::<1_000>)]
    links: NonZeroU32,
    /// Rate of each link
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// One way through all links, empty
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    propagation: Duration,
}

impl Formula for StoreAndForwardArgs {
    fn answer(&self) -> Result<Answer, Fault> {
        let path = StoreAndForward {
            message: self.message,
            header: self.header,
            links: self.links.get(),
            rate: self.rate,
            propagation: self.propagation,
        };
        let best = path.best_split();
        let optimum = path.optimum();
        let bytes = |length: Length| length.bits() / 8.0;
        let whole = path.time(Length::from(self.message));
        let curve = Curve::new(
            "Time by payload of a packet",
            Axis::log("payload", "payload", Unit::Data),
            Axis::log("time", "time", Unit::Time),
        )
        .function("time", (1.0, self.message.bits() / 8.0), |payload| {
            Some(path.time(Length::from_bytes(payload)?)?.as_secs_f64())
        })
        .here(
            optimum.map_or(0.0, bytes),
            optimum
                .and_then(|payload| path.time(payload))
                .map(|time| time.as_secs_f64()),
        );
        let payload = Quantity::data("payload", "payload", best.map(|split: Split| split.payload));
        let why = if self.links.get() == 1 {
            "no node waits for it, and each further packet would be one more header"
        } else {
            "larger ones make nodes wait, smaller ones are mostly header"
        };
        let says = format!("packets of {} are fastest: {why}", payload.amount());
        Ok(Answer::of(
            "message-size store-and-forward",
            "√(message·header/(links−1)); Kurose and Ross, Computer Networking, section 1.3.1",
        )
        .given([
            Quantity::data("message", "message", self.message),
            Quantity::data("header", "header", self.header),
            Quantity::number("links", "links", self.links.get()),
            Quantity::rate("rate", "rate", self.rate),
            Quantity::time("propagation", "propagation", self.propagation),
        ])
        .results([
            Quantity::of(Unit::Data, "optimum", "best payload", optimum.map(bytes)),
            Quantity::time("least_time", "time with it", path.least_time()),
            payload.meaning("in whole packets of whole bytes"),
            Quantity::of(
                Unit::Number,
                "packets",
                "packets",
                best.map(|split| values::real(split.packets)),
            ),
            Quantity::time("time", "time", best.map(|split| split.time)),
            Quantity::time("whole_time", "time in one packet", whole),
        ])
        .says(says)
        .holds_for("links of one rate, nodes that take no time and have nothing else to send")
        .curve(curve))
    }
}
