//! `http.connection-reuse`: calls open connections that an earlier call could have left them.
//!
//! A new connection costs a lookup, a round trip for TCP, one or two for TLS, and begins with a small window. Who ends
//! the connections decides about the remedy: the client is told to keep them, or whoever runs the server is. Only the
//! first of the two can be tried from here.

use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, WHOLE, hypothesis, of_share};
use crate::breaks::breaks;
use crate::course;
use crate::evidence;
use crate::facts::{
    Connection, Facts, LEAST_SAMPLES, Times, answered, on, opening, phase, service,
};
use crate::handshake;
use crate::lookup;
use crate::openings::{self, HEALTHY_REUSE, Openings, openings};
use crate::worth;

const ID: &str = "http.connection-reuse";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Connections are not reused",
    needs: &[CALLS, WHOLE],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

/// This share of closing answers is called "each answer".
const EACH: f64 = 0.9;

/// Answers that announce a close are the cause when they make up this share of the new connections.
const SHARE_OF_CAUSE: f64 = 0.5;

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    if 1.0 - openings.share() >= HEALTHY_REUSE {
        return Outcome::Quiet;
    }
    if facts.is_mostly_cut() {
        return Outcome::missing(WHOLE);
    }
    let cause = Cause::of(facts, openings);
    let saving = per_opening(facts, &cause)
        .mul_f64(openings.share())
        .min(p50);
    let severity = match (worth::severity(saving, p50), &cause) {
        (Some(severity), _) => severity,
        // Whoever runs the server should know, even when a short path makes it cheap.
        (None, Cause::Server { .. }) => Severity::Low,
        (None, Cause::Client | Cause::Between) => return Outcome::Quiet,
    };
    Outcome::Fires(Finding {
        evidence: evidence(facts, openings, &cause),
        estimate: of_share(saving, openings.share()),
        remedy: cause.remedy(facts.server()),
        cost: cause.cost(),
        ..hypothesis(ID, severity, cause.summary(openings, saving))
    })
}

/// Who ends the connections.
#[derive(Debug, Clone, PartialEq)]
enum Cause {
    /// Our client does not offer to keep them.
    Client,
    /// The server closes: so many of so many answers.
    Server { closing: u64, of: u64 },
    /// Neither says so: they end between two calls.
    Between,
}

impl Cause {
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn of(facts: &Facts, openings: Openings) -> Self {
        let offered = facts.settings().http.keep_alive.is_on();
        // A client that does not keep connections asks the server to close, so only the survey tells then.
        let warm = || answered(&facts.survey.warm);
        let reused = warm().filter(|call| call.is_reused()).count() as u64;
        let single = warm().count() as u64;
        let announced = |call: &&Exchange| call.answer.as_ref().is_some_and(|answer| answer.closes);
        // A call that breaks after a pause ends its connection as well, and nobody said that he would close it.
        if breaks(facts).is_some() {
            return Self::Between;
        }
        if single >= LEAST_SAMPLES && reused == 0 {
            return Self::Server {
                closing: single,
                of: single,
            };
        }
        if !offered {
            return Self::Client;
        }
        let closing = facts.answered().filter(announced).count() as u64;
        if closing as f64 >= SHARE_OF_CAUSE * openings.new as f64 {
            let of = openings.calls;
            return Self::Server { closing, of };
        }
        Self::Between
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn summary(&self, openings: Openings, saving: Duration) -> String {
        let Openings { calls, new, .. } = openings;
        let opened = format!("{new} of {calls} calls opened a new connection");
        let costs = format!("about {} per call", show_duration(saving));
        match self {
            Self::Client => format!("{opened}, because the client does not keep them: {costs}."),
            Self::Server { closing, of } if *closing as f64 >= EACH * *of as f64 => format!(
                "The server closes the connection after each answer ({closing} of {of}), so no change of the client can \
                 help; {opened}: {costs}."
            ),
            Self::Server { closing, of } => format!(
                "The server closes the connection after some answers ({closing} of {of}), so no change of the client \
                 can help; {opened}: {costs}."
            ),
            Self::Between => format!(
                "{opened}, although neither side asked for it: connections end while they are idle. {costs}."
            ),
        }
    }

    fn remedy(&self, server: Option<&str>) -> Remedy {
        match self {
            Self::Client => Remedy::Change(Change::KeepAlive(Switch::On)),
            Self::Server { .. } => Remedy::Advice(format!(
                "On the server, keep connections open between requests: {}.",
                directive(server)
            )),
            Self::Between => Remedy::Advice(format!(
                "Raise the idle time-out of the server, or of the proxy in front of it, above the pause between two \
                 calls: {}.",
                directive(server)
            )),
        }
    }

    fn cost(&self) -> Vec<String> {
        let owner = match self {
            Self::Client => "one open connection per concurrent call, on both sides",
            Self::Server { .. } | Self::Between => {
                "idle connections on the server, some kB of memory each"
            }
        };
        vec![owner.to_owned()]
    }
}

/// The directive that keeps connections open, for the servers that say who they are.
fn directive(server: Option<&str>) -> &'static str {
    let name = server.unwrap_or_default().to_ascii_lowercase();
    if name.contains("nginx") || name.contains("openresty") {
        "`keepalive_timeout 75s; keepalive_requests 1000;`"
    } else if name.contains("apache") {
        "`KeepAlive On`, `MaxKeepAliveRequests 1000`, `KeepAliveTimeout 60`"
    } else {
        "answer HTTP/1.1 without `Connection: close`, and allow an idle time of a minute and at least 1,000 requests"
    }
}

/// What one new connection costs a call, at the median.
fn per_opening(facts: &Facts, cause: &Cause) -> Duration {
    let fresh = fresh(facts);
    let warm = service(on(&facts.survey.warm, Connection::Reused));
    if warm.clearly_above(&fresh).is_some() {
        // A kept connection has a trouble of its own, such as Nagle's algorithm; another audit tells.
        return Duration::ZERO;
    }
    let handshakes = handshakes(facts).p50().unwrap_or_default();
    let whole = fresh.clearly_above(&warm).unwrap_or(handshakes);
    // What a small first window costs has an audit of its own, and so have handshakes that are most of the call.
    let whole = whole
        .saturating_sub(slow_start(facts))
        .saturating_sub(dominating_handshake(facts));
    match cause {
        Cause::Server { .. } => whole.saturating_sub(curable(facts)),
        Cause::Client | Cause::Between => whole,
    }
}

/// What the answers paused because their connections were new.
fn slow_start(facts: &Facts) -> Duration {
    course::most(&course::downloads(facts), course::Reason::SlowStart)
        .and_then(|(paused, _)| paused.p50())
        .unwrap_or_default()
}

fn dominating_handshake(facts: &Facts) -> Duration {
    handshake::dominating(facts).map_or(Duration::ZERO, |found| found.time)
}

fn fresh(facts: &Facts) -> Times {
    service(on(&facts.survey.fresh, Connection::New))
}

/// What opening took: in the survey, or in the baseline where there is no survey.
fn handshakes(facts: &Facts) -> Times {
    let surveyed: Times = on(&facts.survey.fresh, Connection::New)
        .map(opening)
        .collect();
    if surveyed.is_enough() {
        return surveyed;
    }
    on(&facts.baseline.exchanges, Connection::New)
        .map(opening)
        .collect()
}

/// Where the server closes, a slow lookup, a dead address and sessions that are not resumed are what the client can still
/// cure by itself, so they are not counted here.
fn curable(facts: &Facts) -> Duration {
    let lookups = phase(on(&facts.survey.fresh, Connection::New), Phase::Dns);
    let lookup = lookups
        .p50()
        .filter(|time| *time >= lookup::SLOW)
        .filter(|_| lookup::is_curable(facts));
    let detours: Times = on(&facts.survey.fresh, Connection::New)
        .filter_map(openings::of)
        .map(|made| made.detour)
        .collect();
    let detour = detours
        .p50()
        .filter(|_| !facts.settings().tcp.address_racing.is_on());
    lookup
        .unwrap_or_default()
        .saturating_add(detour.unwrap_or_default())
        .saturating_add(handshake::kept_by_the_client(facts))
}

fn evidence(facts: &Facts, openings: Openings, cause: &Cause) -> Vec<Evidence> {
    let Openings { calls, .. } = openings;
    let warm = service(on(&facts.survey.warm, Connection::Reused));
    let mut all = vec![evidence::ratio(
        "calls on new connections beyond the first",
        openings.share(),
        calls,
    )];
    if let Cause::Server { closing, of } = cause {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        all.push(evidence::count("answers that closed", *closing as f64, *of));
    }
    all.extend(evidence::median(
        "service p50, new connection",
        &fresh(facts),
    ));
    all.extend(evidence::median("service p50, kept connection", &warm));
    all.extend(evidence::median(
        "dns + connect + tls p50",
        &handshakes(facts),
    ));
    all
}

#[cfg(test)]
mod tests;
