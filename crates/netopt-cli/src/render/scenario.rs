//! The report on an exam for people: a line for each case, what went wrong, and the score.

use std::fmt::Write as _;

use netopt_core::unit::{Ratio, show_duration};

use super::{Paint, wrapped};
use crate::line::Reach;
use crate::scenario::{Case, Exam, Mark, Run, Score, Share, Standing};

/// The report.
#[must_use]
pub(crate) fn report(exam: &Exam, paint: &Paint) -> String {
    let mut text = String::new();
    let widest = exam.cases.iter().map(|case| name(case).chars().count());
    let width = widest.max().unwrap_or(0).max("case".len());
    let head = format!(
        "{:<width$}  {:>7}  {:>7}  {:>6}  {:>6}  {:>8}",
        "case", "passed", "primary", "alarms", "proof", "time"
    );
    let _ = writeln!(text, "{}", paint.dim(&head));
    for case in &exam.cases {
        row(&mut text, exam, case, width, paint);
    }
    text.push('\n');
    score(&mut text, exam, paint);
    text
}

fn row(text: &mut String, exam: &Exam, case: &Case, width: usize, paint: &Paint) {
    let standing = case.standing(exam.seeds.len());
    if let Standing::Skipped(reason) = &standing {
        let _ = writeln!(text, "{:<width$}  {}", name(case), paint.dim("skipped"));
        text.push_str(&wrapped(reason, 4, paint.width()));
        return;
    }
    let runs = &case.runs;
    let share = |counts: fn(&Run) -> bool| {
        let part = runs.iter().filter(|run| counts(run)).count();
        format!("{part}/{}", runs.len())
    };
    let alarms: usize = runs
        .iter()
        .filter_map(|run| run.judgement.as_ref())
        .map(|judgement| judgement.false_alarms.len())
        .sum();
    let proof = if case.scenario.expect.change.is_some() && exam.reach == Reach::Prove {
        share(|run| {
            let proof = run.judgement.as_ref().and_then(|is| is.proof);
            proof.is_some_and(|proof| proof.holds)
        })
    } else {
        "-".to_owned()
    };
    let line = format!(
        "{:<width$}  {:>7}  {:>7}  {alarms:>6}  {proof:>6}  {:>8}",
        name(case),
        share(|run| run.mark == Mark::Passed),
        share(|run| run.judgement.as_ref().is_some_and(|is| is.is_right)),
        show_duration(case.took()),
    );
    let painted = match standing {
        Standing::Passed => paint.green(&line),
        Standing::Failed => paint.red(&line),
        Standing::Void | Standing::Skipped(_) | Standing::Interrupted => paint.yellow(&line),
    };
    let _ = writeln!(text, "{painted}");
    for run in runs {
        let why = match &run.mark {
            Mark::Passed => continue,
            Mark::Failed(problems) => problems.join("; "),
            Mark::Void(why) => format!("void after {} attempts: {why}", run.attempts),
            Mark::Interrupted => "interrupted".to_owned(),
        };
        text.push_str(&wrapped(
            &format!("seed {}: {why}", run.seed),
            4,
            paint.width(),
        ));
    }
}

fn score(text: &mut String, exam: &Exam, paint: &Paint) {
    let score = Score::of(exam);
    let rows = [
        ("top-1 accuracy", told(score.top1)),
        ("recall", told(score.recall)),
        ("false alarms", score.false_alarms.to_string()),
        ("proof rate", told(score.proof)),
        ("cases passed", told_cases(score)),
        ("time", show_duration(score.took)),
    ];
    for (label, value) in rows {
        let _ = writeln!(text, "{:<16}{}", label, paint.bold(&value));
    }
}

fn told(share: Share) -> String {
    share.ratio().map_or_else(
        || "not measured".to_owned(),
        |ratio: Ratio| format!("{ratio} ({} of {} runs)", share.part, share.whole),
    )
}

fn told_cases(score: Score) -> String {
    let mut text = format!("{} of {}", score.cases.part, score.cases.whole);
    if score.void > 0 {
        let _ = write!(text, ", {} void", score.void);
    }
    if score.skipped > 0 {
        let _ = write!(text, ", {} skipped", score.skipped);
    }
    text
}

/// The file's name without its ending.
fn name(case: &Case) -> String {
    case.file
        .file_stem()
        .unwrap_or(case.file.as_os_str())
        .to_string_lossy()
        .into_owned()
}
