//! What came of it: before and after, or why there is nothing to recommend.

use std::fmt::Write as _;

use netopt_core::finding::{Severity, Status};
use netopt_core::metric::Metric;
use netopt_core::unit::show_duration;
use netopt_core::verdict::Decision;

use super::findings::proof;
use super::{Paint, Story, UNKNOWN, labelled, shown, wrapped};
use crate::line::{Comparison, Ending, Side};

pub(super) fn tell(text: &mut String, story: &Story, paint: &Paint) {
    if let Some(comparison) = &story.confirmation {
        compare(text, comparison, paint);
    }
    if story.plan.is_empty() {
        text.push_str(&wrapped(&conclusion(story), 0, paint.width()));
    } else {
        let changes: Vec<String> = story
            .plan
            .since(&story.facts.client)
            .iter()
            .map(shown)
            .collect();
        text.push_str(&labelled(
            0,
            "Plan ",
            &paint.bold("Plan "),
            &paint.cyan(&changes.join(", ")),
            paint.width(),
        ));
    }
}

fn compare(text: &mut String, comparison: &Comparison, paint: &Paint) {
    let _ = writeln!(text, "{}", paint.bold("Before and after, on fresh data"));
    for (name, q) in [("p50", 0.5), ("p99", 0.99)] {
        let value = |side: &Side| {
            side.metrics
                .latency()
                .quantile(q)
                .map_or_else(|| UNKNOWN.to_owned(), show_duration)
        };
        let (before, after) = (value(&comparison.before), value(&comparison.after));
        let n = comparison.after.metrics.count();
        let after = paint.bold(&format!("{after:<9}"));
        let n = paint.dim(&format!("n {n} each"));
        let _ = writeln!(text, "  {name}  {before:>9} → {after} {n}");
    }
    if comparison.verdict.metric == Metric::Throughput {
        let value = |side: &Side| {
            side.answers()
                .map_or_else(|| UNKNOWN.to_owned(), |rate| rate.to_string())
        };
        let (before, after) = (value(&comparison.before), value(&comparison.after));
        let after = paint.bold(&after);
        let _ = writeln!(text, "  answers  {before} → {after}");
    }
    let verdict = proof(&comparison.verdict);
    let verdict = match comparison.verdict.decision {
        Decision::Faster => paint.green(&format!("faster: {verdict}")),
        _ => paint.yellow(&format!("not confirmed: {verdict}")),
    };
    text.push_str(&wrapped(&verdict, 2, paint.width()));
    text.push('\n');
}

/// One sentence when there is no plan.
fn conclusion(story: &Story) -> String {
    let first = story.findings.iter().find(|finding| {
        finding.weight() > Severity::Low && finding.status() != Status::NotMeasured
    });
    let others = story
        .findings
        .iter()
        .filter(|finding| finding.weight() > Severity::Low)
        .count()
        > 1;
    match (first, story.primary()) {
        (None, _) if story.ending != Ending::Complete => {
            "It ended before all was measured: nothing is concluded and no change is recommended."
                .to_owned()
        }
        (None, _) if story.trouble().is_some() => {
            "Nothing else above low was found: no change is recommended.".to_owned()
        }
        (None, _) => "Nothing above low was found: no change is recommended.".to_owned(),
        (Some(finding), None) if others => {
            format!("Most of the time is not the network's: {}.", finding.id)
        }
        (Some(finding), None) => format!("The network is not the problem: {}.", finding.id),
        (Some(_), Some(primary)) if primary.status() == Status::Proven => {
            format!(
                "The main cause is {}, and its change alone is proven.",
                primary.id
            )
        }
        (Some(_), Some(primary)) if primary.change().is_none() => {
            format!(
                "The main cause is {}, and no change of the client removes it: see its advice.",
                primary.id
            )
        }
        (Some(_), Some(primary)) => {
            format!(
                "The main cause seems to be {}; no change was proven, so no plan is recommended.",
                primary.id
            )
        }
    }
}
