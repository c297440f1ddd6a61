//! `tls.no-resumption`: new connections shake hands in full, although an earlier session could be taken up.
//!
//! It matters where connections are short. Which side keeps no sessions decides about the remedy: our client is told to, or
//! whoever runs the server is. What is counted are round trips: the second one of TLS 1.2, and those that a long chain of
//! certificates takes. Of TLS 1.3 with a short chain only cryptography would be spared, which weighs next to nothing.

use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Connection, Facts, LEAST_SAMPLES, Times, on};
use crate::handshake::{self, session};
use crate::openings::{HEALTHY_REUSE, Openings, openings};
use crate::worth;

const ID: &str = "tls.no-resumption";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "TLS sessions are not resumed",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "a baseline of ten answered calls, five of them beyond the first connections";

/// When this share of the new connections resumes a session, sessions work.
const HEALTHY: f64 = 0.5;

/// Who keeps no sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Client,
    Server,
}

fn check(facts: &Facts) -> Outcome {
    let (Some(openings), Some(p50)) = (openings(facts), facts.p50()) else {
        return Outcome::missing(CALLS);
    };
    if 1.0 - openings.share() >= HEALTHY_REUSE {
        return Outcome::Quiet;
    }
    let shaken = Shaken::of(facts);
    let Some(cause) = shaken.cause(facts, openings) else {
        return Outcome::Quiet;
    };
    let spared = handshake::spared(facts);
    let share = shaken.share(openings);
    let saving = spared.p50().unwrap_or_default().mul_f64(share).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    // Where handshakes are most of the call, that audit claims all of their time that is the server's to save.
    let claimed = cause == Cause::Server && handshake::dominating(facts).is_some();
    Outcome::Fires(Finding {
        evidence: evidence_of(facts, shaken, share, openings),
        estimate: of_share(saving, share),
        remedy: cause.remedy(facts.server()),
        cost: cause.cost(),
        ..hypothesis(
            ID,
            if claimed { Severity::Low } else { severity },
            cause.summary(shaken, saving),
        )
    })
}

/// TLS handshakes of the baseline.
#[derive(Debug, Clone, Copy)]
struct Shaken {
    all: u64,
    resumed: u64,
}

impl Shaken {
    fn of(facts: &Facts) -> Self {
        let sessions = || on(&facts.baseline.exchanges, Connection::New).filter_map(session);
        Self {
            all: sessions().count() as u64,
            resumed: sessions().filter(|session| session.resumed).count() as u64,
        }
    }

    /// The share of calls that shook hands in full and had somebody before them.
    fn share(self, openings: Openings) -> f64 {
        Openings {
            new: self.all.saturating_sub(self.resumed),
            ..openings
        }
        .share()
    }

    /// `None` when sessions work, or there is nothing to tell by.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    fn cause(self, facts: &Facts, openings: Openings) -> Option<Cause> {
        let possible = self.all.saturating_sub(openings.first);
        if possible < LEAST_SAMPLES || self.resumed as f64 >= HEALTHY * possible as f64 {
            return None;
        }
        if !facts.settings().tls.resumption.is_on() {
            return Some(Cause::Client);
        }
        // Calls one by one have all had a session before them but the first.
        let single: Vec<_> = on(&facts.survey.fresh, Connection::New)
            .filter_map(session)
            .collect();
        let refused = single.iter().all(|session| !session.resumed);
        (single.len() as u64 >= LEAST_SAMPLES && refused).then_some(Cause::Server)
    }
}

impl Cause {
    fn summary(self, shaken: Shaken, saving: Duration) -> String {
        let Shaken { all, resumed } = shaken;
        let full = all.saturating_sub(resumed);
        let costs = show_duration(saving);
        match self {
            Self::Client => format!(
                "{full} of {all} TLS handshakes were full ones, because the client keeps no sessions: about {costs} per call."
            ),
            Self::Server => format!(
                "{full} of {all} TLS handshakes were full ones, because the server lets no session be resumed: about {costs} \
                 per call."
            ),
        }
    }

    fn remedy(self, server: Option<&str>) -> Remedy {
        match self {
            Self::Client => Remedy::Change(Change::Resumption(Switch::On)),
            Self::Server => Remedy::Advice(format!(
                "On the server, let sessions be resumed: {}. TLS 1.3 spares the second round trip of a full handshake, too.",
                directive(server)
            )),
        }
    }

    fn cost(self) -> Vec<String> {
        let cost = match self {
            Self::Client => {
                "some kB of memory for each server, and whoever watches the path of TLS 1.2 can tell that two connections are \
                 of one client"
            }
            Self::Server => {
                "keys of tickets that are to be changed now and then, or memory for sessions"
            }
        };
        vec![cost.to_owned()]
    }
}

/// The directive that keeps sessions, for the servers that say who they are.
fn directive(server: Option<&str>) -> &'static str {
    let name = server.unwrap_or_default().to_ascii_lowercase();
    if name.contains("nginx") || name.contains("openresty") {
        "`ssl_session_cache shared:tls:10m; ssl_session_timeout 1d; ssl_session_tickets on;`"
    } else if name.contains("apache") {
        "`SSLSessionCache shmcb:/run/tls(512000)`, `SSLSessionTickets on`"
    } else {
        "hand out session tickets, with the same key on all machines behind one name"
    }
}

fn evidence_of(facts: &Facts, shaken: Shaken, share: f64, openings: Openings) -> Vec<Evidence> {
    let mut all = vec![evidence::ratio(
        "calls with a full tls handshake beyond the first",
        share,
        openings.calls,
    )];
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    if shaken.all > 0 {
        let resumed = shaken.resumed as f64;
        all.push(evidence::count("sessions resumed", resumed, shaken.all));
    }
    let handshakes: Times = handshake::made(facts)
        .into_iter()
        .filter_map(|call| call.timeline.length(Phase::Tls))
        .collect();
    all.extend(evidence::median("tls p50", &handshakes));
    all
}

#[cfg(test)]
mod tests;
