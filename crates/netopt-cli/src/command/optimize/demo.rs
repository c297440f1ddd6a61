//! The demonstration: a world with known faults, on loopback, without root.

use std::fmt::Write as _;

use netopt::{Change, Plan, Resolver, Surroundings, Tls};
use netopt_core::change::Switch;
use netopt_core::target::Target;
use netopt_core::unit::{PerSecond, show_duration};
use netopt_core::workload::Workload;
use netopt_lab::World;

use crate::exit::Fault;
use crate::line::{Effort, Job, Politeness, Template};
use crate::render::{Paint, wrapped};

/// About half of what the demonstration's link can carry uncompressed.
const RATE: f64 = 50.0;
/// The origin is our own.
const TOTAL: u64 = 5_000;

/// The running demonstration.
#[derive(Debug)]
pub(crate) struct Demo {
    world: World,
    seed: u64,
}

impl Demo {
    /// Starts it.
    ///
    /// # Errors
    /// When loopback has no free port.
    pub(crate) async fn start(seed: u64) -> Result<Self, Fault> {
        let world = World::demo().await;
        let world = world
            .map_err(|error| Fault::unmeasured(format!("cannot start the demo origin: {error}")))?;
        Ok(Self { world, seed })
    }

    /// What is to be optimized in it: the client's part of the faults is the baseline.
    ///
    /// # Errors
    /// When the world is inconsistent, which would be a defect.
    pub(crate) fn job(&self, workload: Workload) -> Result<Job, Fault> {
        let target: Target = self.world.url().parse().map_err(Fault::internal)?;
        let mut around = Surroundings::new(Tls::trusting_nobody());
        around.audited = Switch::On;
        if let Some(server) = self.world.resolver() {
            around.resolver = Resolver::server(server).map_err(Fault::internal)?;
        }
        let rate = PerSecond::new(RATE).ok_or_else(|| Fault::internal("the demo's rate"))?;
        Ok(Job {
            template: Template::new(&target, "GET", &[], bytes::Bytes::new())?,
            target,
            beside: None,
            client: Plan::new().with(Change::KeepAlive(Switch::Off)),
            around,
            workload,
            metric: workload.metric(),
            seed: self.seed,
            politeness: Politeness { rate, total: TOTAL },
            effort: Effort::default(),
        })
    }

    /// What it is, and what was planted.
    #[must_use]
    pub(crate) fn introduction(&self, paint: &Paint) -> String {
        let mut head = String::from("No target was given, so here is a demonstration on loopback");
        if let Some(link) = self.world.spec().link {
            let _ = write!(
                head,
                ": an origin behind an emulated link of {}",
                show_duration(link.rtt)
            );
            if let Some(rate) = link.rate {
                let _ = write!(head, ", {rate}");
            }
        }
        let mut text = wrapped(
            &format!("{head}. Planted in it, to be found:"),
            0,
            paint.width(),
        );
        for fault in self.world.planted() {
            let _ = writeln!(text, "  {}", paint.bold(&fault.finding));
            text.push_str(&wrapped(&fault.sentence, 4, paint.width()));
        }
        text
    }
}
