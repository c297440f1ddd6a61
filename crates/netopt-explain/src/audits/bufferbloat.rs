//! `tcp.bufferbloat`: calls wait behind bulk data, in a deep queue of the path or in the client's own socket.
//!
//! Three cases with three answers. Uploads on the connection of the calls leave what they have written and not sent in front of
//! each call: a low-water mark keeps it in the client, where a small call can go first. The client's own uploads elsewhere
//! fill the queue of the path: a congestion control that keeps queues short helps. What others send fills it: that is for
//! whoever runs the line. A client whose only bulk is the call itself is none of them; see `tcp.bottleneck-rate`.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::bbr;
use crate::evidence;
use crate::facts::Facts;
use crate::own_bulk::{Carrier, OwnBulk, own_bulk};
use crate::queuing::waits;
use crate::standing::{LEAST_QUEUE, Standing, standing};
use crate::worth;

const ID: &str = "tcp.bufferbloat";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls wait in a queue that bulk data fills",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

/// Unsent data that a socket may hold: a full frame of HTTP/2, which is also what browsers and content networks use.
const LOW_WATER: Bytes = Bytes::new(16 * 1024);

const OF_THE_PATH: &str = "Whoever runs the slowest line can keep its queue short: fq_codel or CAKE in front of it, set a little below its rate, \
     at the router if it is the access line. Whoever sends the bulk can limit its rate or use a congestion control that keeps \
     queues short. The client cannot empty the queues of others.";

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    own(facts, p50)
        .or_else(|| of_others(facts, p50))
        .map_or(Outcome::Quiet, Outcome::Fires)
}

/// Behind the client's own uploads.
fn own(facts: &Facts, p50: Duration) -> Option<Finding> {
    let bulk = own_bulk(facts)?;
    let (saving, remedy, cost) = remedy(facts, &bulk);
    let saving = saving.min(p50);
    if saving < LEAST_QUEUE {
        return None;
    }
    let severity = worth::severity(saving, p50)?;
    let wheres = match bulk.carrier {
        Carrier::Shared => "on the same connection",
        Carrier::Apart => "on other connections",
    };
    Some(Finding {
        evidence: told(&bulk),
        estimate: of_median(saving),
        remedy,
        cost: vec![cost.to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Calls wait {} longer while the client's own uploads run {wheres}: the round trip is {} then, and {} on the \
                 empty path.",
                show_duration(bulk.waited),
                show_duration(bulk.loaded.p50()?),
                show_duration(bulk.floor),
            ),
        )
    })
}

/// What helps most, what it would save, and what it costs.
fn remedy(facts: &Facts, bulk: &OwnBulk) -> (Duration, Remedy, &'static str) {
    let settings = facts.settings();
    let has_mark = settings
        .tcp
        .notsent_lowat
        .is_some_and(|mark| mark <= LOW_WATER);
    if !has_mark && bulk.backlog >= bulk.queue {
        return (
            bulk.backlog,
            Remedy::Change(Change::NotsentLowat(Some(LOW_WATER))),
            "more wake-ups and smaller writes while bulk data is sent",
        );
    }
    let has_short =
        bbr::change() == Some(Change::CongestionControl(settings.tcp.congestion_control));
    if has_short && facts.may_have_bbr != Some(false) {
        return (
            bulk.queue,
            Remedy::Advice(OF_THE_PATH.to_owned()),
            "a line that is held below its rate carries that much less",
        );
    }
    let remedy = bbr::remedy(
        facts,
        "keeps queues short",
        "Or send the bulk at a rate below that of the line.",
    );
    (bulk.queue, remedy, bbr::COST)
}

fn told(bulk: &OwnBulk) -> Vec<Evidence> {
    let n = bulk.loaded.n();
    let mut evidence = vec![evidence::time("round trip, empty path", bulk.floor, n)];
    evidence.extend(evidence::median("round trip, under load p50", &bulk.loaded));
    evidence.push(evidence::time("waits longer under load", bulk.waited, n));
    if bulk.carrier == Carrier::Shared {
        evidence.push(evidence::bytes(
            "unsent in front of a call p50",
            bulk.unsent,
            n,
        ));
    }
    evidence
}

/// In a queue that others fill.
fn of_others(facts: &Facts, p50: Duration) -> Option<Finding> {
    let Standing {
        time,
        floor,
        handshakes,
    } = standing(facts)?;
    // The calls of the baseline need not have met it as the survey did.
    let met = waits(facts).p50()?.saturating_sub(floor);
    let saving = time.min(met).min(p50);
    if saving < LEAST_QUEUE {
        return None;
    }
    let severity = worth::severity(saving, p50)?;
    let mut evidence = vec![evidence::time(
        "round trip, empty path",
        floor,
        handshakes.n(),
    )];
    evidence.extend(evidence::median("handshake, one by one p50", &handshakes));
    Some(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(OF_THE_PATH.to_owned()),
        cost: vec!["a line that is held below its rate carries that much less".to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "A queue stands on the path that this client does not fill: a handshake takes {}, and {} on the empty path, so \
                 each round trip waits about {} (n = {}).",
                show_duration(handshakes.p50()?),
                show_duration(floor),
                show_duration(saving),
                handshakes.n()
            ),
        )
    })
}

#[cfg(test)]
mod tests;
