//! The whole line: facts in, ranked findings out.

use netopt_core::finding::Status;

use super::*;
use crate::worlds::{World, ms};

#[test]
fn nothing_measured_is_said_for_each_audit_that_needs_something() {
    let findings = explain(&Facts::default());
    assert!(findings.len() >= 4);
    for finding in &findings {
        assert_eq!(finding.status(), Status::NotMeasured, "{finding:?}");
        assert!(!finding.missing.is_empty());
        assert!(finding.summary.starts_with("Not measured: "));
    }
    assert_eq!(primary(&findings), None);
}

#[test]
fn findings_come_in_the_order_of_their_savings() {
    let world = World {
        rtt: ms(20.0),
        server_keeps: false,
        lookup: Some(ms(90.0)),
        ..World::default()
    };
    let findings = explain(&world.facts());
    let ids: Vec<&str> = findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["dns.slow-resolver", "http.connection-reuse"]);
    let savings: Vec<_> = findings
        .iter()
        .map(|finding| finding.estimate.unwrap().saving)
        .collect();
    assert!(savings.is_sorted_by(|a, b| a >= b));
}

#[test]
fn a_failed_call_is_no_measurement() {
    let mut facts = World::default().facts();
    for call in &mut facts.baseline.exchanges {
        call.outcome = netopt_core::outcome::Outcome::Answered(503);
    }
    assert_eq!(typical(&facts), None);
    assert_eq!(primary(&explain(&facts)), None);
}
