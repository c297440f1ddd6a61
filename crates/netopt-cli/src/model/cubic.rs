//! `netopt model cubic`: mean window and rate at a loss ratio, and how the window grows back after a loss.

use std::time::Duration;

use clap::{ArgGroup, Args};
use netopt_core::model::congestion::{cubic, reno};
use netopt_core::unit::{BitRate, Bytes, Ratio, Segments};

use super::response::{self, Asked};
use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit};
use crate::args::model_values::{self as values, MSS};
use crate::exit::Fault;

/// CUBIC's response to loss.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("asked").required(true).multiple(true),
    after_help = "Examples: netopt model cubic --rtt 100ms --loss 0.01% --plot\n          \
        netopt model cubic --rtt 100ms --rate 10gbit\n          netopt model cubic --rtt \
        100ms --peak 100 --plot"
)]
pub(crate) struct Cubic {
    /// Round trip while the transfer runs
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Share of the segments that are lost
    #[arg(long, value_name = "SHARE", value_parser = values::some_share, group = "asked")]
    loss: Option<Ratio>,
    /// A rate that is wanted: how little loss does it take?
    #[arg(long, value_name = "RATE", group = "asked")]
    rate: Option<BitRate>,
    /// Segments in the window when a loss comes: how does it grow back?
    #[arg(long, value_name = "SEGMENTS", value_parser = values::window, group = "asked")]
    peak: Option<Segments>,
    /// Steepness of the cubic function in segments/s³
    #[arg(long, value_name = "C", default_value = "0.4", value_parser = scale)]
    c: cubic::Scale,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    mss: Bytes,
}

fn scale(text: &str) -> Result<cubic::Scale, String> {
    let c = values::positive(text)?;
    cubic::Scale::new(c).ok_or_else(|| format!("\"{text}\" is not a number above 0"))
}

impl Cubic {
    /// The mean window by loss; with a peak, the window by the time since its loss.
    fn curve(&self, asked: &Asked, window: Option<Segments>) -> Curve {
        if let Some((peak, growth)) = self.growth() {
            let end = growth.rise().as_secs_f64() * 1.6;
            let axes = Curve::new(
                "CUBIC after a loss",
                Axis::linear("time", "time since the loss", Unit::Time),
                Axis::linear("window", "window, segments", Unit::Segments),
            );
            return axes
                .function("window", (0.0, end.max(1e-3)), |age| {
                    Some(growth.at(Duration::try_from_secs_f64(age).ok()?).get())
                })
                .here(growth.rise().as_secs_f64(), peak.get());
        }
        let span = response::span(self.loss);
        let at = |of: &dyn Fn(Ratio) -> Option<Segments>, loss| Some(of(Ratio::new(loss)?)?.get());
        let curve = response::axes("Mean window by loss")
            .function("cubic", span, |loss| {
                at(&|loss| cubic::steady_window(self.c, loss, self.rtt), loss)
            })
            .function("reno", span, |loss| at(&reno::response, loss));
        asked.here(curve, window)
    }

    fn growth(&self) -> Option<(Segments, cubic::Curve)> {
        let peak = self.peak?;
        let start = Segments::new(peak.get() * cubic::BETA)?;
        Some((peak, cubic::Curve::new(self.c, peak, start)))
    }
}

/// Where the window is after a loss, and when it is back.
fn regrowth(growth: &cubic::Curve) -> [Quantity; 2] {
    let after = growth.at(Duration::ZERO);
    [
        Quantity::segments("after_loss", "right after the loss", after),
        Quantity::time("rise", "back at the peak after", growth.rise()),
    ]
}

impl Formula for Cubic {
    fn answer(&self) -> Result<Answer, Fault> {
        let asked = Asked {
            rtt: self.rtt,
            mss: self.mss,
            loss: self.loss,
            rate: self.rate,
        };
        let window = self
            .loss
            .and_then(|loss| cubic::steady_window(self.c, loss, self.rtt));
        let alone = self
            .loss
            .and_then(|loss| cubic::average_window(self.c, loss, self.rtt));
        let allowed = asked
            .window_of_rate()
            .and_then(|window| cubic::required_loss(self.c, window, self.rtt));
        let mut given = asked.given();
        given.extend(
            self.peak
                .map(|peak| Quantity::segments("peak", "window at the loss", peak)),
        );
        given.push(Quantity::number("c", "C", self.c.get()));
        let mut results = asked.of_loss(window);
        if self.loss.is_some() {
            results.push(
                Quantity::segments("cubic_window", "cubic function alone", alone)
                    .meaning("where Reno is faster, CUBIC follows Reno"),
            );
        }
        results.extend(asked.of_rate(allowed));
        let mut says = asked.sentence("CUBIC", window, allowed);
        if let Some((peak, growth)) = self.growth() {
            let told = format!(
                "after a loss at {} CUBIC is back there in {}",
                Amount::segments(peak),
                Amount::time(growth.rise())
            );
            says = if says.is_empty() {
                told
            } else {
                format!("{says}; {told}")
            };
            results.extend(regrowth(&growth));
        }
        Ok(Answer::of("cubic", "RFC 9438 sections 4.2, 5.1 and 5.2")
            .given(given)
            .results(results)
            .says(says)
            .valid(response::validity(self.loss))
            .holds_for(
                "long transfers, one loss every so many segments, no timeouts: up \
                 to about 2 % loss",
            )
            .curve(self.curve(&asked, window)))
    }
}
