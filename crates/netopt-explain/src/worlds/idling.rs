//! Worlds whose server, or something in front of it, gives idle connections up.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::phase::Phase;

use super::{World, ms};
use crate::facts::Facts;

/// The facts of `world` when connections are idle for these times in turn, in milliseconds, before each call on one, and
/// break under it from `keeps` on.
pub(crate) fn idling(world: &World, keeps: Duration, idle: &[f64]) -> Facts {
    let mut facts = world.facts();
    let mut idle = idle.iter().copied().map(ms).cycle();
    for call in &mut facts.baseline.exchanges {
        if call.is_reused() {
            rest(call, idle.next().unwrap_or_default(), keeps);
        }
    }
    facts
}

/// The connection of `call` was idle for so long before it.
fn rest(call: &mut Exchange, idle: Duration, keeps: Duration) {
    if let Some(mut before) = call.path.clone() {
        before.silent_for = Some(idle);
        call.path_before = Some(before);
    }
    if idle >= keeps {
        call.answer = None;
        call.outcome = Outcome::Failed(Failure {
            kind: FailureKind::Reset,
            phase: Phase::Wait,
            message: "the peer reset the connection".to_owned(),
        });
    }
}
