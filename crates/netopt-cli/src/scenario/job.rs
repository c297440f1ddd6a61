//! From a scenario and its world to a job of the line: the workload, and the client as it is today.

use http::uri::PathAndQuery;
use netopt_core::target::Target;
use netopt_core::unit::{Bytes, PerSecond};
use netopt_core::workload::Pattern;
use netopt_lab::Scenario;
use netopt_lab::scenario::{Load, Paths};

use super::world::World;
use crate::exit::Fault;
use crate::line::{Beside, Effort, Job, Mix, Politeness, Template};

/// What `netopt optimize` does unless told otherwise.
const OPEN_RATE: f64 = 20.0;
/// In a closed loop the answers set the pace: more than one machine can do.
const CLOSED_RATE: f64 = 10_000.0;
/// The server is our own, and a tail takes many calls to show.
const TOTAL: u64 = 60_000;
/// What headers and cookies without a meaning are made of.
const FILLER: &str = "0123456789abcdef";

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
        template: template(load, &target, seed)?,
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

/// The request of that load, with its headers, for its paths.
fn template(load: &Load, target: &Target, seed: u64) -> Result<Template, Fault> {
    let fill = |size: Bytes| -> Result<String, Fault> {
        let size = usize::try_from(size.get()).map_err(Fault::internal)?;
        Ok(FILLER.chars().cycle().take(size).collect())
    };
    let mut headers = Vec::new();
    if load.headers > Bytes::ZERO {
        headers.push(format!("x-context: {}", fill(load.headers)?));
    }
    if load.cookies > Bytes::ZERO {
        headers.push(format!("cookie: session={}", fill(load.cookies)?));
    }
    let method = load.method.as_str();
    let template = Template::filled(target, method, &headers, load.request_body)?;
    Ok(template.mixed(mix(load, seed)?))
}

/// The paths of that load; `None` of the one path that stands for all that are like it.
fn mix(load: &Load, seed: u64) -> Result<Option<Mix>, Fault> {
    if load.paths == Paths::default() && !load.chain.is_on() {
        return Ok(None);
    }
    let paths: Result<Vec<PathAndQuery>, _> = load.paths.all().map(|path| path.parse()).collect();
    let mix = Mix::listed(paths.map_err(Fault::internal)?);
    let Some(mix) = mix else { return Ok(None) };
    if load.chain.is_on() {
        return Ok(Some(mix.chained()));
    }
    match load.zipf {
        None => Ok(Some(mix)),
        Some(exponent) => {
            let popular = mix.by_popularity(exponent, seed);
            popular
                .map(Some)
                .ok_or_else(|| Fault::internal("a popularity that is no law"))
        }
    }
}
