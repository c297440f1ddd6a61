//! `netopt model window`: what a window allows, and how many connections fill the path.

use std::time::Duration;

use clap::Args;
use netopt_core::model::window;
use netopt_core::unit::{BitRate, Bytes};

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::model_values::{self as values, MSS};
use crate::exit::Fault;

/// A window.
#[derive(Debug, Args)]
#[command(
    after_help = "It answers what the given values allow.\n\nExamples: netopt model window \
        --window 64KiB --rtt 80ms --rate 1gbit\n          netopt model window --rate \
        100gbit --rtt 300ms"
)]
pub(crate) struct Window {
    /// The window (default: the smaller of --cwnd and --rwnd)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data, conflicts_with_all = ["cwnd", "rwnd"])]
    window: Option<Bytes>,
    /// The sender's congestion window
    #[arg(long, value_name = "SIZE", value_parser = values::some_data, requires = "rwnd")]
    cwnd: Option<Bytes>,
    /// The window that the receiver allows
    #[arg(long, value_name = "SIZE", value_parser = values::some_data, requires = "cwnd")]
    rwnd: Option<Bytes>,
    /// Round trip of the path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Option<Duration>,
    /// Rate of the slowest line
    #[arg(long, value_name = "RATE")]
    rate: Option<BitRate>,
    /// Delay of unsent data that is accepted in the sender's buffer
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = values::above_zero)]
    unsent: Duration,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    mss: Bytes,
}

impl Window {
    fn window(&self) -> Option<Bytes> {
        self.window
            .or_else(|| Some(window::usable(self.cwnd?, self.rwnd?)))
    }

    fn product(&self) -> Option<Bytes> {
        Some(window::bandwidth_delay_product(self.rate?, self.rtt?))
    }

    fn given(&self) -> Vec<Quantity> {
        let data =
            |name, label, data: Option<Bytes>| data.map(|data| Quantity::data(name, label, data));
        let given = [
            data("window", "window", self.window),
            data("cwnd", "congestion window", self.cwnd),
            data("rwnd", "receive window", self.rwnd),
            self.rtt.map(|rtt| Quantity::time("rtt", "round trip", rtt)),
            self.rate.map(|rate| Quantity::rate("rate", "line", rate)),
            data("mss", "segment", Some(self.mss)),
        ];
        given.into_iter().flatten().collect()
    }

    fn results(&self) -> Vec<Quantity> {
        let mut results = Vec::new();
        let shift = |name, label, of| {
            let shift = window::scale_shift(of).map(f64::from);
            Quantity::of(Unit::Number, name, label, shift)
        };
        if let Some(usable) = self.window() {
            results.push(Quantity::data("usable", "usable window", usable));
            results.extend(
                self.limit()
                    .map(|limit| Quantity::rate("rate_limit", "rate allowed", limit)),
            );
            results.push(shift("scale_shift", "window scale shift", usable));
        }
        if let Some(product) = self.product() {
            results.push(Quantity::data("bdp", "window that fills it", product));
            if self.window().is_none() {
                results.push(shift("scale_shift", "window scale shift", product));
            }
            let count = window::connections_to_fill(product, self.fills());
            results.push(
                Quantity::of(
                    Unit::Number,
                    "connections",
                    "connections to fill it",
                    count.map(values::real),
                )
                .meaning(if self.window().is_some() {
                    "with this window each"
                } else {
                    "with the largest window each"
                }),
            );
        }
        if let Some(rate) = self.rate {
            results.push(
                Quantity::data(
                    "unsent",
                    "unsent data to keep",
                    window::unsent_low_water(rate, self.unsent),
                )
                .meaning("TCP_NOTSENT_LOWAT"),
            );
        }
        results.push(
            Quantity::data("initial_window", "first window", window::initial(self.mss))
                .meaning("of a fresh connection, RFC 6928"),
        );
        results
    }

    /// The window of each connection that helps to fill the path.
    fn fills(&self) -> Bytes {
        self.window().unwrap_or(window::LARGEST)
    }

    fn limit(&self) -> Option<BitRate> {
        window::rate_limit(self.window()?, self.rtt?)
    }

    fn sentence(&self) -> String {
        let count = self
            .product()
            .and_then(|product| window::connections_to_fill(product, self.fills()));
        match (self.limit(), self.product(), count) {
            (Some(_), _, Some(1)) => {
                "the window is no limit: one connection fills the line".to_owned()
            }
            (Some(limit), Some(product), Some(count)) => format!(
                "one connection gets {} at the most; the line takes {count} such connections, \
                 or a window of {}",
                Amount::rate(limit),
                Amount::data(product)
            ),
            (Some(limit), ..) => format!("one connection gets {} at the most", Amount::rate(limit)),
            (None, Some(product), _) => {
                format!("a window of {} fills the line", Amount::data(product))
            }
            _ => format!(
                "a fresh connection begins with {}; more takes --rtt with --window or --rate",
                Amount::data(window::initial(self.mss))
            ),
        }
    }

    /// Rate by round trip, if there is a window.
    fn curve(&self) -> Option<Curve> {
        let usable = self.window()?;
        let seconds = self.rtt.map_or(0.01, |rtt| rtt.as_secs_f64());
        let span = decades(seconds, 1e-3, 0.3);
        let curve = Curve::new(
            "What a window allows",
            Axis::log("rtt", "round trip", Unit::Time),
            Axis::log("rate", "rate", Unit::Rate),
        )
        .function("this window", span, |rtt| {
            let rtt = Duration::try_from_secs_f64(rtt).ok()?;
            window::rate_limit(usable, rtt).map(BitRate::bps)
        });
        let curve = match self.rate {
            Some(rate) => curve.function("the line", span, |_| Some(rate.bps())),
            None => curve,
        };
        Some(curve.here(seconds, self.limit().map(BitRate::bps)))
    }
}

impl Formula for Window {
    fn answer(&self) -> Result<Answer, Fault> {
        let mut answer = Answer::of(
            "window",
            "window over round trip; RFC 7323 sections 1.1 and 2, RFC 6928 section 2",
        )
        .given(self.given())
        .results(self.results())
        .says(self.sentence())
        .holds_for("a transfer that always has data to send, and a window that no longer grows");
        answer.curve = self.curve();
        let widest = self.window().max(self.product());
        if widest.is_some_and(|widest| window::scale_shift(widest).is_none()) {
            answer = answer.note(format!(
                "no connection can announce a window above {} (RFC 7323)",
                Amount::data(window::LARGEST)
            ));
        }
        Ok(answer)
    }
}
