//! The document of an exam: `netopt.scenario/1`, described by `docs/schemas/scenario.schema.json`.
//!
//! Unknown is null, never zero. Field names end in their unit.

use netopt_core::unit::{Ratio, millis};
use netopt_lab::scenario::Expect;
use serde_json::{Value, json};

use crate::line::Reach;
use crate::scenario::{Case, Exam, Mark, Run, Score, Share, Standing};

/// The document.
#[must_use]
pub(crate) fn document(exam: &Exam) -> String {
    let score = Score::of(exam);
    let document = json!({
        "schema": "netopt.scenario/1",
        "complete": exam.is_complete,
        "reach": match exam.reach {
            Reach::Explain => "diagnose",
            Reach::Prove => "optimize",
        },
        "seeds": exam.seeds.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "score": {
            "top1_ratio": ratio(score.top1),
            "recall_ratio": ratio(score.recall),
            "proof_ratio": ratio(score.proof),
            "false_alarms": score.false_alarms,
            "runs_judged": score.top1.whole,
            "cases_passed": score.cases.part,
            "cases_run": score.cases.whole,
            "cases_void": score.void,
            "cases_skipped": score.skipped,
            "time_s": score.took.as_secs_f64(),
        },
        "cases": exam.cases.iter().map(|one| case(exam, one)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn case(exam: &Exam, case: &Case) -> Value {
    let standing = case.standing(exam.seeds.len());
    let reason = match &standing {
        Standing::Skipped(reason) => Some(reason.as_str()),
        _ => None,
    };
    json!({
        "file": case.file.display().to_string(),
        "name": case.scenario.name,
        "engine": case.scenario.link.as_ref().map(|link| link.engine.name()),
        "expect": expect(&case.scenario.expect),
        "standing": standing.name(),
        "reason": reason,
        "time_s": case.took().as_secs_f64(),
        "runs": case.runs.iter().map(run).collect::<Vec<_>>(),
    })
}

fn expect(expect: &Expect) -> Value {
    json!({
        "primary": expect.primary,
        "allow": expect.allow,
        "change": expect.change,
        "min_effect_ratio": expect.min_effect.map(Ratio::get),
    })
}

fn run(run: &Run) -> Value {
    let judgement = run.judgement.as_ref();
    let (mark, problems) = match &run.mark {
        Mark::Passed => ("passed", Vec::new()),
        Mark::Failed(problems) => ("failed", problems.clone()),
        Mark::Void(why) => ("void", vec![why.clone()]),
        Mark::Interrupted => ("interrupted", Vec::new()),
    };
    json!({
        "seed": run.seed.to_string(),
        "mark": mark,
        "problems": problems,
        "attempts": run.attempts,
        "primary": judgement.and_then(|is| is.primary),
        "primary_right": judgement.map(|is| is.is_right),
        "listed": judgement.and_then(|is| is.is_listed),
        "false_alarms": judgement.map(|is| is.false_alarms.clone()),
        "proven": judgement.and_then(|is| is.proof).map(|proof| proof.holds),
        "improvement_ratio": judgement.and_then(|is| is.proof).and_then(|proof| proof.improvement),
        "lateness_p99_ms": run.lateness.map(millis),
        "path": path(run),
        "time_s": run.took.as_secs_f64(),
    })
}

fn ratio(share: Share) -> Option<f64> {
    share.ratio().map(Ratio::get)
}

/// What the path did, where packets have one.
#[cfg(target_os = "linux")]
fn path(run: &Run) -> Option<Value> {
    let truth = run.truth.as_ref()?;
    Some(super::lab_json::value(&truth.path, &truth.truth))
}

#[cfg(not(target_os = "linux"))]
const fn path(_: &Run) -> Option<Value> {
    None
}
