//! The arms of a trial: plans turned into clients by `netopt::stack`, the function that turns the final plan into the
//! user's client. What is proven is what is applied.

use std::time::Duration;

use netopt::{Plan, Surroundings, stack};
use netopt_core::exchange::Exchange;
use netopt_trial::block::Block;
use netopt_trial::design::arm::ArmId;
use netopt_trial::runner::{Arms, Watch};
use netopt_trial::session::Session;

use crate::line::calls::{Calls, Template};
use crate::line::{Beside, Job, Progress, Side};

/// Makes the clients of the arms.
pub(super) struct ClientArms {
    today: Plan,
    plans: Vec<Plan>,
    around: Surroundings,
    template: Template,
    beside: Option<Beside>,
}

impl ClientArms {
    /// Today's client, its copy, and one arm for each plan.
    pub(super) fn new(job: &Job, plans: Vec<Plan>) -> Self {
        let (around, template) = (job.around.clone(), job.template.clone());
        Self {
            today: job.client.clone(),
            plans,
            around,
            template,
            beside: job.beside.clone(),
        }
    }
}

impl Arms for ClientArms {
    type Caller = Calls;

    fn fresh(&self, arm: ArmId) -> Calls {
        let plan = match arm {
            ArmId::Baseline | ArmId::Twin => &self.today,
            ArmId::Candidate(number) => self.plans.get(usize::from(number)).unwrap_or(&self.today),
        };
        let client =
            stack::client(plan, &self.around).expect("the same surroundings made the first client");
        Calls::new(client, self.template.clone(), self.beside.clone())
    }
}

/// Keeps what both sides of a comparison did, and tells how far it is.
pub(super) struct Watcher<'a, P> {
    pub(super) progress: &'a mut P,
    pub(super) sides: &'a mut [Side; 2],
    pub(super) per_block: u64,
    /// The time between two planned calls; `None` for a closed loop, where a call takes what it takes.
    pub(super) interval: Option<Duration>,
}

impl<P: Progress> Watch for Watcher<'_, P> {
    fn exchange(&mut self, arm: ArmId, exchange: &Exchange) {
        let side = match arm {
            ArmId::Baseline => &mut self.sides[0],
            ArmId::Candidate(0) => &mut self.sides[1],
            ArmId::Twin | ArmId::Candidate(_) => return,
        };
        side.metrics.record(exchange);
        side.busy += self.interval.unwrap_or_else(|| exchange.service_time());
    }

    fn block(&mut self, session: &Session, _: Block) {
        self.progress.left(session.blocks_left() * self.per_block);
    }
}
