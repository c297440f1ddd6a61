//! A discrete-event simulator of flows through a bottleneck: no I/O, no clock, seeded.
//!
//! It answers for links that no machine at hand can carry, and it is where the closed forms of [`crate::model`] are
//! checked against something that was not derived with their assumptions. The windows of Reno and CUBIC are moved by the
//! machines in [`crate::model::congestion`].
//!
//! ```text
//! sender ──▶ loss ──▶ queue ──▶ rate ──▶ delay ──▶ receiver
//!    ◀──────────────────── delay ◀──────────────────┘
//! ```
//!
//! Simulated are packets, not bytes on the wire: no handshake, no close, no reordering, no loss of acknowledgements, no
//! ECN, no active queue management, and both ends are infinitely fast. A run depends on its [`Scenario`] alone: same seed,
//! same bytes, as far as the floating point of two machines agrees.

use std::cmp::max;

mod agenda;
mod error;
mod flow;
mod link;
mod outcome;
mod packet;
mod random;
mod receiver;
mod record;
mod scenario;
mod sender;
mod time;

pub use error::Error;
pub use outcome::{BottleneckOutcome, FlowOutcome, Outcome, Packets, RoundTrip, WindowSample};
pub use scenario::{Bottleneck, Controller, Flow, Loss, Scenario, Timer};

use agenda::{Agenda, Event};
use flow::{Running, Surroundings};
use link::Link;
use random::SplitMix64;
use time::Time;

/// Runs a scenario until all its flows are complete, or to its time limit.
///
/// # Errors
/// When a value of the scenario is out of bounds, or when it takes more packets than it allows.
pub fn run(scenario: &Scenario) -> Result<Outcome, Error> {
    scenario.check()?;
    let limit = Time::of(scenario.time_limit);
    let mut agenda = Agenda::default();
    let mut link = Link::new(&scenario.bottleneck, SplitMix64::stream(scenario.seed, 0));
    let mut flows: Vec<Running> = Vec::with_capacity(scenario.flows.len());
    for (number, flow) in scenario.flows.iter().enumerate() {
        flows.push(Running::new(number, *flow, scenario));
        agenda.plan(Time::of(flow.start), number, Event::Start);
    }

    let mut open = flows.len();
    let mut end = Time::ZERO;
    while open > 0 {
        // A flow that is not complete always has an event to come; the limit is for those that never are.
        let Some((now, number, event)) = agenda.next().filter(|(at, ..)| *at <= limit) else {
            end = limit;
            break;
        };
        let flow = &mut flows[number];
        let was_open = flow.completed().is_none();
        let around = Surroundings {
            now,
            link: &mut link,
            agenda: &mut agenda,
        };
        flow.handle(event, around);
        if was_open && flow.completed().is_some() {
            open -= 1;
        }
        if link.packets() > scenario.packet_limit {
            return Err(Error::too_many_packets(
                scenario.packet_limit,
                now.duration(),
            ));
        }
        end = max(end, now);
    }
    Ok(Outcome {
        bottleneck: link.outcome(end),
        flows: flows.into_iter().map(|flow| flow.outcome(end)).collect(),
        end: end.duration(),
    })
}

#[cfg(test)]
mod tests;
