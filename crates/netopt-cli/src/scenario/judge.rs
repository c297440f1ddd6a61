//! The judge: the answer key of a file against what the line found, proposed and proved.
//!
//! It is a pure function of what a user would read in the report. Four things have to be right: the finding that comes
//! first, the change that it proposes, the proof of that change, and that nothing else was claimed.

use netopt::Plan;
use netopt_core::finding::{Finding, Severity, Status};
use netopt_core::unit::Ratio;
use netopt_core::verdict::Verdict;
use netopt_lab::scenario::Expect;

use crate::line::Reach;

/// What the line found, as the judge sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// In the order of the report.
    pub(crate) findings: &'a [Finding],
    /// What was recommended, confirmed on fresh data.
    pub(crate) plan: &'a Plan,
    /// How far the line was to go.
    pub(crate) reach: Reach,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judgement {
    /// The first finding above low.
    pub(crate) primary: Option<&'static str>,
    /// Whether that is the planted fault, or none where there is none.
    pub(crate) is_right: bool,
    /// Whether the planted fault is among the findings above low at all; `None` where there is none.
    pub(crate) is_listed: Option<bool>,
    /// Findings above low that are neither planted nor allowed.
    pub(crate) false_alarms: Vec<&'static str>,
    /// What was proven of the change that had to be proposed; `None` where none had to be, or none was to be tried.
    pub(crate) proof: Option<Proof>,
    /// Everything that is wrong, in words; empty is a pass.
    pub(crate) problems: Vec<String>,
}

/// What a trial showed of the expected change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Proof {
    /// Proven, by enough, and in the plan.
    pub(crate) holds: bool,
    /// The improvement of the declared metric as a share, if it was tried.
    pub(crate) improvement: Option<f64>,
}

impl Judgement {
    /// True when nothing is wrong.
    #[must_use]
    pub(crate) fn is_pass(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Judges a run.
#[must_use]
pub(crate) fn judge(expect: &Expect, seen: Seen<'_>) -> Judgement {
    let above: Vec<&Finding> = seen
        .findings
        .iter()
        .filter(|finding| {
            finding.weight() > Severity::Low && finding.status() != Status::NotMeasured
        })
        .collect();
    let planted = expect.primary.as_deref();
    let primary = above.first().map(|finding| finding.id);
    let is_allowed = |id: &str| expect.allow.iter().any(|allowed| allowed == id);
    let is_right = planted.map_or_else(
        || primary.is_none_or(is_allowed),
        |planted| primary == Some(planted),
    );
    let false_alarms: Vec<&'static str> = above
        .iter()
        .map(|finding| finding.id)
        .filter(|id| Some(*id) != planted && !is_allowed(id))
        .collect();
    let fault = above
        .iter()
        .find(|finding| Some(finding.id) == planted)
        .copied();
    let mut problems = Vec::new();
    if !is_right {
        let told = primary.unwrap_or("no finding above low");
        problems.push(format!(
            "{told} comes first, not {}",
            planted.unwrap_or("nothing")
        ));
    }
    problems.extend(
        false_alarms
            .iter()
            .map(|id| format!("{id} is a false alarm")),
    );
    problems.extend(fault.and_then(|fault| other_change(expect, fault)));
    let proof = expect
        .change
        .filter(|_| seen.reach == Reach::Prove)
        .map(|knob| proof(knob, expect.min_effect, seen, &mut problems));
    Judgement {
        primary,
        is_right,
        is_listed: planted.map(|_| fault.is_some()),
        false_alarms,
        proof,
        problems,
    }
}

/// What is wrong with the change that the finding of the fault proposes.
fn other_change(expect: &Expect, fault: &Finding) -> Option<String> {
    let proposed = fault.change().map(|change| change.name());
    (proposed != expect.change).then(|| {
        format!(
            "{} is proposed where {} should be",
            proposed.unwrap_or("advice"),
            expect.change.unwrap_or("advice")
        )
    })
}

fn proof(
    knob: &'static str,
    min_effect: Option<Ratio>,
    seen: Seen<'_>,
    problems: &mut Vec<String>,
) -> Proof {
    let proposing = seen
        .findings
        .iter()
        .find(|finding| finding.change().is_some_and(|change| change.name() == knob));
    let verdict = proposing.and_then(|finding| finding.proof.as_ref());
    let improvement = verdict.and_then(improvement);
    let least = min_effect.map_or(0.0, Ratio::get);
    let in_plan = || {
        seen.plan
            .changes()
            .iter()
            .any(|change| change.name() == knob)
    };
    let problem = match proposing {
        None => Some(format!("{knob} is not proposed")),
        Some(finding) if finding.status() != Status::Proven => {
            Some(format!("{knob} is {}, not proven", finding.status().name()))
        }
        Some(_) if improvement.is_none_or(|share| share < least) => Some(format!(
            "{knob} is proven by {:.1} %, less than {:.1} %",
            improvement.unwrap_or(0.0) * 100.0,
            least * 100.0
        )),
        Some(_) if !in_plan() => Some(format!("{knob} was not confirmed on fresh data")),
        Some(_) => None,
    };
    let holds = problem.is_none();
    problems.extend(problem);
    Proof { holds, improvement }
}

/// The improvement of the declared metric: less is better of latencies, more of throughput.
fn improvement(verdict: &Verdict) -> Option<f64> {
    let change = verdict.effect?.change;
    let better = if verdict.metric.lower_is_better() {
        -change
    } else {
        change
    };
    better.is_finite().then_some(better)
}

#[cfg(test)]
mod tests;
