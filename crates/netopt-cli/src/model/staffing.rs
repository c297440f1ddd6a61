//! `netopt model staffing`: how many servers a load takes, exactly and by the square-root rule.

use clap::Args;
use netopt_core::model::pool;
use netopt_core::model::queueing::{Erlangs, beta_for, refined_servers_for, servers_for};
use netopt_core::unit::Ratio;

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::OfferedArgs;
use crate::args::model_values as values;
use crate::exit::Fault;

/// Square-root staffing.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model staffing --load 100 --wait 1% --plot")]
pub(crate) struct Staffing {
    #[command(flatten)]
    offered: OfferedArgs,
    /// Share of the calls that may wait
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = values::inner_share)]
    wait: Ratio,
}

impl Formula for Staffing {
    fn answer(&self) -> Result<Answer, Fault> {
        let load = self.offered.checked()?;
        let count = |servers: Option<u32>| servers.map(f64::from);
        let exact = |load| pool::size_for(load, self.wait).map(|size| f64::from(size.get()));
        let by = |rule: &dyn Fn(Erlangs) -> Option<f64>, load: f64| rule(Erlangs::new(load)?);
        let span = decades(load.get(), 1.0, 100.0);
        let span = (span.0, span.1.min(values::MOST_LOAD));
        let curve = Curve::new(
            "Servers for a load",
            Axis::log("load", "offered load", Unit::Number),
            Axis::log("servers", "servers", Unit::Number),
        )
        .function("exact", span, |load| by(&exact, load))
        .function("square-root rule", span, |load| {
            by(&|load| count(servers_for(load, self.wait)), load)
        })
        .function("load alone", span, Some)
        .here(load.get(), exact(load));
        let mut given = self.offered.given();
        given.push(Quantity::share("wait", "may wait", self.wait));
        let shown = Quantity::of(Unit::Number, "servers", "servers", exact(load))
            .meaning("exact, Erlang C");
        let says = format!(
            "{} servers, {} more than are busy on average; the surplus grows only with the \
             root of the load",
            shown.amount(),
            Amount::of(Unit::Number, exact(load).map(|size| size - load.get()))
        );
        Ok(Answer::of(
            "staffing",
            "Halfin and Whitt, Operations Research 29(3), 1981; \
             refined: Janssen, van Leeuwaarden, Zwart, Operations Research 59(6), 2011",
        )
        .given(given)
        .results([
            shown,
            Quantity::of(
                Unit::Number,
                "square_root",
                "square-root rule",
                count(servers_for(load, self.wait)),
            )
            .meaning("load + β·√load"),
            Quantity::of(
                Unit::Number,
                "refined",
                "refined rule",
                count(refined_servers_for(load, self.wait)),
            )
            .meaning("with the next term"),
            Quantity::of(Unit::Number, "beta", "β", beta_for(self.wait)),
        ])
        .says(says)
        .holds_for(
            "Poisson arrivals; the rule from a load of about 5, where it is one or \
             two too low at 1 %",
        )
        .curve(curve))
    }
}
