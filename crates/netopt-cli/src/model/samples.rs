//! `netopt model samples`: how many calls a quantile takes, and what so many can tell.

use std::num::NonZeroU32;

use clap::Args;
use netopt_core::unit::Ratio;
use netopt_trial::stats::detectable::{Requests, SPREAD};
use netopt_trial::stats::quantile::Quantile;
use netopt_trial::stats::ranks::Ranks;

use super::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::model_values as values;
use crate::exit::Fault;

/// Samples of a quantile.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model samples --quantile p99 --count 2000 --plot")]
pub(crate) struct Samples {
    /// The quantile, from p0.1 to p99.9
    #[arg(long, value_name = "QUANTILE", default_value = "p99", value_parser = values::quantile)]
    quantile: Quantile,
    /// Independent calls that there are (default: only what it takes is told)
    #[arg(long, value_name = "N", value_parser = values::count::<1_000_000_000>)]
    count: Option<NonZeroU32>,
    /// How sure an interval shall be
    #[arg(long, value_name = "SHARE", default_value = "95%", value_parser = values::level)]
    level: Ratio,
    /// Standard deviation of ln(latency) (default: 0.5, where p99 is 3.2 times the median)
    #[arg(long, value_name = "SPREAD", value_parser = values::spread)]
    spread: Option<f64>,
}

impl Samples {
    fn alpha(&self) -> f64 {
        1.0 - self.level.get()
    }

    /// The smallest difference of two arms with so many calls each, as a share of the slower one's latency: 1 - e⁻ˣ of the
    /// log ratio x.
    fn smallest(&self, count: u64) -> Option<f64> {
        let requests = Requests {
            count,
            spread: self.spread.unwrap_or(SPREAD),
        };
        let ln = requests.smallest(self.quantile, self.alpha())?;
        Some(-(-ln).exp_m1())
    }

    /// What so many calls can tell.
    fn of_ranks(&self, ranks: Ranks, count: u64) -> [Quantity; 5] {
        let rank = |name, label, rank| Quantity::number(name, label, values::real(rank));
        let share = |name, label, share| Quantity::of(Unit::Share, name, label, share);
        [
            rank("rank", "sample that it is", self.quantile.rank(count)),
            rank("low_rank", "interval from sample", ranks.low()),
            rank("high_rank", "to sample", ranks.high()),
            share("coverage", "holds it in", Some(ranks.coverage())).meaning("of such runs"),
            share("difference", "smallest difference", self.smallest(count))
                .meaning("less than the slower arm; found in 8 of 10 comparisons"),
        ]
    }

    fn curve(&self, least: u64) -> Curve {
        let count = self.count.map_or(least, |count| count.get().into());
        let (from, to) = (values::real(least), values::real(count.max(least)));
        let curve = Curve::new(
            "What two arms can tell apart",
            Axis::log("calls", "calls of each arm", Unit::Number),
            Axis::log("difference", "smallest difference", Unit::Share),
        )
        .function(
            "difference",
            (from, decades(to, from, from * 1e3).1),
            |count| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a float cast saturates"
                )]
                self.smallest(count as u64)
            },
        );
        match self.count {
            Some(count) => curve.here(count.get().into(), self.smallest(count.get().into())),
            None => curve,
        }
    }
}

impl Formula for Samples {
    fn answer(&self) -> Result<Answer, Fault> {
        let least = self.quantile.minimum_samples(self.alpha());
        let mut given = vec![
            Quantity::choice("quantile", "quantile", self.quantile.to_string()),
            Quantity::share("level", "level", self.level),
            Quantity::number(
                "spread",
                "spread of ln(latency)",
                self.spread.unwrap_or(SPREAD),
            ),
        ];
        let needed = Quantity::number("minimum", "calls it takes", values::real(least))
            .meaning("for an interval with two ends");
        let mut says = format!(
            "{} of fewer than {} calls is not estimable",
            self.quantile,
            needed.amount()
        );
        let mut answer = Answer::of(
            "samples",
            "order statistics, Conover, Practical nonparametric statistics, 1999, section 3.2",
        );
        let mut results = vec![needed];
        if let Some(count) = self.count.map(|count| u64::from(count.get())) {
            given.push(Quantity::number("count", "calls", values::real(count)));
            match Ranks::of(self.quantile, count, self.alpha()) {
                Ok(ranks) => {
                    says = format!(
                        "of {count} calls in order of latency, number {} and number {} \
                         enclose the true {}",
                        ranks.low(),
                        ranks.high(),
                        self.quantile
                    );
                    results.extend(self.of_ranks(ranks, count));
                }
                Err(why) => answer = answer.note(why.to_string()),
            }
        }
        Ok(answer
            .given(given)
            .results(results)
            .says(says)
            .holds_for(
                "calls that do not depend on each other; real ones share queues and \
                 weather and tell less: a trial counts rounds. The difference is for log-normal \
                 latencies; a quantile in a gap between two humps takes far more",
            )
            .curve(self.curve(least)))
    }
}
