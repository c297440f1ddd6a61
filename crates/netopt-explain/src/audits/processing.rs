//! `server.processing`: the time is the server's, and the network is innocent.
//!
//! It is a finding so that nobody tunes sockets for a slow query. The estimate is what is left of the wait when the path is
//! taken off, see [`crate::round_trip`] for why that is a lower bound. There is no change to propose: the advice is
//! where to look next.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::processing::{Processing, processing};

const ID: &str = "server.processing";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The time is spent in the server",
    needs: &[WAITS, BASELINE],
    check,
};

const WAITS: &str = "three answered calls with a wait, and a round trip";
const BASELINE: &str = "answered calls in the baseline";

/// The server is the cause when it takes this share of the median latency: more than all else together.
pub(crate) const LEAST_SHARE: f64 = 0.5;

/// Less than this is an ordinary answer time; nobody has to be told.
pub(crate) const LEAST_TIME: Duration = Duration::from_millis(10);

/// A server that says it worked for less than this share of the estimate leaves the rest to what stands before it.
const AGREES: f64 = 0.5;

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(BASELINE);
    };
    let Some(work) = processing(facts) else {
        return Outcome::missing(WAITS);
    };
    let time = work.time.min(p50);
    if time < LEAST_TIME || time < p50.mul_f64(LEAST_SHARE) {
        return Outcome::Quiet;
    }
    let told = server_times(facts);
    let apart = work.apart || agreed(&told, time);
    let severity = if apart {
        Severity::of_share(time.as_secs_f64() / p50.as_secs_f64())
    } else {
        Severity::Low
    };
    let share = time.as_secs_f64() / p50.as_secs_f64() * 100.0;
    let summary = if apart {
        format!(
            "The server takes about {} of the {} of a call ({share:.0} %); the network has little to do with it.{}",
            show_duration(time),
            show_duration(p50),
            disagreement(&told, time)
        )
    } else {
        format!(
            "At most {} of the {} of a call ({share:.0} %) is the server's; since each call had a new connection, a path \
             behind a proxy would look the same.",
            show_duration(time),
            show_duration(p50)
        )
    };
    Outcome::Fires(Finding {
        evidence: evidence_of(&work, &told),
        estimate: of_median(time),
        remedy: Remedy::Advice(
            "Look inside the server: a trace or a profile of this request, slow queries, calls to other services, locks, a \
             cache that could answer. `Server-Timing` in the answer would tell its parts."
                .to_owned(),
        ),
        ..hypothesis(ID, severity, summary)
    })
}

/// What the server says that it worked.
fn server_times(facts: &Facts) -> Times {
    let told = |call: &Exchange| call.answer.as_ref()?.server_time;
    let single: Times = facts.survey.warm.iter().filter_map(told).collect();
    if single.is_enough() {
        return single;
    }
    facts.answered().filter_map(told).collect()
}

fn agreed(told: &Times, time: Duration) -> bool {
    told.p50().is_some_and(|told| told >= time.mul_f64(AGREES))
}

fn disagreement(told: &Times, time: Duration) -> String {
    match told.p50() {
        Some(p50) if !agreed(told, time) => format!(
            " It reports only {} itself (n = {}): the rest is in front of the application, such as a queue or a proxy.",
            show_duration(p50),
            told.n()
        ),
        Some(_) | None => String::new(),
    }
}

fn evidence_of(work: &Processing, told: &Times) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = evidence::median(work.of, &work.wait).into_iter().collect();
    all.push(evidence::time(
        work.trip.source.name(),
        work.trip.time,
        work.trip.n,
    ));
    all.extend(evidence::median("server-timing total p50", told));
    all
}

#[cfg(test)]
mod tests;
