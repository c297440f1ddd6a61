//! `netopt scenario`: runs scenario files as an exam, and says how it went.

use std::path::Path;

use futures_util::{StreamExt as _, stream};
use netopt_lab::Scenario;
use tokio::sync::watch;

use super::line::interrupted;
use crate::args::ScenarioArgs;
use crate::exit::{End, Fault};
use crate::line::Reach;
use crate::render::{self, Paint, Sitting};
use crate::scenario::{Case, Exam, Mark, Standing, sit, unsupported};
use crate::surroundings;

/// Runs every file with every seed, and tells the score.
///
/// # Errors
/// A file that is no scenario, with a line for each mistake; or a result that cannot be written.
pub(crate) async fn run(args: ScenarioArgs) -> Result<End, Fault> {
    let paint = Paint::detect(args.output);
    let cases = read(&args)?;
    let reach = if args.diagnose {
        Reach::Explain
    } else {
        Reach::Prove
    };
    let exam = Exam {
        cases,
        seeds: args.chosen_seeds(),
        reach,
        is_complete: true,
    };
    let jobs = usize::try_from(args.jobs.get()).unwrap_or(1);
    let exam = hold(exam, jobs).await;
    let told = if args.output.json {
        render::scenario_document(&exam)
    } else {
        render::scenario_report(&exam, &paint)
    };
    render::result(&told)?;
    end(&exam)
}

/// All files, before the first of them runs.
fn read(args: &ScenarioArgs) -> Result<Vec<Case>, Fault> {
    let mut cases = Vec::new();
    let mut wrong = Vec::new();
    for file in &args.files {
        match read_one(file) {
            Ok(scenario) => cases.push(Case {
                skipped: unsupported(&scenario),
                file: file.clone(),
                scenario,
                runs: Vec::new(),
            }),
            Err(mut lines) => wrong.append(&mut lines),
        }
    }
    if wrong.is_empty() {
        Ok(cases)
    } else {
        Err(Fault::usage(wrong.join("\nnetopt: ")))
    }
}

/// A scenario, or a line for each mistake in the file.
fn read_one(file: &Path) -> Result<Scenario, Vec<String>> {
    let text = surroundings::read(file).map_err(|fault| vec![fault.line().to_owned()])?;
    Scenario::read(&text).map_err(|errors| {
        errors
            .0
            .iter()
            .map(|error| format!("{}: {error}", file.display()))
            .collect()
    })
}

/// Every run in its order, with the number of its case; the cases that do not run are told.
fn planned<'a>(exam: &'a Exam, sitting: &Sitting) -> Vec<(usize, &'a Case, u64)> {
    let mut planned = Vec::new();
    for (number, case) in exam.cases.iter().enumerate() {
        match &case.skipped {
            Some(reason) => sitting.skipped(&case.file, reason),
            None => planned.extend(exam.seeds.iter().map(|seed| (number, case, *seed))),
        }
    }
    planned
}

/// Runs all cases, so many at a time, until Ctrl-C.
async fn hold(mut exam: Exam, jobs: usize) -> Exam {
    let (stop, stopped) = watch::channel(false);
    let listening = tokio::spawn(async move {
        interrupted().await;
        stop.send_replace(true);
        // Kept until the command ends: a channel without a sender would look like a stop.
        std::future::pending::<()>().await;
    });
    let planned_cases = exam.cases.iter().filter(|case| case.skipped.is_none());
    let sitting = Sitting::begin(planned_cases.count() * exam.seeds.len());
    let runs = {
        let (sitting, stopped, reach) = (&sitting, &stopped, exam.reach);
        let run = async |(number, case, seed): (usize, &Case, u64)| {
            if *stopped.borrow() {
                return None;
            }
            sitting.started(&case.file, seed);
            let run = sit(&case.scenario, seed, reach, stopped).await;
            sitting.ended(&case.file, &run);
            Some((number, run))
        };
        let planned = planned(&exam, sitting);
        let held = stream::iter(planned).map(run).buffered(jobs);
        held.collect::<Vec<_>>().await
    };
    for (number, run) in runs.into_iter().flatten() {
        exam.cases[number].runs.push(run);
    }
    sitting.clear();
    listening.abort();
    exam.is_complete = !*stopped.borrow();
    if !exam.is_complete {
        render::note("interrupted: what follows is what was known");
    }
    exam
}

/// How the command ends: with a failed gate as soon as one case failed.
fn end(exam: &Exam) -> Result<End, Fault> {
    let standings = || {
        exam.cases
            .iter()
            .map(|case| case.standing(exam.seeds.len()))
    };
    if !exam.is_complete {
        return Ok(End::Interrupted);
    }
    if standings().any(|standing| standing == Standing::Failed) {
        return Ok(End::GateFailed);
    }
    let judged = |case: &Case| case.runs.iter().any(|run| run.mark == Mark::Passed);
    if !exam.cases.iter().any(judged) {
        return Err(Fault::unmeasured("none of the scenarios could be judged"));
    }
    if standings().any(|standing| standing == Standing::Void) {
        return Ok(End::PartlyUnmeasured);
    }
    Ok(End::Done)
}
