//! `netopt model trial`: what a trial of so many rounds can find, and how many rounds an effect takes.

use std::num::NonZeroU32;

use clap::Args;
use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;
use netopt_core::verdict::Detectable;
use netopt_trial::design::{Design, MOST_ROUNDS, Rounds, RoundsNeeded};
use netopt_trial::judge::LEAST_DIFFERENCE;
use netopt_trial::stats::detectable::{BEYOND_REASON, Noise};
use netopt_trial::stats::floor::FEWEST_ROUNDS;

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit};
use crate::args::model_values as values;
use crate::exit::Fault;

/// A trial before its first request.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: netopt model trial --noise 9%\n          netopt model trial \
        --noise 5% --effect 4% --rounds 60 --plot"
)]
pub(crate) struct Trial {
    /// How much the rounds' log ratios vary: their standard deviation
    #[arg(long, value_name = "SHARE", value_parser = values::inner_share)]
    noise: Ratio,
    /// Rounds at the most
    #[arg(long, value_name = "N", default_value = "30", value_parser = values::count::<1_000>)]
    rounds: NonZeroU32,
    /// An improvement that is looked for: how many rounds does it take?
    #[arg(long, value_name = "SHARE", value_parser = values::inner_share)]
    effect: Option<Ratio>,
    /// The metric that decides
    #[arg(long, value_name = "METRIC", default_value = "p50")]
    metric: Metric,
    /// Candidates that are tried at once
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::count::<32>)]
    candidates: NonZeroU32,
}

impl Trial {
    fn design(&self, rounds: u32) -> Result<Design, Fault> {
        // No design has its first verdict earlier. Too few rounds are then told once, as too few in all.
        let least = u32::try_from(FEWEST_ROUNDS).unwrap_or(u32::MAX);
        let builder = Design::builder(0, self.metric, "baseline").rounds(Rounds {
            min: Rounds::MIN.min(rounds.max(least)),
            max: rounds,
            ..Rounds::default()
        });
        let builder = (1..=self.candidates.get()).fold(builder, |builder, number| {
            builder.candidate(format!("candidate {number}"))
        });
        builder
            .build()
            .map_err(|error| Fault::usage(format!("no such trial: {error}")))
    }

    fn noise(&self) -> Result<Noise, Fault> {
        Noise::known(self.noise.get())
            .ok_or_else(|| Fault::usage(format!("--noise {} is not a spread above 0", self.noise)))
    }

    /// The inputs, with what follows from them before any noise.
    fn given(&self, design: &Design) -> Vec<Quantity> {
        let mut given = vec![
            Quantity::share("noise", "noise of a round", self.noise),
            Quantity::number("rounds", "rounds", self.rounds.get()),
            Quantity::choice("metric", "metric", self.metric.to_string()),
            Quantity::number("candidates", "candidates", self.candidates.get()),
            Quantity::number("first_verdict", "first verdict", design.rounds().min)
                .meaning("rounds at the least"),
        ];
        given.extend(self.threshold(design));
        given
    }

    /// What an improvement has to exceed: a share, and for latencies a time where that is more.
    fn threshold(&self, design: &Design) -> Vec<Quantity> {
        let delta = design.levels().delta;
        let share = Quantity::of(Unit::Share, "threshold", "practical threshold", delta)
            .meaning("less is never called faster");
        if !self.metric.lower_is_better() {
            return vec![share];
        }
        let below = Amount::time(LEAST_DIFFERENCE.div_f64(delta));
        let least = Quantity::time("least_difference", "least difference", LEAST_DIFFERENCE)
            .meaning(format!(
                "counts instead where the baseline is below {below}"
            ));
        vec![share, least]
    }

    fn curve(&self, noise: Noise, here: Option<f64>) -> Curve {
        let last = self.rounds.get().saturating_mul(2).clamp(40, CURVE_ENDS);
        let step = (last / 50).max(1) as usize;
        let points = (1..=last).step_by(step).filter_map(|rounds| {
            let found = self.design(rounds).ok()?.detectable(noise);
            Some((f64::from(rounds), found.improvement()?))
        });
        Curve::new(
            "What a trial can find",
            Axis::linear("rounds", "rounds", Unit::Number),
            Axis::linear("effect", "smallest improvement found", Unit::Share),
        )
        .line("effect", points)
        .here(f64::from(self.rounds.get()), here)
    }
}

/// The curve ends here.
const CURVE_ENDS: u32 = 400;

impl Formula for Trial {
    fn answer(&self) -> Result<Answer, Fault> {
        let noise = self.noise()?;
        let design = self.design(self.rounds.get())?;
        let found = design.detectable(noise);
        let mut given = self.given(&design);
        let shown = Quantity::of(
            Unit::Share,
            "effect",
            "smallest improvement",
            found.improvement(),
        )
        .meaning("found in 8 of 10 such trials");
        let mut says = match found {
            Detectable::Improvement(_) => format!(
                "{} rounds find an improvement of {} in 8 of 10 trials",
                self.rounds,
                shown.amount()
            ),
            Detectable::NotBefore { rounds } => format!(
                "{} rounds decide nothing, even if all are won: it takes {rounds}",
                self.rounds
            ),
        };
        let (mut results, mut notes) = (vec![shown], Vec::new());
        if let Some(effect) = self.effect {
            let needed = design.rounds_for(effect.get(), noise);
            let wanted = Amount::share(effect);
            let takes = takes(&wanted, needed);
            says = format!("{says}; {takes}");
            if needed.rounds().is_some_and(|rounds| rounds > MOST_ROUNDS) {
                notes.push(format!("a trial has at most {MOST_ROUNDS} rounds"));
            }
            given.push(Quantity::share("wanted", "looked for", effect));
            let needed = Quantity::of(
                Unit::Number,
                "rounds_needed",
                "rounds for the effect",
                needed.rounds().map(f64::from),
            );
            results.push(needed);
        }
        let answer = Answer::of(
            "trial",
            "sign e-process, interval, floor and threshold of the judge, \
             at a power of 0.8",
        );
        let answer = notes.into_iter().fold(answer, Answer::note);
        Ok(answer
            .given(given)
            .results(results)
            .says(says)
            .holds_for(
                "rounds whose log ratios are roughly normal, and a baseline whose share \
             of the threshold is above the least difference",
            )
            .curve(self.curve(noise, found.improvement())))
    }
}

/// How many rounds the wanted effect takes, in words.
fn takes(wanted: &Amount, needed: RoundsNeeded) -> String {
    match needed {
        RoundsNeeded::Rounds(rounds) => format!("{wanted} takes {rounds} rounds"),
        RoundsNeeded::Never => {
            format!("{wanted} is not above the practical threshold and never found")
        }
        RoundsNeeded::BeyondReason => {
            format!("{wanted} takes more than {BEYOND_REASON} rounds")
        }
    }
}
