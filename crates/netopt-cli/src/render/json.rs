//! The document for programs: `netopt.optimize/1` and `netopt.diagnose/1`. Its schema is in `docs/schemas`.
//!
//! Unknown is null, never zero. Field names end in their unit.

use std::time::Duration;

use netopt_core::change::{Change, Setting};
use netopt_core::finding::{Finding, Remedy};
use netopt_core::metric::Metric;
use netopt_core::metrics::NetworkMetrics;
use netopt_core::model::latency::Term;
use netopt_core::plan::Plan;
use netopt_core::unit::{PerSecond, Ratio, millis};
use netopt_core::verdict::{Decision, Verdict};
use serde_json::{Map, Value, json};

use crate::line::{Comparison, Ending, Side, Story};

/// The document of a verb: the story itself if one target was asked for, a list of what could be measured otherwise.
#[must_use]
pub(crate) fn document(verb: &str, stories: &[Story], asked: usize) -> String {
    let schema = format!("netopt.{verb}/1");
    let document = match stories {
        [story] if asked == 1 => told(story, &schema),
        many => {
            let results: Vec<Value> = many.iter().map(|story| told(story, &schema)).collect();
            json!({ "schema": format!("netopt.{verb}.list/1"), "results": results })
        }
    };
    format!("{document:#}\n")
}

fn told(story: &Story, schema: &str) -> Value {
    json!({
        "schema": schema,
        "target": story.target.to_string(),
        "complete": story.ending == Ending::Complete,
        "workload": {
            "preset": story.workload.name(),
            "metric": story.metric.name(),
            "asking": story.facts.asking.name(),
            "max_rate_rps": story.politeness.rate.get(),
            "max_requests": story.politeness.total,
            "requests": story.calls,
            "seed": story.seed.to_string(),
        },
        "client": plan(&story.facts.client),
        "baseline": baseline(story),
        "findings": story.findings.iter().map(finding).collect::<Vec<_>>(),
        "primary": story.primary().map(|finding| finding.id),
        "plan": if story.plan.is_empty() { Value::Null } else { plan(&story.plan) },
        "final": story.confirmation.as_ref().map(confirmation),
        "notes": story.trouble().iter().chain(&story.notes).collect::<Vec<_>>(),
    })
}

fn baseline(story: &Story) -> Value {
    let metrics = &story.metrics;
    let window = story.facts.baseline.window;
    let breakdown = story.breakdown.map(|breakdown| {
        let terms = Term::ALL.map(|term| (format!("{}_ms", term.name()), ms(breakdown.term(term))));
        let mut terms: Map<String, Value> = terms.into_iter().collect();
        terms.insert("residual_ms".to_owned(), json!(breakdown.residual_ms()));
        terms.insert("total_ms".to_owned(), json!(millis(breakdown.total())));
        terms
    });
    json!({
        "requests": metrics.count(),
        "p50_ms": quantile(metrics, 0.5),
        "p99_ms": quantile(metrics, 0.99),
        "throughput_rps": metrics.throughput(window).map(PerSecond::get),
        "error_ratio": metrics.error_ratio().map(Ratio::get),
        "reuse_ratio": metrics.reuse_ratio().map(Ratio::get),
        "breakdown": breakdown,
    })
}

fn finding(finding: &Finding) -> Value {
    let (change, advice) = match &finding.remedy {
        Remedy::Change(change) => (Some(setting(change)), None),
        Remedy::Advice(advice) => (None, Some(advice)),
        Remedy::None => (None, None),
    };
    let evidence: Vec<Value> = finding
        .evidence
        .iter()
        .map(|fact| json!({ "metric": fact.metric, "value": fact.value, "unit": fact.unit, "n": fact.n }))
        .collect();
    json!({
        "id": finding.id,
        "layer": finding.layer(),
        "status": finding.status().name(),
        "severity": finding.weight().name(),
        "summary": finding.summary,
        "evidence": evidence,
        "estimate": finding.estimate.map(|estimate| {
            json!({ "metric": estimate.metric, "saving_ms": millis(estimate.saving) })
        }),
        "proof": finding.proof.as_ref().map(proof),
        "change": change,
        "advice": advice,
        "cost": finding.cost,
        "missing": finding.missing,
    })
}

fn proof(verdict: &Verdict) -> Value {
    let decision = match verdict.decision {
        Decision::Faster => "faster",
        Decision::Slower => "slower",
        Decision::NoDifference { .. } => "no_difference",
        Decision::Inconclusive { .. } => "inconclusive",
        Decision::Invalid { .. } => "invalid",
    };
    let (reason, detectable, rounds_needed) = match verdict.decision {
        Decision::Invalid { reason } => (Some(reason.to_string()), None, None),
        Decision::Inconclusive {
            detectable,
            rounds_needed,
        } => {
            let missing = detectable
                .improvement()
                .is_none()
                .then(|| detectable.to_string());
            (missing, detectable.improvement(), rounds_needed)
        }
        Decision::Faster | Decision::Slower | Decision::NoDifference { .. } => (None, None, None),
    };
    json!({
        "metric": verdict.metric.name(),
        "decision": decision,
        "reason": reason,
        "effect_pct": verdict.effect.map(|effect| effect.pct()),
        "ci95_pct": verdict.effect.map(|effect| effect.interval_pct()),
        "rounds": verdict.rounds,
        "aa_floor_pct": verdict.aa_floor.map(|floor| floor * 100.0),
        "detectable_pct": detectable.map(|share| share * 100.0),
        "rounds_needed": rounds_needed,
    })
}

fn confirmation(comparison: &Comparison) -> Value {
    let Comparison {
        verdict,
        before,
        after,
    } = comparison;
    let row = |q: f64, metric: &str| {
        let declared = verdict.metric.name() == metric;
        let effect = verdict.effect.filter(|_| declared);
        json!({
            "before": quantile(&before.metrics, q),
            "after": quantile(&after.metrics, q),
            "effect_pct": effect.map(|effect| effect.pct()),
            "ci95_pct": effect.map(|effect| effect.interval_pct()),
        })
    };
    let rate = |side: &Side| side.answers().map(PerSecond::get);
    let of_rate = verdict
        .effect
        .filter(|_| verdict.metric == Metric::Throughput);
    json!({
        "proof": proof(verdict),
        "requests": after.metrics.count(),
        "p50_ms": row(0.5, "p50"),
        "p99_ms": row(0.99, "p99"),
        "mean_ms": {
            "before": ms(before.metrics.latency().mean()),
            "after": ms(after.metrics.latency().mean()),
            "effect_pct": verdict.effect.filter(|_| verdict.metric.name() == "mean_latency").map(|effect| effect.pct()),
            "ci95_pct": verdict.effect.filter(|_| verdict.metric.name() == "mean_latency").map(|effect| effect.interval_pct()),
        },
        "throughput_rps": {
            "before": rate(before),
            "after": rate(after),
            "effect_pct": of_rate.map(|effect| effect.pct()),
            "ci95_pct": of_rate.map(|effect| effect.interval_pct()),
        },
    })
}

fn plan(plan: &Plan) -> Value {
    Value::Object(
        plan.changes()
            .iter()
            .map(|change| (change.name().to_owned(), value(change)))
            .collect(),
    )
}

fn setting(change: &Change) -> Value {
    json!({ "name": change.name(), "value": value(change), "undo": value(&change.undo()) })
}

/// The value as a plan file has it.
fn value(change: &Change) -> Value {
    match change.setting() {
        Setting::Truth(switch) => json!(switch.is_on()),
        Setting::Number(number) => json!(number),
        Setting::Word(word) => json!(word),
        Setting::Size(size) => json!(format!("{}B", size.get())),
        Setting::Time(time) => json!(format!("{}ms", time.as_millis())),
        Setting::Share(share) => json!(share.get().to_string()),
        Setting::Names(set) => {
            json!(
                set.iter()
                    .map(netopt_core::encoding::Encoding::name)
                    .collect::<Vec<_>>()
            )
        }
    }
}

fn quantile(metrics: &NetworkMetrics, q: f64) -> Value {
    ms(metrics.latency().quantile(q))
}

fn ms(time: Option<Duration>) -> Value {
    json!(time.map(millis))
}

#[cfg(test)]
mod tests {
    use netopt_core::verdict::Detectable;

    use super::*;

    fn open(detectable: Detectable, rounds_needed: Option<u32>) -> Value {
        proof(&Verdict {
            arm: "nodelay".to_owned(),
            metric: Metric::P50,
            decision: Decision::Inconclusive {
                detectable,
                rounds_needed,
            },
            effect: None,
            rounds: 9,
            aa_floor: None,
        })
    }

    #[test]
    fn what_is_not_estimable_is_null_with_a_reason() {
        let early = open(Detectable::NotBefore { rounds: 10 }, None);
        assert_eq!(early["detectable_pct"], Value::Null);
        assert_eq!(early["rounds_needed"], Value::Null);
        assert_eq!(early["reason"], "not estimable before 10 rounds");
        let seen = open(Detectable::Improvement(0.125), Some(140));
        assert_eq!(seen["detectable_pct"], 12.5);
        assert_eq!(seen["rounds_needed"], 140);
        assert_eq!(seen["reason"], Value::Null);
    }
}
