//! The score of an exam: shares of runs, each over those that it is about.

use std::path::PathBuf;
use std::time::Duration;

use netopt_core::unit::Ratio;
use netopt_lab::Scenario;

use super::run::{Mark, Run};
use crate::line::Reach;

/// How a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// All of its runs passed.
    Passed,
    /// A run failed.
    Failed,
    /// No run failed, but one stayed void.
    Void,
    /// It was not run, and why.
    Skipped(String),
    /// It was not run to its end.
    Interrupted,
}

impl Standing {
    /// The name in documents.
    #[must_use]
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Void => "void",
            Self::Skipped(_) => "skipped",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One file with all of its runs.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The file.
    pub(crate) file: PathBuf,
    /// What it says.
    pub(crate) scenario: Scenario,
    /// Why it was not run, if it was not.
    pub(crate) skipped: Option<String>,
    /// A run for each seed, as far as it came.
    pub(crate) runs: Vec<Run>,
}

impl Case {
    /// How it stands after `seeds` runs were asked for.
    #[must_use]
    pub(crate) fn standing(&self, seeds: usize) -> Standing {
        if let Some(reason) = &self.skipped {
            return Standing::Skipped(reason.clone());
        }
        let any = |is: fn(&Mark) -> bool| self.runs.iter().any(|run| is(&run.mark));
        if any(|mark| matches!(mark, Mark::Failed(_))) {
            Standing::Failed
        } else if self.runs.len() < seeds || any(|mark| *mark == Mark::Interrupted) {
            Standing::Interrupted
        } else if any(|mark| matches!(mark, Mark::Void(_))) {
            Standing::Void
        } else {
            Standing::Passed
        }
    }

    /// All its runs together.
    #[must_use]
    pub(crate) fn took(&self) -> Duration {
        self.runs.iter().map(|run| run.took).sum()
    }
}

/// All cases, as far as they were run.
#[derive(Debug, Clone)]
pub(crate) struct Exam {
    /// In the order in which they were asked for.
    pub(crate) cases: Vec<Case>,
    /// With which seeds each runs.
    pub(crate) seeds: Vec<u64>,
    /// How far each line goes.
    pub(crate) reach: Reach,
    /// False after Ctrl-C.
    pub(crate) is_complete: bool,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Share {
    /// Those that count.
    pub(crate) part: u64,
    /// All that it is about.
    pub(crate) whole: u64,
}

impl Share {
    /// The share; `None` of nothing.
    #[must_use]
    pub(crate) fn ratio(self) -> Option<Ratio> {
        Ratio::of(self.part, self.whole)
    }

    /// One more, which counts or does not.
    fn add(&mut self, counts: impl Into<u64>) {
        self.whole += 1;
        self.part += counts.into();
    }
}

/// The score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Score {
    /// Judged runs whose first finding is the right one.
    pub(crate) top1: Share,
    /// Judged runs with a fault in which it is found at all.
    pub(crate) recall: Share,
    /// Findings that are neither planted nor allowed, over all judged runs.
    pub(crate) false_alarms: u64,
    /// Judged runs with an expected change in which it is proven.
    pub(crate) proof: Share,
    /// Cases that passed, of those that were not skipped.
    pub(crate) cases: Share,
    /// Cases that a run of which stayed void.
    pub(crate) void: u64,
    /// Cases that were not run.
    pub(crate) skipped: u64,
    /// All runs together.
    pub(crate) took: Duration,
}

impl Score {
    /// The score of an exam. A run in which nothing could be measured counts as wrong.
    #[must_use]
    pub(crate) fn of(exam: &Exam) -> Self {
        let mut score = Self::default();
        for case in &exam.cases {
            score.took += case.took();
            match case.standing(exam.seeds.len()) {
                Standing::Skipped(_) => score.skipped += 1,
                standing => {
                    score.cases.add(standing == Standing::Passed);
                    score.void += u64::from(standing == Standing::Void);
                }
            }
            for run in &case.runs {
                if matches!(run.mark, Mark::Passed | Mark::Failed(_)) {
                    score.add(case, run, exam.reach);
                }
            }
        }
        score
    }

    fn add(&mut self, case: &Case, run: &Run, reach: Reach) {
        let expect = &case.scenario.expect;
        let judgement = run.judgement.as_ref();
        self.top1.add(judgement.is_some_and(|is| is.is_right));
        if expect.primary.is_some() {
            let listed = judgement.and_then(|is| is.is_listed);
            self.recall.add(listed == Some(true));
        }
        if expect.change.is_some() && reach == Reach::Prove {
            let proof = judgement.and_then(|is| is.proof);
            self.proof.add(proof.is_some_and(|proof| proof.holds));
        }
        self.false_alarms += judgement.map_or(0, |is| is.false_alarms.len() as u64);
    }
}

#[cfg(test)]
mod tests;
