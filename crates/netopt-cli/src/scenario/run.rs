//! One run: a scenario with one seed, in a world of its own, on a thread of its own.
//!
//! The thread has its own runtime, because the client's side of some worlds is a property of the thread. A void run is
//! tried again; a void run is never a pass, whatever was found in it.

use std::time::Duration;

use netopt_core::verdict::{Decision, InvalidReason, Verdict};
use netopt_lab::Scenario;
use netopt_load::report::Limit;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::job::job;
use super::judge::{Judgement, Seen, judge};
#[cfg(target_os = "linux")]
use super::world::PathTruth;
use super::world::World;
use crate::exit::Fault;
use crate::line::{Ending, Line, Progress, Reach, Stage, Story};

/// A void run is tried again twice.
const MOST_ATTEMPTS: u32 = 3;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Everything was right.
    Passed,
    /// Something was wrong, or nothing could be measured.
    Failed(Vec<String>),
    /// The lab or the load generator was late, so nothing can be said.
    Void(String),
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// One scenario with one seed.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The seed of everything random.
    pub(crate) seed: u64,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// How it ended.
    pub(crate) mark: Mark,
    /// What the judge said; `None` when there was nothing to judge.
    pub(crate) judgement: Option<Judgement>,
    /// By how much the lab was late, 99th percentile.
    pub(crate) lateness: Option<Duration>,
    /// What the path did, where packets have one.
    #[cfg(target_os = "linux")]
    pub(crate) truth: Option<Box<PathTruth>>,
    /// All attempts together.
    pub(crate) took: Duration,
}

/// What came of one attempt.
#[derive(Debug)]
struct Attempt {
    mark: Mark,
    judgement: Option<Judgement>,
    lateness: Option<Duration>,
    #[cfg(target_os = "linux")]
    truth: Option<Box<PathTruth>>,
}

impl Attempt {
    const fn without_judgement(mark: Mark) -> Self {
        Self {
            mark,
            judgement: None,
            lateness: None,
            #[cfg(target_os = "linux")]
            truth: None,
        }
    }
}

/// Runs `scenario` with `seed` until it is not void, three times at the most; `stop` turning true ends it early.
pub(crate) async fn sit(
    scenario: &Scenario,
    seed: u64,
    reach: Reach,
    stop: &watch::Receiver<bool>,
) -> Run {
    let begun = Instant::now();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let attempt = on_a_thread(scenario.clone(), seed, reach, stop.clone()).await;
        let is_void = matches!(attempt.mark, Mark::Void(_));
        if is_void && attempts < MOST_ATTEMPTS && !*stop.borrow() {
            continue;
        }
        return Run {
            seed,
            attempts,
            mark: attempt.mark,
            judgement: attempt.judgement,
            lateness: attempt.lateness,
            #[cfg(target_os = "linux")]
            truth: attempt.truth,
            took: begun.elapsed(),
        };
    }
}

async fn on_a_thread(
    scenario: Scenario,
    seed: u64,
    reach: Reach,
    stop: watch::Receiver<bool>,
) -> Attempt {
    let (tell, told) = oneshot::channel();
    let started = std::thread::Builder::new()
        .name("scenario".to_owned())
        .spawn(move || {
            let attempt = attempt(&scenario, seed, reach, stop);
            let attempt = attempt.unwrap_or_else(|fault| {
                Attempt::without_judgement(Mark::Failed(vec![fault.to_string()]))
            });
            // Nobody waits any more when the command has ended.
            drop(tell.send(attempt));
        });
    if let Err(error) = started {
        return Attempt::without_judgement(Mark::Void(format!("no thread: {error}")));
    }
    told.await.unwrap_or_else(|_| {
        Attempt::without_judgement(Mark::Failed(vec!["the run panicked".to_owned()]))
    })
}

/// Builds the world, runs the line in it, and judges.
fn attempt(
    scenario: &Scenario,
    seed: u64,
    reach: Reach,
    mut stop: watch::Receiver<bool>,
) -> Result<Attempt, Fault> {
    let world = match World::build(scenario, seed) {
        Ok(world) => world,
        Err(error) => {
            let why = format!("the world could not be built: {error}");
            return Ok(Attempt::without_judgement(Mark::Void(why)));
        }
    };
    let client = match world.client_runtime() {
        Ok(client) => client,
        Err(error) => {
            let why = format!("the client cannot live in this world: {error}");
            return Ok(Attempt::without_judgement(Mark::Void(why)));
        }
    };
    let mut line = Line::new(job(scenario, &world, seed)?);
    let mut silent = Silent;
    client.block_on(async {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Ok(()),
            outcome = Box::pin(line.run(reach, &mut silent)) => outcome,
        }
    })?;
    client.shutdown_background();
    let story = line.tell();
    let seen = Seen {
        findings: &story.findings,
        plan: &story.plan,
        reach,
    };
    let judgement = judge(&scenario.expect, seen);
    Ok(Attempt {
        mark: mark(&story, &judgement, world.void()),
        judgement: (story.ending == Ending::Complete).then_some(judgement),
        lateness: world.lateness(),
        #[cfg(target_os = "linux")]
        truth: world.truth(),
    })
}

fn mark(story: &Story, judgement: &Judgement, late: Option<String>) -> Mark {
    match story.ending {
        Ending::Interrupted => Mark::Interrupted,
        Ending::Lost => Mark::Failed(vec!["the target stopped answering".to_owned()]),
        Ending::Complete => match late.or_else(|| withheld(story)) {
            Some(why) => Mark::Void(why),
            None if judgement.is_pass() => Mark::Passed,
            None => Mark::Failed(judgement.problems.clone()),
        },
    }
}

/// Why the load generator's own health forbids a judgement; `None` when it does not.
fn withheld(story: &Story) -> Option<String> {
    let reason = InvalidReason::HostSaturated;
    let saturated = |verdict: &Verdict| verdict.decision == Decision::Invalid { reason };
    if story.saturated == Some(Limit::Generator) {
        return Some("this machine was too slow for the planned load".to_owned());
    }
    let screened = story
        .findings
        .iter()
        .filter_map(|found| found.proof.as_ref());
    let confirmed = story
        .confirmation
        .iter()
        .map(|comparison| &comparison.verdict);
    screened
        .chain(confirmed)
        .any(saturated)
        .then(|| "this machine was too slow for the trial".to_owned())
}

/// Says nothing: an exam has many lines, and their stages are of no interest.
#[derive(Debug)]
struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: Stage, _: u64) {}
    fn left(&mut self, _: u64) {}
    fn end(&mut self) {}
}
