//! The order of findings, and which of them is the root cause.
//!
//! What a trial showed comes first, by the time that it showed. Then what was not tried or could not be decided, by the
//! estimate. What a trial refuted stays in the list, because "we tried, no difference" is worth knowing, but its estimate
//! counts no more. What was not measured comes last. Where one trial
//! decided about several findings, their estimates do; equals keep the order of the catalogue.

use std::cmp::Reverse;
use std::time::Duration;

use netopt_core::finding::{Finding, Severity, Status};
use netopt_core::metric::Metric;

/// Sorts findings by shown saving, then by estimated saving. `p50` is the median latency of the baseline, which turns the
/// relative effect of a trial into a time; without it effects cannot be told apart.
pub fn rank(findings: &mut [Finding], p50: Option<Duration>) {
    findings.sort_by_key(|finding| {
        let estimate = finding.estimate.map_or(Duration::ZERO, |e| e.saving);
        let (place, saving) = match finding.status() {
            Status::Proven => (0, shown_saving(finding, p50.unwrap_or_default())),
            Status::Hypothesis | Status::Inconclusive => (1, estimate),
            Status::Refuted => (2, estimate),
            Status::NotMeasured => (3, Duration::ZERO),
        };
        // Two findings with the same change share its proof; then the larger estimate is the larger cause.
        (
            place,
            Reverse(saving),
            Reverse(finding.weight()),
            Reverse(estimate),
        )
    });
}

/// The root cause: the first finding above low. `None` when there is none, when nothing could be measured, and when that
/// finding says that the network is innocent.
///
/// The findings have to be in the order that [`rank`] gives them.
#[must_use]
pub fn primary(findings: &[Finding]) -> Option<&Finding> {
    findings
        .iter()
        .find(|finding| finding.weight() > Severity::Low && finding.status() != Status::NotMeasured)
        .filter(|finding| finding.layer() != INNOCENT)
}

/// The layer whose findings acquit the network.
const INNOCENT: &str = "server";

/// The time per call behind the effect of a trial.
fn shown_saving(finding: &Finding, p50: Duration) -> Duration {
    let share = finding.proof.as_ref().and_then(|proof| {
        let change = proof.effect?.change;
        Some(match proof.metric {
            // Twice the calls in the same time is half the time for each.
            Metric::Throughput => change / (1.0 + change),
            Metric::P50 | Metric::P99 | Metric::MeanLatency => -change,
        })
    });
    let share = share.filter(|share| share.is_finite()).unwrap_or(0.0);
    Duration::try_from_secs_f64(p50.as_secs_f64() * share.clamp(0.0, 1.0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use netopt_core::finding::{Estimate, Finding};
    use netopt_core::verdict::{Decision, Effect, Threshold, Verdict};

    use super::*;
    use crate::audit::hypothesis;

    fn found(id: &'static str, severity: Severity, millis: u64) -> Finding {
        Finding {
            estimate: Some(Estimate {
                metric: "p50",
                saving: Duration::from_millis(millis),
            }),
            ..hypothesis(id, severity, String::new())
        }
    }

    fn tried(finding: Finding, decision: Decision, change: f64) -> Finding {
        Finding {
            proof: Some(Verdict {
                arm: finding.id.to_owned(),
                metric: Metric::P50,
                decision,
                effect: Some(Effect {
                    change,
                    low: change,
                    high: change,
                }),
                rounds: 12,
                aa_floor: Some(0.01),
            }),
            ..finding
        }
    }

    fn order(mut findings: Vec<Finding>) -> Vec<&'static str> {
        rank(&mut findings, Some(Duration::from_millis(100)));
        findings.iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn shown_savings_come_before_estimates_and_refuted_ones_after_them() {
        let mut missing = found("e.missing", Severity::Low, 900);
        missing.missing.push("something");
        let refuted = Decision::NoDifference {
            threshold: Threshold::Share(0.03),
        };
        let got = order(vec![
            missing,
            tried(found("d.refuted", Severity::High, 800), refuted, 0.0),
            found("c.guess", Severity::High, 70),
            tried(found("b.small", Severity::High, 60), Decision::Faster, -0.2),
            tried(found("a.large", Severity::High, 10), Decision::Faster, -0.5),
        ]);
        assert_eq!(
            got,
            ["a.large", "b.small", "c.guess", "d.refuted", "e.missing"]
        );
    }

    #[test]
    fn equals_keep_their_order_and_the_larger_estimate_is_first() {
        let all = vec![
            found("a.x", Severity::Low, 5),
            found("b.x", Severity::Low, 5),
            found("c.x", Severity::Low, 6),
        ];
        assert_eq!(order(all), ["c.x", "a.x", "b.x"]);
    }

    #[test]
    fn the_root_cause_is_above_low_and_neither_refuted_nor_missing() {
        let mut missing = found("a.missing", Severity::High, 50);
        missing.missing.push("something");
        let refuted = tried(
            found("b.refuted", Severity::High, 50),
            Decision::NoDifference {
                threshold: Threshold::Share(0.03),
            },
            0.0,
        );
        let low = found("c.low", Severity::Low, 40);
        assert_eq!(
            primary(&[missing.clone(), refuted.clone(), low.clone()]),
            None
        );
        let medium = found("d.medium", Severity::Medium, 3);
        let all = [missing, refuted, low, medium];
        assert_eq!(primary(&all).map(|finding| finding.id), Some("d.medium"));
    }

    #[test]
    fn twice_the_throughput_is_half_the_time() {
        let mut finding = tried(found("a.x", Severity::High, 1), Decision::Faster, 1.0);
        finding.proof.as_mut().unwrap().metric = Metric::Throughput;
        assert_eq!(
            shown_saving(&finding, Duration::from_millis(100)),
            Duration::from_millis(50)
        );
    }
}
