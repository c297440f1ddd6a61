//! `netopt scenario`: runs scenario files as an exam, and says how it went.

use std::path::Path;

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
    let exam = hold(exam).await;
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

/// Runs all cases, until Ctrl-C.
async fn hold(mut exam: Exam) -> Exam {
    let (stop, stopped) = watch::channel(false);
    let listening = tokio::spawn(async move {
        interrupted().await;
        stop.send_replace(true);
        // Kept until the command ends: a channel without a sender would look like a stop.
        std::future::pending::<()>().await;
    });
    let (seeds, reach) = (exam.seeds.clone(), exam.reach);
    let planned = exam.cases.iter().filter(|case| case.skipped.is_none());
    let sitting = Sitting::begin(planned.count() * seeds.len());
    for case in &mut exam.cases {
        if let Some(reason) = &case.skipped {
            sitting.skipped(&case.file, reason);
            continue;
        }
        for seed in &seeds {
            if *stopped.borrow() {
                break;
            }
            sitting.started(&case.file, *seed);
            let run = sit(&case.scenario, *seed, reach, &stopped).await;
            sitting.ended(&case.file, &run);
            case.runs.push(run);
        }
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
