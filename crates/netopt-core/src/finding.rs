//! A finding: what is slow, how we know, what would help, and whether that is proven.

use std::time::Duration;

use crate::change::Change;
use crate::verdict::{Decision, Verdict};

/// How much a finding matters, by the share of the latency that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Below a tenth of the latency. Also what was refuted, inconclusive or not measured, see [`Finding::weight`].
    Low,
    /// From a tenth.
    Medium,
    /// From three tenths.
    High,
}

impl Severity {
    /// The severity of something that makes up `share` (0 to 1) of the latency.
    #[must_use]
    pub fn of_share(share: f64) -> Self {
        match share {
            s if s >= 0.3 => Self::High,
            s if s >= 0.1 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What is known about the change of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// A trial showed the change to help.
    Proven,
    /// A trial showed the change not to help.
    Refuted,
    /// A trial could not tell.
    Inconclusive,
    /// Explained by evidence, not tried.
    Hypothesis,
    /// An input is missing.
    NotMeasured,
}

impl Status {
    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
            Self::Hypothesis => "hypothesis",
            Self::NotMeasured => "not_measured",
        }
    }
}

/// One measured fact behind a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What was measured, for example `connect p50`.
    pub metric: String,
    /// The value, in `unit`.
    pub value: f64,
    /// The unit: `ms`, `bytes`, `ratio`, `count`.
    pub unit: &'static str,
    /// The number of samples.
    pub n: u64,
}

/// What a model says a change would save. Never a result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Of what: `p50`.
    pub metric: &'static str,
    /// How much, per call.
    pub saving: Duration,
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// A change of the client, which a trial can prove.
    Change(Change),
    /// Something that the client cannot do: text for whoever runs the server or the path.
    Advice(String),
    /// Nothing: the finding tells where the time is.
    None,
}

/// One audit's result that is worth telling.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// `layer.noun`, for example `http.connection-reuse`.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub summary: String,
    /// The facts behind it.
    pub evidence: Vec<Evidence>,
    /// What a model says it would save.
    pub estimate: Option<Estimate>,
    /// What to do.
    pub remedy: Remedy,
    /// Who pays for the remedy, and what.
    pub cost: Vec<String>,
    /// What a trial said about the change.
    pub proof: Option<Verdict>,
    /// The inputs that were missing; the finding is then *not measured*.
    pub missing: Vec<&'static str>,
}

impl Finding {
    /// The layer: `http` of `http.connection-reuse`.
    #[must_use]
    pub fn layer(&self) -> &'static str {
        self.id.split('.').next().unwrap_or(self.id)
    }

    /// The change that it proposes, if it proposes one.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        match self.remedy {
            Remedy::Change(change) => Some(change),
            Remedy::Advice(_) | Remedy::None => None,
        }
    }

    /// What is known about it. Only a verdict makes it proven.
    #[must_use]
    pub fn status(&self) -> Status {
        if !self.missing.is_empty() {
            return Status::NotMeasured;
        }
        match self.proof.as_ref().map(|verdict| &verdict.decision) {
            None => Status::Hypothesis,
            Some(Decision::Faster) => Status::Proven,
            Some(Decision::Slower | Decision::NoDifference { .. }) => Status::Refuted,
            Some(Decision::Inconclusive { .. } | Decision::Invalid { .. }) => Status::Inconclusive,
        }
    }

    /// The severity after the trial: what was tried in full and not proven is low. A trial that could not be judged, or
    /// not yet, changes nothing.
    #[must_use]
    pub fn weight(&self) -> Severity {
        let unjudged = matches!(
            self.proof.as_ref().map(|verdict| verdict.decision),
            Some(
                Decision::Invalid { .. }
                    | Decision::Inconclusive {
                        rounds_needed: None,
                        ..
                    }
            )
        );
        match self.status() {
            Status::Proven | Status::Hypothesis => self.severity,
            Status::Inconclusive if unjudged => self.severity,
            Status::Refuted | Status::Inconclusive | Status::NotMeasured => Severity::Low,
        }
    }
}
