//! Builds a design and says everything that is wrong with it at once.
//!
//! Bounds are here because a design is all the judge needs to trust: with a valid one, memory and time are bounded and no
//! formula leaves its range. Whether the trial is worth its time is for the caller to say.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use netopt_core::metric::Metric;
use netopt_core::verdict::InvalidReason;

use super::arm::TWIN;
use super::{BlockSize, Design, Effort, Levels, Purpose, Rounds};
use crate::error::{Error, Violation};
use crate::judge::guard::fewest_samples;
use crate::stats::detectable::fewest_rounds;
use crate::stats::floor::FEWEST_ROUNDS;

/// Candidates in one trial: more take so many rounds that the baseline will not hold still.
pub const MOST_CANDIDATES: usize = 32;
/// Rounds in one trial; bounds memory and the flips.
pub const MOST_ROUNDS: u32 = 1_000;
/// Requests in one block.
pub const MOST_REQUESTS: u32 = 10_000_000;
/// Bytes in the name of an arm; it has to fit a line of the report.
pub const LONGEST_NAME: usize = 120;

/// A design being written.
#[derive(Debug, Clone)]
pub struct DesignBuilder {
    design: Design,
}

impl DesignBuilder {
    pub(super) fn new(seed: u64, metric: Metric, baseline: String) -> Self {
        Self {
            design: Design {
                seed,
                purpose: Purpose::Screening,
                metric,
                names: vec![baseline],
                rounds: Rounds::default(),
                block: BlockSize::for_metric(metric),
                levels: Levels::for_metric(metric),
                effort: Effort::default(),
            },
        }
    }

    /// Adds a candidate; names are unique and up to [`LONGEST_NAME`] bytes.
    #[must_use]
    pub fn candidate(mut self, name: impl Into<String>) -> Self {
        self.design.names.push(name.into());
        self
    }

    /// Sets what the trial is for; default [`Purpose::Screening`].
    #[must_use]
    pub const fn purpose(mut self, purpose: Purpose) -> Self {
        self.design.purpose = purpose;
        self
    }

    /// Sets the number of rounds.
    #[must_use]
    pub const fn rounds(mut self, rounds: Rounds) -> Self {
        self.design.rounds = rounds;
        self
    }

    /// Sets the size of a block; default [`BlockSize::for_metric`].
    #[must_use]
    pub const fn block(mut self, block: BlockSize) -> Self {
        self.design.block = block;
        self
    }

    /// Sets what counts as evidence and as a difference; default [`Levels::for_metric`].
    #[must_use]
    pub const fn levels(mut self, levels: Levels) -> Self {
        self.design.levels = levels;
        self
    }

    /// Sets how much computing a verdict may take.
    #[must_use]
    pub const fn effort(mut self, effort: Effort) -> Self {
        self.design.effort = effort;
        self
    }

    /// The design.
    ///
    /// # Errors
    /// Every violation at once; see [`Error::violations`].
    pub fn build(self) -> Result<Design, Error> {
        let design = self.design;
        let mut faults = Vec::new();
        check_names(&design, &mut faults);
        check_rounds(&design, &mut faults);
        check_sizes(&design, &mut faults);
        check_levels(&design.levels, &mut faults);
        if faults.is_empty() {
            Ok(design)
        } else {
            Err(Error::design(faults))
        }
    }
}

fn check_names(design: &Design, faults: &mut Vec<Violation>) {
    let candidates = design.names.len() - 1;
    let allowed = match design.purpose {
        Purpose::Screening => 1..=MOST_CANDIDATES,
        Purpose::Confirmation => 1..=1,
    };
    check("candidates", candidates, &allowed, faults);
    let mut seen = BTreeSet::new();
    for name in &design.names {
        let printable = !name.trim().is_empty() && !name.chars().any(char::is_control);
        if !printable || name.len() > LONGEST_NAME {
            let bound = format!("1 to {LONGEST_NAME} printable bytes");
            faults.push(Violation::new("arm", format!("{name:?}"), bound));
        }
        if name == TWIN || !seen.insert(name) {
            let bound = format!("named once, and not {TWIN:?}");
            faults.push(Violation::new("arm", format!("{name:?}"), bound));
        }
    }
}

fn check_rounds(design: &Design, faults: &mut Vec<Violation>) {
    let rounds = design.rounds;
    let fewest = u32::try_from(FEWEST_ROUNDS).unwrap_or(u32::MAX);
    check("rounds.min", rounds.min, &(fewest..=MOST_ROUNDS), faults);
    // A trial that could not decide even if it won every round is a waste of all of them. The highest bound is told alone.
    let bar = design.levels.ln_bar(design.names.len() - 1);
    let needed = fewest_rounds(bar).unwrap_or(MOST_ROUNDS);
    if rounds.max < needed && rounds.min <= needed {
        let bound = format!("at least {needed}, which decide if all are won");
        faults.push(Violation::new("rounds.max", rounds.max, bound));
    } else if rounds.max < rounds.min {
        let bound = format!("at least rounds.min, {}", rounds.min);
        faults.push(Violation::new("rounds.max", rounds.max, bound));
    } else {
        check("rounds.max", rounds.max, &(fewest..=MOST_ROUNDS), faults);
    }
}

fn check_sizes(design: &Design, faults: &mut Vec<Violation>) {
    let (block, effort) = (design.block, design.effort);
    let needed = fewest_samples(design.metric, design.levels.alpha.clamp(1e-4, 0.2));
    let needed = u32::try_from(needed).unwrap_or(MOST_REQUESTS);
    if block.requests < needed {
        let few = InvalidReason::TooFewSamples {
            metric: design.metric,
            have: u64::from(block.requests),
            need: u64::from(needed),
        };
        let bound = format!("{needed} to {MOST_REQUESTS} ({few})");
        faults.push(Violation::new("block.requests", block.requests, bound));
    }
    let allowed = 0..=MOST_REQUESTS;
    check("block.requests", block.requests, &allowed, faults);
    check("block.burn_in", block.burn_in, &(0..=MOST_REQUESTS), faults);
    let allowed = 100..=100_000;
    check("effort.resamples", effort.resamples, &allowed, faults);
    let allowed = 100..=1_000_000;
    check("effort.flips", effort.flips, &allowed, faults);
}

fn check_levels(levels: &Levels, faults: &mut Vec<Violation>) {
    check("levels.alpha", levels.alpha, &(1e-4..=0.2), faults);
    check("levels.fdr", levels.fdr, &(1e-4..=0.5), faults);
    check("levels.delta", levels.delta, &(1e-4..=1.0), faults);
}

/// Notes a violation unless `given` is `allowed`. NaN never is.
fn check<T: PartialOrd + fmt::Display>(
    field: &'static str,
    given: T,
    allowed: &RangeInclusive<T>,
    faults: &mut Vec<Violation>,
) {
    if !allowed.contains(&given) {
        let bound = format!("{} to {}", allowed.start(), allowed.end());
        faults.push(Violation::new(field, given, bound));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_for_every_metric() {
        for metric in Metric::ALL {
            let design = Design::builder(1, metric, "a").candidate("b").build();
            assert!(design.is_ok(), "{design:?}");
        }
    }

    #[test]
    fn a_trial_that_cannot_decide_is_refused() {
        let design = |candidates: u16, max| {
            let builder = Design::builder(1, Metric::P50, "a").rounds(Rounds {
                min: 6,
                max,
                ..Rounds::default()
            });
            (0..candidates)
                .fold(builder, |builder, number| {
                    builder.candidate(format!("b{number}"))
                })
                .build()
        };
        assert!(design(1, 8).is_ok());
        let error = design(1, 7).unwrap_err().to_string();
        assert!(error.contains("is 7, must be at least 8"), "{error}");
        // Of several bounds only the highest is told.
        let error = design(1, 3).unwrap_err().to_string();
        assert_eq!(error.matches("rounds.max").count(), 1, "{error}");
        // Twenty candidates at a discovery rate of 10 % need E = 200.
        assert!(design(20, 12).is_ok() && design(20, 11).is_err());
    }

    #[test]
    fn a_tail_needs_enough_requests() {
        let design = |requests| {
            Design::builder(1, Metric::P99, "a")
                .candidate("b")
                .block(BlockSize {
                    requests,
                    burn_in: 0,
                })
                .build()
        };
        assert!(design(368).is_ok());
        let error = design(120).unwrap_err().to_string();
        let said = "is 120, must be 368 to 10000000 \
                    (p99 not estimable: needs 368 requests a block, has 120)";
        assert!(error.contains(said), "{error}");
    }
}
