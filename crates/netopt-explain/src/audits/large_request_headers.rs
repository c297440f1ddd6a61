//! `http.large-request-headers`: each request repeats kilobytes of headers, and the line takes its time for them.
//!
//! What a byte of the head costs is measured ([`crate::heads`]): the same call is made with a longer one. No header of the caller's
//! is left out for trial, because the answer may depend on it.
//!
//! HTTP/2 sends a header that it has sent before as a number (RFC 7541), as long as all of them fit its table, 4,096 bytes
//! unless the server says otherwise. Cookies are mostly not put there, because they are secrets. So whether it helps is measured, too,
//! where the client has been told not to speak it.

use std::time::Duration;

use netopt_core::change::{Change, HttpVersion};
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::finding::{Evidence, Finding, Remedy, Severity};
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::evidence;
use crate::facts::{Connection, Facts, middle, on};
use crate::heads::{Heads, Unknown, heads, sent_by};
use crate::worth;

const ID: &str = "http.large-request-headers";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Requests repeat long headers",
    needs: &[CALLS, SINGLE],
    check,
};

const CALLS: &str = "answered calls, with what each asked for";
const SINGLE: &str = "three answered calls on a kept connection";
const PADDED: &str = "three answered calls with a head that is longer still";

/// What is left of a head that has been cut down: it fits a packet.
pub(crate) const ONE_PACKET: Bytes = Bytes::new(1_448);

/// HTTP/2 is a remedy when it sends this part of the head or less.
const SHRINKS: f64 = 0.5;

/// Cookies are what makes a head long when they are this part of it.
const MOSTLY: f64 = 0.5;

fn check(facts: &Facts) -> Outcome {
    let (Some(p50), Some(_)) = (facts.p50(), facts.head()) else {
        return Outcome::missing(CALLS);
    };
    let heads = match heads(facts) {
        Ok(heads) => heads,
        Err(Unknown::Nothing) => return Outcome::Quiet,
        Err(Unknown::NoSingleCalls) => return Outcome::missing(SINGLE),
        Err(Unknown::NoLongerHeads) => return Outcome::missing(PADDED),
    };
    let shorter =
        multiplexed(facts).filter(|shorter| shorter.bits() <= SHRINKS * heads.sent.bits());
    let left = shorter.unwrap_or(ONE_PACKET);
    let saving = heads.cost(heads.sent.saturating_sub(left)).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let told = Told {
        head: heads.sent,
        shorter,
        cookies: cookies(facts),
        whole: heads.cost(heads.sent).min(p50),
        saving,
    };
    Outcome::Fires(told.finding(severity, evidence_of(&heads, &told)))
}

/// What is to be told.
#[derive(Debug)]
struct Told {
    /// The head on the wire.
    head: Bytes,
    /// What HTTP/2 makes of it, where it would.
    shorter: Option<Bytes>,
    cookies: Bytes,
    /// What the line takes for the head.
    whole: Duration,
    saving: Duration,
}

impl Told {
    fn finding(&self, severity: Severity, evidence: Vec<Evidence>) -> Finding {
        let (head, whole) = (self.head, show_duration(self.whole));
        let cost = match self.shorter {
            Some(_) => "one connection for all calls: what is lost on it holds all of them up",
            None => "the server has to look up what the request no longer says",
        };
        let summary = match self.shorter {
            Some(shorter) => format!(
                "Each request sends {head} of headers, which take the line {whole}; HTTP/2 would send {shorter}: about {} per call.",
                show_duration(self.saving)
            ),
            None => format!(
                "Each request sends {head} of headers, which take the line {whole}: about {} per call more than if they fitted a packet.",
                show_duration(self.saving)
            ),
        };
        Finding {
            evidence,
            estimate: of_median(self.saving),
            remedy: self.remedy(),
            cost: vec![cost.to_owned()],
            ..hypothesis(ID, severity, summary)
        }
    }

    fn remedy(&self) -> Remedy {
        if self.shorter.is_some() {
            return Remedy::Change(Change::Version(HttpVersion::Auto));
        }
        if self.cookies.bits() >= MOSTLY * self.head.bits() {
            return Remedy::Advice(format!(
                "{} of it are cookies: keep on the server what they say and send its key, set them for the paths that need them (`Path`, \
                 `Domain`), and call what needs none by a host that has none.",
                self.cookies
            ));
        }
        Remedy::Advice(
            "Keep on the server what each request repeats, such as claims and context, and send its key; send tracing and debugging headers \
             only where they are read. HTTP/2 would send what is repeated as a number, as long as it fits its table of 4 kB."
                .to_owned(),
        )
    }
}

/// The head as HTTP/2 sends it, where the server speaks it and the client does not.
fn multiplexed(facts: &Facts) -> Option<Bytes> {
    let by_http2 = |call: &&Exchange| {
        let used = call.connection.as_ref();
        used.is_some_and(|used| used.protocol == Protocol::Http2)
    };
    let calls: Vec<&Exchange> = on(&facts.survey.multiplexed, Connection::Reused)
        .filter(by_http2)
        .collect();
    sent_by(&calls)
}

fn cookies(facts: &Facts) -> Bytes {
    let all = facts
        .answered()
        .filter_map(|call| Some(call.asked?.cookies));
    middle(all).unwrap_or_default()
}

fn evidence_of(heads: &Heads, told: &Told) -> Vec<Evidence> {
    let [plain, slower] = &heads.times;
    let n = plain.n();
    let mut all = vec![
        evidence::bytes("head of a request p50", told.head, n),
        evidence::bytes("of it cookies p50", told.cookies, n),
        evidence::bytes("added for trial", heads.added, slower.n()),
    ];
    all.extend(
        told.shorter
            .map(|shorter| evidence::bytes("head by HTTP/2 p50", shorter, n)),
    );
    all.extend(evidence::median("service p50, as it is", plain));
    all.extend(evidence::median("service p50, with what was added", slower));
    all
}

#[cfg(test)]
mod tests;
