//! Stages three and four: candidates against today's client, then the combined plan on fresh data.
//!
//! Here it is decided what is tried and what is made of the verdicts. How arms become clients is in [`arms`], how large
//! a trial is in [`sizes`], how it is run in [`trial`]; how it is judged is the business of `netopt-trial`.

mod arms;
mod sizes;
mod trial;

use std::collections::HashSet;
use std::num::NonZeroU32;

use netopt::{Change, Plan};
use netopt_core::finding::{Finding, Status};
use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;
use netopt_core::verdict::{Decision, Verdict};
use netopt_core::workload::Pattern;
use netopt_trial::confirm::CONFIRMATION_ROUNDS;
use netopt_trial::design::Design;

use super::{Comparison, Ending, Line, Progress, Stage};
use crate::exit::Fault;
use sizes::Today;
pub(super) use trial::Trial;
use trial::{Outcome, Subject};

/// Candidates in one trial; the least promising are left as hypotheses.
const MOST_CANDIDATES: usize = 6;
/// The names of today's client and of the combined plan, in designs and reports.
const TODAY: &str = "today";
const PLAN: &str = "the plan";

impl Line {
    /// Tries each proposed change alone.
    pub(super) async fn prove(
        &mut self,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        self.story.metric = self.metric();
        let candidates = self.candidates();
        if candidates.is_empty() {
            return Ok(());
        }
        let Some((design, changes)) = self.screening(candidates)? else {
            return Ok(());
        };
        let plans = changes
            .iter()
            .map(|change| self.job.client.clone().with(*change))
            .collect();
        self.screening = Some(design.clone());
        self.trial = Some(Trial::new(design, Subject::Candidates(changes)));
        self.run_trial(plans, Stage::Prove, progress).await
    }

    /// Tries all proven changes together, on fresh data.
    pub(super) async fn confirm(
        &mut self,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        let is_proven = |finding: &&Finding| finding.status() == Status::Proven;
        let proven: Plan = self
            .story
            .findings
            .iter()
            .filter(is_proven)
            .filter_map(Finding::change)
            .collect();
        let Some(screening) = self
            .screening
            .as_ref()
            .filter(|_| !proven.is_empty() && self.story.ending != Ending::Lost)
        else {
            return Ok(());
        };
        let plan = self.job.client.clone().and(&proven);
        let design = screening.confirmation(PLAN).map_err(Fault::internal)?;
        self.trial = Some(Trial::new(design, Subject::Whole(plan.clone())));
        self.run_trial(vec![plan], Stage::Confirm, progress).await
    }

    /// Turns the verdicts of the trial on its way into findings or a confirmation; a half-done trial says so.
    pub(super) fn settle(&mut self) {
        match self.trial.take().map(Trial::conclude) {
            None => {}
            Some(Outcome::Candidates(verdicts)) => {
                for (change, verdict) in verdicts {
                    let about =
                        |finding: &&mut Finding| finding.change().is_some_and(|own| own == change);
                    for finding in self.story.findings.iter_mut().filter(about) {
                        finding.proof = Some(verdict.clone());
                    }
                }
                netopt_explain::rank(&mut self.story.findings, self.story.facts.p50());
            }
            Some(Outcome::Whole(plan, comparison)) => self.adopt(plan, *comparison),
        }
    }

    /// The plan is recommended only if it kept its promise on fresh data.
    fn adopt(&mut self, plan: Plan, comparison: Comparison) {
        let Verdict {
            decision, rounds, ..
        } = comparison.verdict;
        self.story.confirmation = Some(comparison);
        let note = match decision {
            Decision::Faster => {
                self.story.plan = plan;
                return;
            }
            Decision::Inconclusive { .. } if rounds < CONFIRMATION_ROUNDS => {
                "the confirmation on fresh data was not finished, so no plan is recommended yet"
            }
            _ => {
                "the proven changes together did not keep their promise on fresh data, so no plan is recommended"
            }
        };
        self.story.notes.push(note.to_owned());
    }

    /// The changes that findings propose and that the metric can show, the most promising first.
    fn candidates(&mut self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for change in self.story.findings.iter().filter_map(Finding::change) {
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        let metric = self.story.metric;
        changes.retain(|change| match shown_by(change) {
            Some(better) if !better.contains(&metric) => {
                let note = format!(
                    "{} was not tried, because {metric} does not show what it does: decide by --metric {}",
                    change.name(),
                    better[0]
                );
                self.story.notes.push(note);
                false
            }
            Some(_) | None => true,
        });
        changes.truncate(MOST_CANDIDATES);
        changes
    }

    /// How many different things the baseline asked for.
    fn things(&self) -> u32 {
        let asked = self.story.facts.answered().filter_map(|call| call.asked);
        let resources: HashSet<u64> = asked.filter_map(|asked| asked.resource).collect();
        u32::try_from(resources.len()).unwrap_or(u32::MAX)
    }

    /// What a trial decides by: what the user chose or the workload says; or answers a second, if nobody chose and the most
    /// promising change is about calls that get none. Their absence is in no latency, and a client that fails quickly would
    /// look good.
    fn metric(&self) -> Metric {
        let chosen = self.job.metric;
        let most_promising = self
            .story
            .findings
            .iter()
            .find(|finding| finding.change().is_some());
        let about = most_promising
            .and_then(|finding| finding.estimate)
            .map(|estimate| estimate.metric);
        let is_about_answers = about == Some(Metric::Throughput.name());
        if is_about_answers && chosen == self.job.workload.metric() {
            Metric::Throughput
        } else {
            chosen
        }
    }

    /// Today's client, as far as the size of a trial depends on it.
    fn today(&self) -> Today {
        let facts = &self.story.facts;
        let calls = facts.baseline.exchanges.len() as u64;
        Today {
            pool: self.job.client.settings().pool.max_connections,
            callers: match self.job.workload.pattern() {
                Pattern::Open => NonZeroU32::MIN,
                Pattern::Closed => self.job.effort.callers,
            },
            answered: Ratio::of(facts.answered().count() as u64, calls),
            things: self.things(),
        }
    }

    /// A design that leaves enough of the budget for the confirmation, and what it tries of `changes`; `None`, with a note,
    /// if that cannot be.
    fn screening(
        &mut self,
        mut changes: Vec<Change>,
    ) -> Result<Option<(Design, Vec<Change>)>, Fault> {
        let today = self.today();
        let metric = self.story.metric;
        let (block, rounds) = loop {
            let left = self.budget.left();
            let least = match sizes::sizes(left, &changes, &today, metric) {
                Ok(sizes) => break sizes,
                Err(least) => least,
            };
            let needed = self.budget.used() + least;
            // One that takes many calls does not keep others from being tried.
            let dear = changes.iter().position(sizes::is_dear);
            let (subject, rest) = match dear.filter(|_| changes.len() > 1) {
                Some(index) => (format!("{} was", changes.remove(index).name()), true),
                None => ("the changes were".to_owned(), false),
            };
            self.story.notes.push(format!(
                "{subject} not tried: that takes {needed} calls, allow them by --max-requests"
            ));
            if !rest {
                return Ok(None);
            }
        };
        let builder = Design::builder(self.job.seed, metric, TODAY)
            .rounds(rounds)
            .block(block);
        let named = changes
            .iter()
            .fold(builder, |builder, change| builder.candidate(change.name()));
        let design = named.build().map_err(Fault::internal)?;
        Ok(Some((design, changes)))
    }
}

/// The metrics that show what `change` does, the best one first; `None` where each does.
const fn shown_by(change: &Change) -> Option<&'static [Metric]> {
    match change {
        // Few calls are slow: the median is of the others.
        Change::HedgeAfter(_) => Some(&[Metric::MeanLatency, Metric::P99]),
        // Latencies are those of calls that succeed; what a budget brings is more of them.
        Change::RetryBudget(_) => Some(&[Metric::Throughput]),
        _ => None,
    }
}
