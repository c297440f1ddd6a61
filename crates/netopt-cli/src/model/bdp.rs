//! `netopt model bdp`: what a path holds in flight.

use std::time::Duration;

use clap::Args;
use netopt_core::model::window;
use netopt_core::unit::{BitRate, Bytes};

use super::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::model_values::{self as values, MSS};
use crate::exit::Fault;

/// What a path holds.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model bdp --rate 1gbit --rtt 80ms --plot")]
pub(crate) struct Bdp {
    /// Rate of the slowest line
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    mss: Bytes,
}

impl Formula for Bdp {
    fn answer(&self) -> Result<Answer, Fault> {
        let held = window::bandwidth_delay_product(self.rate, self.rtt);
        let seconds = self.rtt.as_secs_f64();
        let curve = Curve::new(
            "What a path holds in flight",
            Axis::log("rtt", "round trip", Unit::Time),
            Axis::log("bdp", "in flight", Unit::Data),
        )
        .function("bdp", decades(seconds, 1e-3, 0.3), |rtt| {
            let rtt = Duration::try_from_secs_f64(rtt).ok()?;
            Some(window::bandwidth_delay_product(self.rate, rtt).bits() / 8.0)
        })
        .here(seconds, held.bits() / 8.0);
        let data = Quantity::data("bdp", "in flight", held);
        let says = format!(
            "{} in flight fill the line; a smaller window or buffer leaves it idle part of \
             the time",
            data.amount()
        );
        let shift = window::scale_shift(held);
        let mut answer = Answer::of("bdp", "rate times delay, RFC 7323 section 1.1")
            .given([
                Quantity::rate("rate", "rate", self.rate),
                Quantity::time("rtt", "round trip", self.rtt),
                Quantity::data("mss", "segment", self.mss),
            ])
            .results([
                data,
                Quantity::of(
                    Unit::Segments,
                    "bdp",
                    "that is",
                    held.bits() / self.mss.bits(),
                ),
                Quantity::of(
                    Unit::Number,
                    "scale_shift",
                    "window scale shift",
                    shift.map(f64::from),
                )
                .meaning("the least with which a window of that size can be announced"),
            ])
            .says(says)
            .holds_for(
                "the round trip of the empty path; one with a queue in it counts the queue too",
            )
            .curve(curve);
        if shift.is_none() {
            answer = answer.note(format!(
                "no single connection can announce a window above {}; ask `netopt model \
                 window` how many fill the path",
                window::LARGEST
            ));
        }
        Ok(answer)
    }
}
