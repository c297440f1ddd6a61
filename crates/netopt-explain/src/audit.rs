//! The form of an audit: an id, what it needs, and a pure function from facts to an outcome.
//!
//! An audit never measures and never says more than its facts: an input that is missing makes it *not measured*, and
//! what it estimates stays an estimate until a trial gives a verdict. Its page is `docs/audits/<id>.md`.

use std::time::Duration;

use netopt_core::finding::{Estimate, Finding, Remedy, Severity};
use netopt_core::metric::Metric;

use crate::facts::Facts;

/// What an audit is missing when most answers were cut.
pub(crate) const WHOLE: &str = "answers that were read to their end";

/// One question to the facts.
#[derive(Debug, Clone, Copy)]
pub struct Audit {
    /// `layer.noun`, stable: scenarios, pages and scripts use it.
    pub id: &'static str,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// The facts that it needs.
    pub needs: &'static [&'static str],
    /// The question.
    pub check: fn(&Facts) -> Outcome,
}

/// The answer to an audit.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per audit and run, and it is moved once"
)]
pub enum Outcome {
    /// There is something to tell.
    Fires(Finding),
    /// The facts are there, and there is nothing to tell.
    Quiet,
    /// These facts are missing.
    NotMeasured(Vec<&'static str>),
}

impl Outcome {
    /// A single missing fact.
    #[must_use]
    pub fn missing(fact: &'static str) -> Self {
        Self::NotMeasured(vec![fact])
    }
}

impl Audit {
    /// Asks the question and turns the answer into a finding, if it is worth telling.
    #[must_use]
    pub fn run(&self, facts: &Facts) -> Option<Finding> {
        match (self.check)(facts) {
            Outcome::Fires(finding) => Some(finding),
            Outcome::Quiet => None,
            Outcome::NotMeasured(missing) => Some(Finding {
                missing: missing.clone(),
                ..hypothesis(
                    self.id,
                    Severity::Low,
                    format!("Not measured: this needs {}.", missing.join("; ")),
                )
            }),
        }
    }
}

/// A finding with a summary and nothing else yet.
pub(crate) fn hypothesis(id: &'static str, severity: Severity, summary: String) -> Finding {
    Finding {
        id,
        severity,
        summary,
        evidence: Vec::new(),
        estimate: None,
        remedy: Remedy::None,
        cost: Vec::new(),
        proof: None,
        missing: Vec::new(),
    }
}

/// An estimate of the saving in the median.
pub(crate) const fn of_median(saving: Duration) -> Option<Estimate> {
    Some(Estimate {
        metric: Metric::P50.name(),
        saving,
    })
}

/// An estimate for something that `share` of the calls pay: below half of them the median does not feel it, the mean does.
pub(crate) fn of_share(saving: Duration, share: f64) -> Option<Estimate> {
    let metric = if share >= 0.5 {
        Metric::P50
    } else {
        Metric::MeanLatency
    };
    Some(Estimate {
        metric: metric.name(),
        saving,
    })
}
