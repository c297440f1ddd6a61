//! One message on one link: there is no best size but as little as possible.

use std::time::Duration;

use clap::Args;
use netopt_core::model::message_size::Length;
use netopt_core::model::message_size::one_link::OneLink;
use netopt_core::unit::{BitRate, Bytes, parse_duration};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};

/// One link.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model message-size one-link --propagation 5ms --rate 1gbit \
        --message 1500B"
)]
pub(crate) struct OneLinkArgs {
    /// The message
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    message: Bytes,
    /// Rate of the link
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// One way through the empty link
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    propagation: Duration,
}

impl Formula for OneLinkArgs {
    fn answer(&self) -> Result<Answer, Fault> {
        let link = OneLink {
            propagation: self.propagation,
            rate: self.rate,
        };
        let message = Length::from(self.message);
        let time = link.time(message);
        let bytes = message.bits() / 8.0;
        let curve = Curve::new(
            "One message on one link",
            Axis::log("message", "message", Unit::Data),
            Axis::log("time", "time", Unit::Time),
        )
        .function("time", decades(bytes, 10.0, 1e7), |bytes| {
            Some(link.time(Length::from_bytes(bytes)?).as_secs_f64())
        })
        .here(bytes, time.as_secs_f64());
        let size = Quantity::share("size", "of it the size's", link.share_of_size(message));
        let says = format!(
            "a smaller message saves {} at the most; the rest is distance",
            size.amount()
        );
        Ok(Answer::of(
            "message-size one-link",
            "T = D/v + L/B, Kurose and Ross, Computer \
             Networking, section 1.4",
        )
        .given([
            Quantity::data("message", "message", self.message),
            Quantity::rate("rate", "rate", self.rate),
            Quantity::time("propagation", "propagation", self.propagation),
        ])
        .results([
            Quantity::time("time", "time", time),
            Quantity::time("bound", "never below", link.bound()),
            size,
        ])
        .says(says)
        .holds_for(
            "one message on an idle link; the time grows with every byte, so no \
             size but the least is best",
        )
        .curve(curve))
    }
}
