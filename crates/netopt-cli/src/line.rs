//! The line: measure → explain → prove → apply, for one target.
//!
//! [`Line::run`] goes through the stages and leaves what it knows in its [`Story`]; when it is dropped half-way, by
//! Ctrl-C, the story is what was known until then. Every call of every stage goes through one [`Budget`], so the target
//! never gets more than was promised.

mod apply;
mod beside;
mod calls;
mod measure;
mod mix;
mod prove;
mod story;
mod survey;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use netopt::{Plan, Surroundings};
use netopt_core::metric::Metric;
use netopt_core::target::Target;
use netopt_core::unit::PerSecond;
use netopt_core::workload::Workload;
use netopt_load::budget::Budget;
use netopt_trial::design::Design;

pub(crate) use apply::OPENING;
pub(crate) use beside::Beside;
pub(crate) use calls::Template;
pub(crate) use mix::Mix;
pub(crate) use story::{Comparison, Ending, Side, Story};

use crate::exit::Fault;
use prove::Trial;

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Job {
    /// What is called.
    pub(crate) target: Target,
    /// The request that is sent.
    pub(crate) template: Template,
    /// What the same client sends meanwhile; `None` is nothing.
    pub(crate) beside: Option<Beside>,
    /// The client as the user runs it today.
    pub(crate) client: Plan,
    /// Everything about the client that is not a change.
    pub(crate) around: Surroundings,
    /// How calls arrive.
    pub(crate) workload: Workload,
    /// What counts: a trial is decided by it.
    pub(crate) metric: Metric,
    /// The seed of everything random.
    pub(crate) seed: u64,
    /// How polite to be.
    pub(crate) politeness: Politeness,
    /// How much load it is, and for how long.
    pub(crate) effort: Effort,
}

/// How long the baseline is measured: long enough to see an effect of keep-alive and of caches.
const MEASURE_FOR: Duration = Duration::from_secs(5);

/// How much load, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// In a closed loop: callers that each wait for their answer. One unless told otherwise.
    pub(crate) callers: NonZeroU32,
    /// How long today's client is measured, within bounds on the calls.
    pub(crate) measure_for: Duration,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            callers: NonZeroU32::MIN,
            measure_for: MEASURE_FOR,
        }
    }
}

/// How many calls the target gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Politeness {
    /// At most so many in any second.
    pub(crate) rate: PerSecond,
    /// At most so many in all.
    pub(crate) total: u64,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Measure and explain.
    Explain,
    /// Prove and plan, too.
    Prove,
}

/// A stage, for whoever shows progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The client as it is today, under load.
    Measure,
    /// Calls one by one, to tell causes apart.
    Survey,
    /// Candidates against today's client, in blocks.
    Prove,
    /// The combined plan against today's client, on fresh data.
    Confirm,
}

/// Hears how far the work is. It cannot change it.
pub(crate) trait Progress {
    /// A stage begins; it will take about so many calls.
    fn begin(&mut self, stage: Stage, calls: u64);
    /// So many calls of the stage are left, at the most.
    fn left(&mut self, calls: u64);
    /// The stage is over.
    fn end(&mut self);
}

/// One run of the line.
#[derive(Debug)]
pub(crate) struct Line {
    job: Job,
    budget: Arc<Budget>,
    screening: Option<Design>,
    trial: Option<Trial>,
    story: Story,
}

impl Line {
    /// A line that has done nothing yet.
    #[must_use]
    pub(crate) fn new(job: Job) -> Self {
        let budget = Arc::new(Budget::new(job.politeness.rate, job.politeness.total));
        let story = Story::new(&job);
        Self {
            job,
            budget,
            screening: None,
            trial: None,
            story,
        }
    }

    /// Goes through the stages.
    ///
    /// # Cancel safety
    /// Dropping the future ends all calls; [`Line::tell`] then tells what was known.
    ///
    /// # Errors
    /// When nothing could be measured.
    pub(crate) async fn run(
        &mut self,
        reach: Reach,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        self.measure(progress).await?;
        let answered = self.survey(progress).await;
        self.explain();
        if answered && reach == Reach::Prove {
            self.prove(progress).await?;
            self.confirm(progress).await?;
        }
        if !answered {
            self.lose();
        } else if self.story.ending == Ending::Interrupted {
            self.story.ending = Ending::Complete;
        }
        Ok(())
    }

    /// What is known, finished or not.
    #[must_use]
    pub(crate) fn tell(mut self) -> Story {
        self.settle();
        self.story.calls = self.budget.used();
        self.story
    }

    /// The target stopped answering: nobody goes on knocking, and nothing is claimed from what is missing.
    fn lose(&mut self) {
        self.story.ending = Ending::Lost;
        self.story
            .notes
            .push("the target stopped answering; what stands here was measured before".to_owned());
    }

    fn explain(&mut self) {
        self.story.findings = netopt_explain::explain(&self.story.facts);
        self.story.breakdown = netopt_explain::typical(&self.story.facts);
    }
}
