//! The list of findings: status, what, how we know, what to do, what it costs.

use std::fmt::Write as _;

use netopt_core::finding::{Evidence, Finding, Remedy, Severity, Status};
use netopt_core::unit::show_duration;
use netopt_core::verdict::{Decision, Detectable, Verdict};

use super::{Paint, Story, labelled, shown, wrapped};
use crate::line::Ending;

/// The summary stands here.
const INDENT: usize = 4;

pub(super) fn list(text: &mut String, story: &Story, paint: &Paint) {
    let (told, silent): (Vec<_>, Vec<_>) = story
        .findings
        .iter()
        .partition(|finding| finding.status() != Status::NotMeasured);
    let _ = writeln!(text, "{}", paint.bold("Findings"));
    if let Some(trouble) = story.trouble() {
        text.push_str(&wrapped(
            &format!("{} {}", paint.red("●"), paint.bold(&trouble)),
            2,
            paint.width(),
        ));
    } else if told.is_empty() && story.ending == Ending::Complete {
        let _ = writeln!(text, "  {} nothing stands out", paint.green("●"));
    }
    for finding in told {
        tell(text, finding, paint);
    }
    if !silent.is_empty() {
        let names: Vec<String> = silent
            .iter()
            .map(|finding| format!("{} (needs {})", finding.id, finding.missing.join(", ")))
            .collect();
        text.push_str(&paint.dim(&wrapped(
            &format!("not measured: {}", names.join("; ")),
            2,
            paint.width(),
        )));
    }
    text.push('\n');
}

fn tell(text: &mut String, finding: &Finding, paint: &Paint) {
    let (dot, status) = match finding.status() {
        Status::Proven => (paint.green("●"), paint.green("proven")),
        Status::Refuted => (paint.dim("○"), paint.dim("tried, no gain")),
        Status::Inconclusive => (paint.yellow("○"), paint.yellow("inconclusive")),
        Status::Hypothesis | Status::NotMeasured => {
            (paint.yellow("●"), paint.yellow("explained, not tried"))
        }
    };
    let severity = match finding.weight() {
        Severity::High => paint.red("high"),
        Severity::Medium => paint.yellow("medium"),
        Severity::Low => paint.dim("low"),
    };
    let _ = writeln!(
        text,
        "  {dot} {}  {severity}  {status}",
        paint.bold(finding.id)
    );
    text.push_str(&wrapped(&finding.summary, INDENT, paint.width()));
    if let Some(verdict) = &finding.proof {
        line(text, paint, "tried", &proof(verdict));
    } else if let Some(estimate) = finding.estimate {
        let saving = format!(
            "about {} of the {}",
            show_duration(estimate.saving),
            estimate.metric
        );
        line(text, paint, "estimate", &saving);
    }
    match &finding.remedy {
        Remedy::Change(change) => line(text, paint, "change", &paint.cyan(&shown(change))),
        Remedy::Advice(advice) => line(text, paint, "advice", advice),
        Remedy::None => {}
    }
    for cost in &finding.cost {
        line(text, paint, "cost", cost);
    }
    let evidence: Vec<String> = finding.evidence.iter().map(measured).collect();
    if !evidence.is_empty() {
        line(text, paint, "evidence", &paint.dim(&evidence.join(" · ")));
    }
}

/// `label  value`, the value wrapped behind the label.
fn line(text: &mut String, paint: &Paint, label: &str, value: &str) {
    let label = format!("{label:<9}");
    text.push_str(&labelled(
        INDENT,
        &label,
        &paint.dim(&label),
        value,
        paint.width(),
    ));
}

/// `p50 -41.2 % [-43.0, -39.1], 12 rounds, A/A floor 1.1 %`
pub(super) fn proof(verdict: &Verdict) -> String {
    let mut text = verdict.metric.to_string();
    if let Some(effect) = verdict.effect {
        let _ = write!(text, " {effect}");
    }
    let _ = write!(text, ", {} rounds", verdict.rounds);
    if let Some(floor) = verdict.aa_floor {
        let _ = write!(text, ", A/A floor {:.1} %", floor * 100.0);
    }
    match verdict.decision {
        Decision::NoDifference { threshold } => {
            let _ = write!(text, ": no difference larger than {threshold}");
        }
        Decision::Inconclusive {
            detectable: Detectable::Improvement(share),
            rounds_needed,
        } => {
            let _ = write!(text, ": {:.1} % or more would have shown", share * 100.0);
            if let Some(rounds) = rounds_needed {
                let _ = write!(text, ", less takes about {rounds} rounds");
            }
        }
        Decision::Inconclusive { detectable, .. } => {
            let _ = write!(text, ": {detectable}");
        }
        Decision::Invalid { reason } => {
            let _ = write!(text, ": not valid, {reason}");
        }
        Decision::Slower => text.push_str(": slower"),
        Decision::Faster => {}
    }
    text
}

fn measured(evidence: &Evidence) -> String {
    let value = match evidence.unit {
        "ms" => show_duration(std::time::Duration::from_secs_f64(
            (evidence.value / 1e3).clamp(0.0, 1e9),
        )),
        "ratio" => format!("{:.1} %", evidence.value * 100.0),
        "bytes" => netopt_core::unit::Bytes::new(whole(evidence.value)).to_string(),
        unit => format!("{} {unit}", (evidence.value * 10.0).round() / 10.0),
    };
    // The value and its count stay on one line.
    format!(
        "{} {}",
        evidence.metric,
        format!("{value} (n {})", evidence.n).replace(' ', "\u{a0}")
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use netopt_core::metric::Metric;
    use netopt_core::verdict::{Effect, InvalidReason, Threshold};

    use super::*;

    fn said(decision: Decision) -> String {
        proof(&Verdict {
            arm: "nodelay".to_owned(),
            metric: Metric::P99,
            decision,
            effect: Some(Effect {
                change: -0.02,
                low: -0.08,
                high: 0.04,
            }),
            rounds: 9,
            aa_floor: None,
        })
    }

    #[test]
    fn a_verdict_without_a_claim_says_what_it_could_have_seen_and_what_is_missing() {
        let open = |detectable, rounds_needed| {
            said(Decision::Inconclusive {
                detectable,
                rounds_needed,
            })
        };
        let start = "p99 -2.0 % [-8.0, +4.0], 9 rounds";
        let seen = Detectable::Improvement(0.094);
        for (text, end) in [
            (
                open(seen, Some(140)),
                "9.4 % or more would have shown, less takes about 140 rounds",
            ),
            (open(seen, None), "9.4 % or more would have shown"),
            (
                open(Detectable::NotBefore { rounds: 10 }, None),
                "not estimable before 10 rounds",
            ),
            (
                said(Decision::Invalid {
                    reason: InvalidReason::TooFewSamples {
                        metric: Metric::P99,
                        have: 120,
                        need: 368,
                    },
                }),
                "not valid, p99 not estimable: needs 368 requests a block, has 120",
            ),
            (
                said(Decision::NoDifference {
                    threshold: Threshold::Time(std::time::Duration::from_micros(100)),
                }),
                "no difference larger than 100 µs",
            ),
        ] {
            assert_eq!(text, format!("{start}: {end}"));
        }
    }
}
