//! How many items to send together: a fixed cost a batch against items that wait.

use std::time::Duration;

use clap::Args;
use netopt_core::model::message_size::batching::Batching;
use netopt_core::unit::{PerSecond, parse_duration};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};

/// Batches.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model message-size batching --arrivals 1000/s --per-batch \
        1ms --per-item 10us --waiting 0.02 --plot"
)]
pub(crate) struct BatchingArgs {
    /// Items a second
    #[arg(long, value_name = "RATE", value_parser = values::events)]
    arrivals: PerSecond,
    /// The sender's time for a batch, whatever is in it
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    per_batch: Duration,
    /// The sender's time for each item
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    per_item: Duration,
    /// Seconds of the sender's time that a second of one item's waiting is worth
    #[arg(long, value_name = "WORTH", value_parser = values::positive)]
    waiting: f64,
}

impl Formula for BatchingArgs {
    fn answer(&self) -> Result<Answer, Fault> {
        let batching = Batching::new(self.arrivals, self.per_batch, self.per_item, self.waiting)
            .ok_or_else(|| {
                Fault::usage(format!(
                    "--waiting {} is not a number above 0",
                    self.waiting
                ))
            })?;
        let optimum = batching.optimum();
        let best = batching.best();
        let middle = optimum.unwrap_or(1.0).max(1.0);
        let curve = Curve::new(
            "Cost by items in a batch",
            Axis::log("items", "items in a batch", Unit::Number),
            Axis::log("cost", "sender's time, waiting counted in", Unit::Share),
        )
        .function("cost", decades(middle, 1.0, 100.0), |size| {
            batching.cost(size)
        })
        .here(middle, batching.cost(middle));
        let shown = Quantity::of(
            Unit::Number,
            "best",
            "items in a batch",
            best.map(values::real),
        );
        let says = if best.is_some() {
            format!("send {} items together", shown.amount())
        } else {
            "the items alone take more time than there is: no batch helps".to_owned()
        };
        Ok(Answer::of(
            "message-size batching",
            "√(2·arrivals·cost/waiting), Harris, Factory 10(2), 1913",
        )
        .given([
            Quantity::per_second("arrivals", "arrivals", self.arrivals),
            Quantity::time("per_batch", "cost of a batch", self.per_batch),
            Quantity::time("per_item", "cost of an item", self.per_item),
            Quantity::number("waiting", "worth of waiting", self.waiting),
        ])
        .results([
            shown.meaning("whole, and the sender keeps up"),
            Quantity::of(Unit::Number, "optimum", "optimum", optimum),
            Quantity::of(
                Unit::Number,
                "stable_above",
                "keeps up above",
                batching.stable_above(),
            ),
            Quantity::of(
                Unit::Share,
                "cost",
                "cost of the optimum",
                optimum.and_then(|size| batching.cost(size)),
            )
            .meaning("of the sender's time, waiting counted in"),
        ])
        .says(says)
        .holds_for("items that come evenly, one sender, a cost of waiting that is the same for all")
        .curve(curve))
    }
}
