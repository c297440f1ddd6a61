//! `netopt model little`: calls present, arrivals and time; two of them give the third.

use std::time::Duration;

use clap::Args;
use netopt_core::model::queueing::Erlangs;
use netopt_core::unit::PerSecond;

use super::{Answer, Formula, Quantity};
use crate::args::model_values as values;
use crate::exit::Fault;

/// Little's law.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: netopt model little --arrivals 20/s --time 500ms\n          \
        netopt model little --present 10 --arrivals 20/s"
)]
pub(crate) struct Little {
    /// Calls a second
    #[arg(long, value_name = "RATE", value_parser = values::events)]
    arrivals: Option<PerSecond>,
    /// How long each stays on average
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    time: Option<Duration>,
    /// Calls present on average
    #[arg(long, value_name = "N", value_parser = values::load)]
    present: Option<Erlangs>,
}

impl Formula for Little {
    fn answer(&self) -> Result<Answer, Fault> {
        let present = |load: Erlangs| Quantity::number("present", "present", load.get());
        let arrivals = |rate| Quantity::per_second("arrivals", "arrivals", rate);
        let time = |time| Quantity::time("time", "time", time);
        let (given, result, says) = match (self.arrivals, self.time, self.present) {
            (Some(rate), Some(stay), None) => {
                let result = present(Erlangs::of(rate, stay));
                let says = format!("{} calls are there at once on average", result.amount());
                ([arrivals(Some(rate)), time(Some(stay))], result, says)
            }
            (Some(rate), None, Some(load)) => {
                let result = time(load.time(rate));
                let says = format!("each stays for {} on average", result.amount());
                ([arrivals(Some(rate)), present(load)], result, says)
            }
            (None, Some(stay), Some(load)) => {
                let result = arrivals(load.arrivals(stay));
                let says = format!("{} keep that many there", result.amount());
                ([time(Some(stay)), present(load)], result, says)
            }
            _ => {
                return Err(Fault::usage(
                    "give two of --arrivals, --time and --present; Little's law says the third",
                ));
            }
        };
        Ok(
            Answer::of("little", "N = λT, Little, Operations Research 9(3), 1961")
                .given(given)
                .results([result])
                .says(says)
                .holds_for(
                    "means over a long time, whatever the distributions and the order of service",
                ),
        )
    }
}
