//! Made findings against made answer keys.

use netopt::Change;
use netopt_core::change::Switch;
use netopt_core::finding::Remedy;
use netopt_core::metric::Metric;
use netopt_core::verdict::{Decision, Effect, Threshold};

use super::*;

const REUSE: Change = Change::KeepAlive(Switch::On);

fn found(id: &'static str, severity: Severity) -> Finding {
    Finding {
        id,
        severity,
        summary: "something.".to_owned(),
        evidence: Vec::new(),
        estimate: None,
        remedy: Remedy::Advice("do it".to_owned()),
        cost: Vec::new(),
        proof: None,
        missing: Vec::new(),
    }
}

fn tried(id: &'static str, change: Change, decision: Decision, effect: f64) -> Finding {
    Finding {
        remedy: Remedy::Change(change),
        proof: Some(Verdict {
            arm: change.name().to_owned(),
            metric: Metric::P50,
            decision,
            effect: Some(Effect {
                change: effect,
                low: effect,
                high: effect,
            }),
            rounds: 12,
            aa_floor: Some(0.01),
        }),
        ..found(id, Severity::High)
    }
}

fn proven(effect: f64) -> Finding {
    tried("http.connection-reuse", REUSE, Decision::Faster, effect)
}

/// The key of a client that keeps no connections.
fn key() -> Expect {
    Expect {
        primary: Some("http.connection-reuse".to_owned()),
        allow: vec!["server.processing".to_owned()],
        change: Some("http.keep_alive"),
        min_effect: Ratio::new(0.3),
    }
}

fn judged(expect: &Expect, findings: &[Finding]) -> Judgement {
    let plan = Plan::new().with(REUSE);
    judge(
        expect,
        Seen {
            findings,
            plan: &plan,
            reach: Reach::Prove,
        },
    )
}

#[test]
fn the_right_finding_with_its_proof_passes() {
    let findings = [proven(-0.4), found("server.processing", Severity::Medium)];
    let judgement = judged(&key(), &findings);
    assert!(judgement.is_pass(), "{judgement:?}");
    assert_eq!(judgement.primary, Some("http.connection-reuse"));
    assert_eq!(
        (judgement.is_right, judgement.is_listed),
        (true, Some(true))
    );
    let proof = judgement.proof.unwrap();
    assert!(proof.holds && (proof.improvement.unwrap() - 0.4).abs() < 1e-9);
}

#[test]
fn too_small_an_effect_is_no_proof() {
    let judgement = judged(&key(), &[proven(-0.2)]);
    assert_eq!(
        judgement.problems,
        ["http.keep_alive is proven by 20.0 %, less than 30.0 %"]
    );
    assert!(judgement.is_right && !judgement.proof.unwrap().holds);
}

#[test]
fn what_a_trial_refuted_is_neither_first_nor_proven() {
    let threshold = Threshold::Share(0.03);
    let refuted = tried(
        "http.connection-reuse",
        REUSE,
        Decision::NoDifference { threshold },
        0.0,
    );
    let judgement = judged(&key(), &[refuted]);
    assert_eq!(
        (judgement.primary, judgement.is_listed),
        (None, Some(false))
    );
    assert_eq!(
        judgement.problems,
        [
            "no finding above low comes first, not http.connection-reuse",
            "http.keep_alive is refuted, not proven"
        ]
    );
}

#[test]
fn a_proven_change_that_was_not_confirmed_is_no_fix() {
    let judgement = judge(
        &key(),
        Seen {
            findings: &[proven(-0.5)],
            plan: &Plan::new(),
            reach: Reach::Prove,
        },
    );
    assert_eq!(
        judgement.problems,
        ["http.keep_alive was not confirmed on fresh data"]
    );
}

#[test]
fn without_experiments_nothing_has_to_be_proven() {
    let untried = Finding {
        remedy: Remedy::Change(REUSE),
        ..found("http.connection-reuse", Severity::High)
    };
    let judgement = judge(
        &key(),
        Seen {
            findings: &[untried],
            plan: &Plan::new(),
            reach: Reach::Explain,
        },
    );
    assert!(
        judgement.is_pass() && judgement.proof.is_none(),
        "{judgement:?}"
    );
}

#[test]
fn the_wrong_finding_first_is_wrong_even_if_the_right_one_is_listed() {
    let findings = [found("dns.slow-resolver", Severity::High), proven(-0.4)];
    let judgement = judged(&key(), &findings);
    assert_eq!(
        (judgement.is_right, judgement.is_listed),
        (false, Some(true))
    );
    assert_eq!(judgement.false_alarms, ["dns.slow-resolver"]);
    assert_eq!(judgement.problems.len(), 2);
}

#[test]
fn a_change_where_advice_is_right_is_wrong() {
    let expect = Expect {
        change: None,
        min_effect: None,
        ..key()
    };
    let judgement = judged(&expect, &[proven(-0.4)]);
    assert_eq!(
        judgement.problems,
        ["http.keep_alive is proposed where advice should be"]
    );
    let advised = judged(&expect, &[found("http.connection-reuse", Severity::High)]);
    assert!(advised.is_pass() && advised.proof.is_none());
}

#[test]
fn in_a_healthy_world_only_low_and_unmeasured_findings_are_fine() {
    let healthy = Expect::default();
    let mut unmeasured = found("a.b", Severity::High);
    unmeasured.missing.push("something");
    let quiet = [found("c.d", Severity::Low), unmeasured];
    let judgement = judged(&healthy, &quiet);
    assert!(
        judgement.is_pass() && judgement.is_listed.is_none(),
        "{judgement:?}"
    );
    let judgement = judged(&healthy, &[found("server.processing", Severity::Medium)]);
    assert_eq!(
        judgement.problems,
        [
            "server.processing comes first, not nothing",
            "server.processing is a false alarm"
        ]
    );
}

#[test]
fn the_server_as_the_fault_is_a_primary_like_any_other() {
    let expect = Expect {
        primary: Some("server.processing".to_owned()),
        ..Expect::default()
    };
    assert!(judged(&expect, &[found("server.processing", Severity::High)]).is_pass());
    assert!(!judged(&expect, &[]).is_pass());
}
