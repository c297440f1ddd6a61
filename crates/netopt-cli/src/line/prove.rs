//! Stages three and four: candidates against today's client, then the combined plan on fresh data.
//!
//! Every arm is a plan turned into a client by `netopt::stack`, the function that turns the final plan into the user's
//! client: what is proven is what is applied.

use std::sync::Arc;
use std::time::Duration;

use netopt::{Change, Plan, Surroundings, stack};
use netopt_core::exchange::Exchange;
use netopt_core::finding::Status;
use netopt_core::metric::Metric;
use netopt_core::outcome::Outcome;
use netopt_core::verdict::{Decision, Verdict};
use netopt_load::arrival::Arrival;
use netopt_trial::block::Block;
use netopt_trial::confirm::CONFIRMATION_ROUNDS;
use netopt_trial::design::arm::ArmId;
use netopt_trial::design::{BlockSize, Design, Racing, Rounds};
use netopt_trial::runner::{self, Arms, Ended, Pace, Watch};
use netopt_trial::session::Session;

use super::calls::{Calls, Template};
use super::{Comparison, Line, Progress, Side, Stage};
use crate::exit::Fault;

/// Calls measured in a block. The block is the unit of replication, so more rounds are worth more than larger blocks.
const PER_BLOCK: u32 = 8;
/// Calls before them, discarded: the first opens the connection and asks for the name.
const BURN_IN: u32 = 1;
/// A trial that has not decided after so many rounds will say what it would take.
const MOST_ROUNDS: u32 = 20;
/// No verdict before.
const LEAST_ROUNDS: u32 = 10;
/// Candidates in one trial; the least promising are left as hypotheses.
const MOST_CANDIDATES: usize = 6;
/// The name of today's client in designs and reports.
const TODAY: &str = "today";

/// A trial on its way.
#[derive(Debug)]
pub(super) struct Trial {
    session: Session,
    subject: Subject,
    sides: [Side; 2],
}

/// What a trial is about.
#[derive(Debug)]
enum Subject {
    /// One change each, in the order of the arms.
    Candidates(Vec<Change>),
    /// All proven changes together.
    Whole(Plan),
}

impl Line {
    /// Tries each proposed change alone.
    pub(super) async fn prove(
        &mut self,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        let changes = self.candidates();
        if changes.is_empty() {
            return Ok(());
        }
        let Some(design) = self.screening(&changes)? else {
            return Ok(());
        };
        let plans = changes
            .iter()
            .map(|change| self.job.client.clone().with(*change))
            .collect();
        self.trial = Some(Trial::new(design, Subject::Candidates(changes)));
        self.run_trial(plans, Stage::Prove, progress).await?;
        self.settle();
        Ok(())
    }

    /// Tries all proven changes together, on fresh data.
    pub(super) async fn confirm(
        &mut self,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        let proven: Vec<Change> = self
            .story
            .findings
            .iter()
            .filter(|finding| finding.status() == Status::Proven)
            .filter_map(netopt_core::finding::Finding::change)
            .collect();
        if proven.is_empty() {
            return Ok(());
        }
        let plan = proven
            .iter()
            .fold(self.job.client.clone(), |plan, change| plan.with(*change));
        let rounds = Rounds {
            min: CONFIRMATION_ROUNDS,
            max: CONFIRMATION_ROUNDS,
            racing: Racing::Keep,
        };
        let design = self
            .design(rounds)
            .confirmation_of("the plan")
            .map_err(Fault::internal)?;
        self.trial = Some(Trial::new(design, Subject::Whole(plan.clone())));
        self.run_trial(vec![plan], Stage::Confirm, progress).await?;
        self.settle();
        Ok(())
    }

    /// Turns the verdicts of the trial on its way into findings or a confirmation; a half-done trial says so.
    pub(super) fn settle(&mut self) {
        let Some(trial) = self.trial.take() else {
            return;
        };
        let verdicts = trial.session.verdicts();
        match trial.subject {
            Subject::Candidates(changes) => {
                for (change, verdict) in changes.iter().zip(verdicts) {
                    for finding in &mut self.story.findings {
                        if finding.change().is_some_and(|own| own == *change) {
                            finding.proof = Some(verdict.clone());
                        }
                    }
                }
                netopt_explain::rank(&mut self.story.findings, self.story.facts.p50());
            }
            Subject::Whole(plan) => {
                let Some(verdict) = verdicts.into_iter().next() else {
                    return;
                };
                self.adopt(plan, &verdict);
                let [before, after] = trial.sides;
                self.story.confirmation = Some(Comparison {
                    verdict,
                    before,
                    after,
                });
            }
        }
    }

    /// The plan is recommended only if it kept its promise on fresh data.
    fn adopt(&mut self, plan: Plan, verdict: &Verdict) {
        let note = match verdict.decision {
            Decision::Faster => {
                self.story.plan = plan;
                return;
            }
            Decision::Inconclusive { .. } if verdict.rounds < CONFIRMATION_ROUNDS => {
                "the confirmation on fresh data was not finished, so no plan is recommended yet"
            }
            _ => {
                "the proven changes together did not keep their promise on fresh data, so no plan is recommended"
            }
        };
        self.story.notes.push(note.to_owned());
    }

    /// The changes that findings propose, the most promising first.
    fn candidates(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for change in self
            .story
            .findings
            .iter()
            .filter_map(netopt_core::finding::Finding::change)
        {
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        changes.truncate(MOST_CANDIDATES);
        changes
    }

    /// A design that leaves enough of the budget for the confirmation; `None`, with a note, if that cannot be.
    fn screening(&mut self, changes: &[Change]) -> Result<Option<Design>, Fault> {
        let block = u64::from(PER_BLOCK + BURN_IN);
        let reserve = 3 * u64::from(CONFIRMATION_ROUNDS) * block;
        let round = (2 + changes.len() as u64) * block;
        let affordable = self.budget.left().saturating_sub(reserve) / round;
        let max = u32::try_from(affordable)
            .unwrap_or(MOST_ROUNDS)
            .min(MOST_ROUNDS);
        if max < LEAST_ROUNDS {
            let needed = self.budget.used() + reserve + round * u64::from(LEAST_ROUNDS);
            let note = format!(
                "the changes were not tried: that takes {needed} calls, allow them by --max-requests"
            );
            self.story.notes.push(note);
            return Ok(None);
        }
        let builder = self.design(Rounds {
            min: LEAST_ROUNDS,
            max,
            racing: Racing::default(),
        });
        let named = changes.iter().fold(builder.0, |builder, change| {
            builder.candidate(change.name())
        });
        named.build().map(Some).map_err(Fault::internal)
    }

    fn design(&self, rounds: Rounds) -> Sketch {
        let builder = Design::builder(self.job.seed, self.metric(), TODAY)
            .rounds(rounds)
            .block(BlockSize {
                requests: PER_BLOCK,
                burn_in: BURN_IN,
            });
        Sketch(builder)
    }

    fn metric(&self) -> Metric {
        self.job.workload.metric()
    }

    async fn run_trial(
        &mut self,
        plans: Vec<Plan>,
        stage: Stage,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        let arms = ClientArms {
            today: self.job.client.clone(),
            plans,
            around: self.job.around.clone(),
            template: self.job.template.clone(),
        };
        let arrival = self.arrival();
        let interval = self.planned_rate().interval();
        let pace = Pace {
            arrival,
            pause: interval.unwrap_or(Duration::ZERO),
            budget: Arc::clone(&self.budget),
        };
        let Some(Trial { session, sides, .. }) = &mut self.trial else {
            return Ok(());
        };
        let per_block = u64::from(PER_BLOCK + BURN_IN);
        progress.begin(stage, session.blocks_left() * per_block);
        let mut watch = Watcher {
            progress,
            sides,
            per_block,
            arrival,
        };
        let ended = runner::run(session, &arms, &pace, &mut watch)
            .await
            .map_err(Fault::internal)?;
        progress.end();
        if ended == Ended::BudgetSpent {
            self.story
                .notes
                .push("the budget of calls was spent before the trial was done".to_owned());
        }
        Ok(())
    }
}

/// A design with everything but its arms.
struct Sketch(netopt_trial::design::DesignBuilder);

impl Sketch {
    fn confirmation_of(self, plan: &str) -> Result<Design, netopt_trial::error::Error> {
        self.0.candidate(plan).build()?.confirmation(plan)
    }
}

impl Trial {
    fn new(design: Design, subject: Subject) -> Self {
        Self {
            session: Session::new(design),
            subject,
            sides: Default::default(),
        }
    }
}

/// Makes the clients of the arms.
struct ClientArms {
    today: Plan,
    plans: Vec<Plan>,
    around: Surroundings,
    template: Template,
}

impl Arms for ClientArms {
    type Caller = Calls;

    fn fresh(&self, arm: ArmId) -> Calls {
        let plan = match arm {
            ArmId::Baseline | ArmId::Twin => &self.today,
            ArmId::Candidate(number) => self.plans.get(usize::from(number)).unwrap_or(&self.today),
        };
        let client =
            stack::client(plan, &self.around).expect("the same surroundings made the first client");
        Calls {
            client,
            template: self.template.clone(),
        }
    }
}

/// Keeps what both sides of a comparison did, and tells how far it is.
struct Watcher<'a, P> {
    progress: &'a mut P,
    sides: &'a mut [Side; 2],
    per_block: u64,
    arrival: Arrival,
}

impl<P: Progress> Watch for Watcher<'_, P> {
    fn exchange(&mut self, arm: ArmId, exchange: &Exchange) {
        let side = match arm {
            ArmId::Baseline => &mut self.sides[0],
            ArmId::Candidate(0) => &mut self.sides[1],
            ArmId::Twin | ArmId::Candidate(_) => return,
        };
        side.metrics.record(exchange);
        let spent = match self
            .arrival
            .rate()
            .and_then(netopt_core::unit::PerSecond::interval)
        {
            Some(interval) if matches!(exchange.outcome, Outcome::Answered(_)) => interval,
            _ => exchange.service_time(),
        };
        side.busy += spent;
    }

    fn block(&mut self, session: &Session, _: Block) {
        self.progress.left(session.blocks_left() * self.per_block);
    }
}
