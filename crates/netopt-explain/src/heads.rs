//! What the heads of requests take of the line's time, measured by sending longer ones.
//!
//! The survey makes the same call with some kilobytes more, on a kept connection, one at a time. By how much it takes longer is
//! what these bytes cost, and so what each byte of the head costs. Without a clear difference a head costs nothing that is worth
//! a word. The audit of long heads tells it, and what the server works is computed without it.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::unit::Bytes;

use crate::facts::{Connection, Facts, LEAST_SAMPLES, Times, middle, on, service};

/// A shorter head fits a packet or two with whatever is done to it.
pub const LONG_HEAD: Bytes = Bytes::new(2_000);

/// What is known of the heads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heads {
    /// The head on the wire, at the median.
    pub(crate) sent: Bytes,
    /// By how much it was longer for trial.
    pub(crate) added: Bytes,
    /// What a bit of it costs, in seconds.
    per_bit: f64,
    /// Service times as it is, and with what was added.
    pub(crate) times: [Times; 2],
}

/// Why nothing is known of a head that is long as it would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It is short on the wire, or costs nothing that stands out.
    Nothing,
    /// There are no single calls.
    NoSingleCalls,
    /// There are none with a longer head.
    NoLongerHeads,
}

/// What long heads cost.
///
/// # Errors
/// Why that is not known, or nothing.
pub(crate) fn heads(facts: &Facts) -> Result<Heads, Unknown> {
    if facts.head().is_none_or(|written| written < LONG_HEAD) {
        return Err(Unknown::Nothing);
    }
    let kept: Vec<&Exchange> = on(&facts.survey.warm, Connection::Reused).collect();
    let sent = sent_by(&kept).ok_or(Unknown::NoSingleCalls)?;
    if sent < LONG_HEAD {
        // The protocol does not repeat it.
        return Err(Unknown::Nothing);
    }
    let padded: Vec<&Exchange> = on(&facts.survey.padded, Connection::Reused).collect();
    let longer = sent_by(&padded).ok_or(Unknown::NoLongerHeads)?;
    let times = [service(kept), service(padded)];
    let added = longer.saturating_sub(sent);
    let cost = times[1].clearly_above(&times[0]);
    let cost = cost
        .filter(|_| added > Bytes::ZERO)
        .ok_or(Unknown::Nothing)?;
    Ok(Heads {
        sent,
        added,
        per_bit: cost.as_secs_f64() / added.bits(),
        times,
    })
}

/// What the head of each request takes; nothing where that is not known.
pub(crate) fn time(facts: &Facts) -> Duration {
    heads(facts).map_or(Duration::ZERO, |heads| heads.cost(heads.sent))
}

impl Heads {
    /// What so much of a head costs.
    pub(crate) fn cost(&self, data: Bytes) -> Duration {
        Duration::try_from_secs_f64(self.per_bit * data.bits()).unwrap_or(Duration::MAX)
    }
}

/// The head of these calls on the wire, at the median; `None` of too few.
pub(crate) fn sent_by(calls: &[&Exchange]) -> Option<Bytes> {
    let head = |call: &&Exchange| {
        let body = call.asked.map(|asked| asked.body).unwrap_or_default();
        call.traffic.sent.saturating_sub(body)
    };
    middle(calls.iter().map(head)).filter(|_| calls.len() as u64 >= LEAST_SAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processing::processing;
    use crate::worlds::{World, heavy, ms};

    #[test]
    fn a_byte_costs_what_was_measured_and_the_server_is_not_charged_for_it() {
        let world = World {
            rtt: ms(40.0),
            ..World::default()
        };
        let facts = heavy(&world, 8_000, None, 8.0);
        let heads = heads(&facts).unwrap();
        assert!(heads.cost(heads.sent).abs_diff(ms(64.0)) < ms(1.0));
        let worked = processing(&facts).unwrap().time;
        assert!(worked.abs_diff(world.service) < ms(1.0), "{worked:?}");
        assert_eq!(time(&world.facts()), Duration::ZERO);
    }
}
