//! `netopt model power`: how much to keep in flight, and what a full buffer costs.

use std::time::Duration;

use clap::Args;
use netopt_core::model::queueing::{Pipe, drop_tail_bound};
use netopt_core::unit::{BitRate, Bytes, Ratio};

use super::{Answer, Axis, Curve, Formula, Quantity, Unit, decades, rounded_data};
use crate::args::model_values as values;
use crate::exit::Fault;

/// Kleinrock's power.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model power --rate 20mbit --rtt 40ms --inflight 200kB \
        --buffer 200kB --plot"
)]
pub(crate) struct Power {
    /// Rate of the bottleneck
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Data in flight (default: what is best)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    inflight: Option<Bytes>,
    /// Buffer of the bottleneck, for the longest queue (default: unknown)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    buffer: Option<Bytes>,
}

impl Power {
    const fn pipe(&self) -> Pipe {
        Pipe {
            rate: self.rate,
            round_trip: self.rtt,
        }
    }

    fn curve(&self, inflight: Bytes) -> Curve {
        let pipe = self.pipe();
        let best = pipe.best_inflight().bits() / 8.0;
        let span = decades(inflight.bits() / 8.0, best / 20.0, best * 20.0);
        Curve::new(
            "What data in flight is worth",
            Axis::log("inflight", "in flight", Unit::Data),
            Axis::linear("share", "share of the best", Unit::Share),
        )
        .function("power", span, |inflight| {
            pipe.power_at(rounded_data(inflight)).map(Ratio::get)
        })
        .function("throughput", span, |inflight| {
            Some(pipe.throughput_at(rounded_data(inflight))?.bps() / self.rate.bps())
        })
        .here(
            inflight.bits() / 8.0,
            pipe.power_at(inflight).map(Ratio::get),
        )
    }
}

impl Formula for Power {
    fn answer(&self) -> Result<Answer, Fault> {
        let pipe = self.pipe();
        let best = pipe.best_inflight();
        let inflight = self.inflight.unwrap_or(best);
        let round_trip = pipe.round_trip_at(inflight);
        let queue = round_trip.saturating_sub(self.rtt);
        let mut given = vec![
            Quantity::rate("rate", "bottleneck", self.rate),
            Quantity::time("rtt", "empty round trip", self.rtt),
            Quantity::data("inflight", "in flight", inflight),
        ];
        given.extend(
            self.buffer
                .map(|buffer| Quantity::data("buffer", "buffer", buffer)),
        );
        let best = Quantity::data("best_inflight", "best in flight", best);
        let says = format!(
            "keep {} in flight: less leaves the line idle, more only waits in the queue",
            best.amount()
        );
        let mut results = vec![
            best,
            Quantity::rate("throughput", "throughput", pipe.throughput_at(inflight)),
            Quantity::time("round_trip", "round trip", round_trip),
            Quantity::time("queue", "of it in the queue", queue),
            Quantity::share("power", "power", pipe.power_at(inflight)).meaning("of the most"),
        ];
        results.extend(self.buffer.map(|buffer| {
            Quantity::time(
                "queue_limit",
                "full buffer adds",
                drop_tail_bound(buffer, self.rate),
            )
            .meaning("to each round trip")
        }));
        Ok(
            Answer::of("power", "Kleinrock, ICC 1979: throughput over delay")
                .given(given)
                .results(results)
                .says(says)
                .holds_for(
                    "a path whose rate and delay do not vary; variation asks for a little \
                     more in flight",
                )
                .curve(self.curve(inflight)),
        )
    }
}
