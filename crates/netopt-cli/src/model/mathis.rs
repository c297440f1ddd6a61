//! `netopt model mathis`: the square-root law.

use clap::Args;
use netopt_core::model::loss::{Model, mathis};
use netopt_core::model::validity::Validity;
use netopt_core::unit::{BitRate, Ratio};

use super::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::ConnectionArgs;
use crate::args::model_values as values;
use crate::exit::Fault;

/// The square-root law.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model mathis --rtt 100ms --loss 1% --plot")]
pub(crate) struct Mathis {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Share of the segments that are lost
    #[arg(long, value_name = "SHARE", value_parser = values::inner_share)]
    loss: Ratio,
}

impl Formula for Mathis {
    fn answer(&self) -> Result<Answer, Fault> {
        let connection = self.connection.connection()?;
        let rate = Model::Mathis.rate(&connection, self.loss);
        let share = self.loss.get();
        let (from, to) = decades(share, 1e-6, 0.1);
        let curve = Curve::new(
            "What loss leaves: the square-root law",
            Axis::log("loss", "loss", Unit::Share),
            Axis::log("rate", "rate", Unit::Rate),
        )
        .function("mathis", (from, to.min(1.0)), |loss| {
            Model::Mathis
                .rate(&connection, Ratio::new(loss)?)
                .map(BitRate::bps)
        })
        .here(share, rate.map(BitRate::bps));
        let shown = Quantity::rate("rate", "rate", rate);
        let validity = mathis::validity(&connection, self.loss);
        let says = match validity {
            Validity::Holds => format!(
                "a long Reno transfer gets {}, however fast the line is; a quarter of the loss \
                 would double it",
                shown.amount()
            ),
            Validity::Beyond(_) => format!(
                "the law gives {}, but does not hold here; ask `netopt model pftk`",
                shown.amount()
            ),
        };
        let limit = connection.window_limit();
        let limit = limit.and_then(|each_second| each_second.carrying(connection.mss));
        let mut given = self.connection.given();
        given.push(Quantity::share("loss", "loss", self.loss));
        let mut results = vec![
            shown,
            Quantity::per_second("rate", "segments", mathis::segments(&connection, self.loss)),
            Quantity::number("constant", "constant C", mathis::constant(connection.acks)),
        ];
        results.extend(limit.map(|limit| Quantity::rate("window_limit", "window allows", limit)));
        Ok(Answer::of(
            "mathis",
            "Mathis, Semke, Mahdavi, Ott, CCR 27(3), 1997: segment/round \
             trip · C/√loss",
        )
        .given(given)
        .results(results)
        .says(says)
        .valid(validity)
        .holds_for(
            "long transfers of senders that halve on loss (Reno), up to 2 % \
             loss; not for BBR, and too low for CUBIC on long fast paths",
        )
        .curve(curve))
    }
}
