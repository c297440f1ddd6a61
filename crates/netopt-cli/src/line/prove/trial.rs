//! A trial on its way, and what it leaves behind.

use std::sync::Arc;
use std::time::Duration;

use netopt::{Change, Plan};
use netopt_core::unit::PerSecond;
use netopt_core::verdict::Verdict;
use netopt_trial::design::Design;
use netopt_trial::runner::{self, Ended, Pace};
use netopt_trial::session::Session;

use super::arms::{ClientArms, Watcher};
use crate::exit::Fault;
use crate::line::beside::SETTLES;
use crate::line::{Comparison, Line, Progress, Side, Stage};

/// A trial on its way.
#[derive(Debug)]
pub(in crate::line) struct Trial {
    session: Session,
    subject: Subject,
    sides: [Side; 2],
}

/// What a trial is about.
#[derive(Debug)]
pub(super) enum Subject {
    /// One change each, in the order of the arms.
    Candidates(Vec<Change>),
    /// All proven changes together.
    Whole(Plan),
}

/// What a trial leaves behind.
pub(super) enum Outcome {
    /// A verdict on each change.
    Candidates(Vec<(Change, Verdict)>),
    /// Today's client against the plan.
    Whole(Plan, Box<Comparison>),
}

impl Trial {
    pub(super) fn new(design: Design, subject: Subject) -> Self {
        Self {
            session: Session::new(design),
            subject,
            sides: Default::default(),
        }
    }

    /// The verdicts, as far as the trial came.
    pub(super) fn conclude(self) -> Outcome {
        let mut verdicts = self.session.verdicts().into_iter();
        match self.subject {
            Subject::Candidates(changes) => {
                Outcome::Candidates(changes.into_iter().zip(verdicts).collect())
            }
            Subject::Whole(plan) => {
                let verdict = verdicts.next().expect("a confirmation has one candidate");
                let [before, after] = self.sides;
                Outcome::Whole(
                    plan,
                    Box::new(Comparison {
                        verdict,
                        before,
                        after,
                    }),
                )
            }
        }
    }
}

impl Line {
    /// Runs the trial on its way with these plans as its arms, and settles it.
    pub(super) async fn run_trial(
        &mut self,
        plans: Vec<Plan>,
        stage: Stage,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        let arms = ClientArms::new(&self.job, plans);
        let interval = self.planned_rate().interval().unwrap_or(Duration::ZERO);
        let pace = Pace {
            arrival: self.arrival(),
            pause: if self.job.beside.is_some() {
                interval.max(SETTLES)
            } else {
                interval
            },
            budget: Arc::clone(&self.budget),
        };
        let Some(Trial { session, sides, .. }) = &mut self.trial else {
            return Ok(());
        };
        let block = session.design().block();
        let per_block = u64::from(block.requests) + u64::from(block.burn_in);
        progress.begin(stage, session.blocks_left() * per_block);
        let mut watch = Watcher {
            progress,
            sides,
            per_block,
            interval: pace.arrival.rate().and_then(PerSecond::interval),
        };
        let ended = runner::run(session, &arms, &pace, &mut watch)
            .await
            .map_err(Fault::internal)?;
        progress.end();
        match ended {
            Ended::Finished => {}
            Ended::BudgetSpent => {
                self.story
                    .notes
                    .push("the budget of calls was spent before the trial was done".to_owned());
            }
            Ended::Unanswered => self.lose(),
        }
        self.settle();
        Ok(())
    }
}
