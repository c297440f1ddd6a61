//! Everything that is known about one target: what the renderers show.

use std::time::Duration;

use netopt::Plan;
use netopt_core::finding::{Finding, Severity, Status};
use netopt_core::metric::Metric;
use netopt_core::metrics::NetworkMetrics;
use netopt_core::model::latency::Breakdown;
use netopt_core::target::Target;
use netopt_core::unit::PerSecond;
use netopt_core::verdict::Verdict;
use netopt_core::workload::Workload;
use netopt_explain::{Asking, Facts};
use netopt_load::report::Limit;

use super::{Job, Mix, Politeness};

/// From this share of unsuccessful calls on, they are what is wrong.
const SICK: f64 = 0.01;

/// Everything that is known about one target.
#[derive(Debug)]
pub(crate) struct Story {
    /// What was called.
    pub(crate) target: Target,
    /// How calls arrived.
    pub(crate) workload: Workload,
    /// What counted.
    pub(crate) metric: Metric,
    /// How polite we were.
    pub(crate) politeness: Politeness,
    /// The seed of everything random.
    pub(crate) seed: u64,
    /// The client as it is today: sums, and the facts that audits see.
    pub(crate) metrics: NetworkMetrics,
    /// What audits saw.
    pub(crate) facts: Facts,
    /// Where the time of a typical call went.
    pub(crate) breakdown: Option<Breakdown>,
    /// What audits found and trials made of it, in order of importance.
    pub(crate) findings: Vec<Finding>,
    /// The plan against today's client, on fresh data.
    pub(crate) confirmation: Option<Comparison>,
    /// What is recommended: today's client with all proven changes. Empty if there is nothing to recommend.
    pub(crate) plan: Plan,
    /// What should be said beside the findings.
    pub(crate) notes: Vec<String>,
    /// What kept the measured load from its plan.
    pub(crate) saturated: Option<Limit>,
    /// Calls made, all stages together.
    pub(crate) calls: u64,
    /// Whether it came to its end.
    pub(crate) ending: Ending,
}

/// How a run of the line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All that was asked for.
    Complete,
    /// Stopped half-way.
    Interrupted,
    /// The target stopped answering half-way.
    Lost,
}

/// What the calls asked for.
fn told(mix: &Mix) -> String {
    let count = mix.count();
    match mix.asking() {
        Asking::Chain(_) => {
            format!(
                "the calls went through {count} paths as one piece of work, one after the other"
            )
        }
        Asking::Listed | Asking::StandIn => format!("the calls asked for {count} paths"),
    }
}

/// Two clients side by side.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// What was concluded.
    pub(crate) verdict: Verdict,
    /// Today's client.
    pub(crate) before: Side,
    /// The plan.
    pub(crate) after: Side,
}

/// One side of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// Its calls, burn-in excluded.
    pub(crate) metrics: NetworkMetrics,
    /// The time in which it made them.
    pub(crate) busy: Duration,
}

impl Side {
    /// Answers a second: calls that failed are none; `None` before anything was made.
    #[must_use]
    pub(crate) fn answers(&self) -> Option<PerSecond> {
        PerSecond::of(self.metrics.succeeded(), self.busy)
    }
}

impl Story {
    pub(super) fn new(job: &Job) -> Self {
        Self {
            target: job.target.clone(),
            workload: job.workload,
            metric: job.metric,
            politeness: job.politeness,
            seed: job.seed,
            metrics: NetworkMetrics::new(),
            facts: Facts {
                client: job.client.clone(),
                asking: job.template.mix().map_or(Asking::StandIn, Mix::asking),
                ..Facts::default()
            },
            breakdown: None,
            findings: Vec::new(),
            confirmation: None,
            plan: Plan::new(),
            notes: job.template.mix().map(told).into_iter().collect(),
            saturated: None,
            calls: 0,
            ending: Ending::Interrupted,
        }
    }

    /// The one root cause, if the network or the server is the problem.
    #[must_use]
    pub(crate) fn primary(&self) -> Option<&Finding> {
        netopt_explain::primary(&self.findings)
    }

    /// What is wrong with the answers themselves, before anything is said about their time: the share that failed.
    #[must_use]
    pub(crate) fn trouble(&self) -> Option<String> {
        let share = self
            .metrics
            .error_ratio()
            .filter(|share| share.get() >= SICK)?;
        let classes: Vec<String> = self
            .metrics
            .errors()
            .iter()
            .map(|(class, count)| format!("{count} x {class}"))
            .collect();
        let (classes, calls) = (classes.join(", "), self.metrics.count());
        Some(format!(
            "{share} of {calls} calls did not succeed ({classes}): that comes before their latency"
        ))
    }

    /// True when a finding of that severity or above remains: refuted ones do not, proven ones do until their plan is
    /// used. Calls that do not succeed are worse than any finding.
    #[must_use]
    pub(crate) fn has(&self, severity: Severity) -> bool {
        let remains =
            |finding: &Finding| !matches!(finding.status(), Status::NotMeasured | Status::Refuted);
        self.trouble().is_some()
            || self
                .findings
                .iter()
                .any(|finding| remains(finding) && finding.weight() >= severity)
    }
}
