//! From a scenario and its world to a job of the line: the workload, and the client as it is today.

use netopt_core::target::Target;
use netopt_core::unit::PerSecond;
use netopt_core::workload::Pattern;
use netopt_lab::Scenario;

use super::world::World;
use crate::exit::Fault;
use crate::line::{Beside, Effort, Job, Politeness, Template};

/// What `netopt optimize` does unless told otherwise.
const OPEN_RATE: f64 = 20.0;
/// In a closed loop the answers set the pace: more than one machine can do.
const CLOSED_RATE: f64 = 10_000.0;
/// The server is our own, and a tail takes many calls to show.
const TOTAL: u64 = 60_000;

/// The job of running `scenario` in `world` with `seed`.
///
/// # Errors
/// When the world is inconsistent, which would be a defect.
pub(super) fn job(scenario: &Scenario, world: &World, seed: u64) -> Result<Job, Fault> {
    let load = &scenario.workload;
    let target: Target = world.url().parse().map_err(Fault::internal)?;
    let usual = match load.preset.pattern() {
        Pattern::Open => OPEN_RATE,
        Pattern::Closed => CLOSED_RATE,
    };
    let rate = load.rate.or_else(|| PerSecond::new(usual));
    let rate = rate.ok_or_else(|| Fault::internal("the usual rate"))?;
    let politeness = Politeness { rate, total: TOTAL };
    let beside = load
        .upload_beside
        .map(|size| Beside::upload(&target, &[], size, politeness))
        .transpose()?;
    let effort = Effort::default();
    let mut around = world.surroundings()?;
    around.connect_timeout = load.connect_timeout.unwrap_or(around.connect_timeout);
    Ok(Job {
        template: Template::filled(&target, load.method.as_str(), &[], load.request_body)?,
        target,
        beside,
        client: load.client.clone(),
        around,
        workload: load.preset,
        metric: load.metric.unwrap_or_else(|| load.preset.metric()),
        seed,
        politeness,
        effort: Effort {
            callers: load.concurrency.unwrap_or(effort.callers),
            measure_for: load.duration.unwrap_or(effort.measure_for),
        },
    })
}
