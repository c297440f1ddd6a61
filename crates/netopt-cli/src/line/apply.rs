//! Stage five: the plan as a file, each line with its evidence.

use std::fmt::Write as _;

use netopt::Change;
use netopt_core::finding::{Finding, Status};
use netopt_core::verdict::Verdict;

use super::Story;

/// The first words of a plan that netopt wrote: such a file may be replaced.
pub(crate) const OPENING: &str = "# Written by netopt optimize";

impl Story {
    /// The text of the plan; `None` if nothing is recommended.
    #[must_use]
    pub(crate) fn plan_file(&self) -> Option<String> {
        if self.plan.is_empty() {
            return None;
        }
        let mut head = format!("Written by netopt optimize for {}\n", self.target);
        if let Some(confirmation) = &self.confirmation {
            let _ = writeln!(
                head,
                "Confirmed on fresh data: {}",
                told(&confirmation.verdict)
            );
        }
        head.push_str(
            "Load it with netopt::Plan::read; a plan that is not loaded changes nothing.\n",
        );
        Some(self.plan.write(&head, |change| self.reason(change)))
    }

    /// Why a change is in the plan.
    fn reason(&self, change: &Change) -> String {
        let cause = self
            .findings
            .iter()
            .find(|finding| finding.change().is_some_and(|own| own == *change));
        match cause {
            Some(finding) if finding.status() == Status::Proven => reason_of(finding),
            _ => "as your client is today".to_owned(),
        }
    }
}

fn reason_of(finding: &Finding) -> String {
    let mut text = format!("{}: {}\n", finding.id, finding.summary);
    if let Some(verdict) = &finding.proof {
        let _ = writeln!(text, "proven: {}", told(verdict));
    }
    for cost in &finding.cost {
        let _ = writeln!(text, "cost: {cost}");
    }
    text
}

/// A verdict in one line: metric, effect, interval, rounds, floor.
fn told(verdict: &Verdict) -> String {
    let mut text = verdict.metric.to_string();
    if let Some(effect) = verdict.effect {
        let _ = write!(text, " {effect} (95 %)");
    }
    let _ = write!(text, ", {} rounds", verdict.rounds);
    if let Some(floor) = verdict.aa_floor {
        let _ = write!(text, ", A/A floor {:.1} %", floor * 100.0);
    }
    text
}
