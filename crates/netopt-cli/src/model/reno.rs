//! `netopt model reno`: mean window and rate at a loss ratio, or the loss that a rate allows.

use std::time::Duration;

use clap::{ArgGroup, Args};
use netopt_core::model::congestion::reno;
use netopt_core::unit::{BitRate, Bytes, Ratio};

use super::response::{self, Asked};
use super::{Answer, Curve, Formula, Quantity};
use crate::args::model_values::{self as values, MSS};
use crate::exit::Fault;

/// Reno's response to loss.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("asked").required(true).multiple(true),
    after_help = "Examples: netopt model reno --rtt 100ms --loss 0.01%\n          netopt \
        model reno --rtt 100ms --rate 10gbit"
)]
pub(crate) struct Reno {
    /// Round trip while the transfer runs
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Share of the segments that are lost
    #[arg(long, value_name = "SHARE", value_parser = values::some_share, group = "asked")]
    loss: Option<Ratio>,
    /// A rate that is wanted: how little loss does it take?
    #[arg(long, value_name = "RATE", group = "asked")]
    rate: Option<BitRate>,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    mss: Bytes,
}

impl Formula for Reno {
    fn answer(&self) -> Result<Answer, Fault> {
        let asked = Asked {
            rtt: self.rtt,
            mss: self.mss,
            loss: self.loss,
            rate: self.rate,
        };
        let window = self.loss.and_then(reno::response);
        let allowed = asked.window_of_rate().and_then(reno::required_loss);
        let curve: Curve = response::axes("Mean window by loss: Reno").function(
            "reno",
            response::span(self.loss),
            |loss| Some(reno::response(Ratio::new(loss)?)?.get()),
        );
        let mut results: Vec<Quantity> = Vec::new();
        results.extend(asked.of_loss(window));
        results.extend(asked.of_rate(allowed));
        Ok(Answer::of(
            "reno",
            "RFC 5681; mean window 1.2/√loss, RFC 3649 section 2 and RFC 9438 section 5.1",
        )
        .given(asked.given())
        .results(results)
        .says(asked.sentence("Reno", window, allowed))
        .valid(response::validity(self.loss))
        .holds_for(
            "long transfers, one loss every so many segments, no timeouts: up to about 2 % loss",
        )
        .curve(asked.here(curve, window)))
    }
}
