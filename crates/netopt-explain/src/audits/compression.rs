//! `http.compression`: bodies that would shrink come as they are.
//!
//! Compression pays when the bytes are what takes the time. So the estimate is a measured one, the same call with and
//! without it; on a short path it comes out as nothing, and the audit stays quiet. Where the server does not compress
//! when asked, only a sample that we compressed ourselves tells what it could do.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::encoding::Encodings;
use netopt_core::exchange::{Answer, Exchange};
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, WHOLE, hypothesis, of_median};
use crate::evidence;
use crate::facts::{Connection, Facts, LEAST_SAMPLES, Times, answered, middle, on, phase, service};
use crate::standing;
use crate::upload::uploads;
use crate::worth;

const ID: &str = "http.compression";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Compressible bodies are not compressed",
    needs: &[ANSWERS, ENCODED, WHOLE],
    check,
};

const ANSWERS: &str = "answered calls in the baseline";
const ENCODED: &str = "three answered calls that ask for compression";
const SAMPLE: &str = "a sample of the body, compressed";

/// Below this a body fits one packet with or without compression.
pub(crate) const LEAST_BODY: Bytes = Bytes::new(1_000);

/// A sample that shrinks to this share or less would compress.
pub(crate) const SHRINKS: f64 = 0.7;

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(ANSWERS);
    };
    let baseline: Vec<&Exchange> = facts.answered().collect();
    if is_most(&baseline, is_encoded) || body_p50(&baseline) < LEAST_BODY {
        return Outcome::Quiet;
    }
    if facts.is_mostly_cut() {
        return Outcome::missing(WHOLE);
    }
    let sample = facts.survey.sample.and_then(|sample| sample.ratio());
    let shrinks = sample.map_or_else(
        || is_most(&baseline, |call| answer_is(call, is_compressible)),
        |ratio| ratio < SHRINKS,
    );
    if !shrinks {
        return Outcome::Quiet;
    }
    let asked: Vec<&Exchange> = answered(&facts.survey.encoded).collect();
    if (asked.len() as u64) < LEAST_SAMPLES {
        return Outcome::missing(ENCODED);
    }
    if is_most(&asked, is_encoded) {
        return offered(facts, &asked, p50);
    }
    sample.map_or_else(
        || Outcome::missing(SAMPLE),
        |ratio| not_offered(facts, ratio, p50),
    )
}

/// The server compresses when asked: the client only has to ask.
fn offered(facts: &Facts, asked: &[&Exchange], p50: Duration) -> Outcome {
    let pair = Pair::of(facts);
    let saving = if standing::delay(facts).is_zero() {
        pair.saving()
    } else {
        // One list was measured after the other, and the queue of others need not have been the same.
        pair.sure_saving()
    };
    let saving = saving.min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let plain = middle(facts.answered().map(|call| call.traffic.body)).unwrap_or_default();
    let packed = middle(asked.iter().map(|call| call.traffic.body)).unwrap_or_default();
    let n = asked.len() as u64;
    let mut evidence = vec![
        evidence::bytes(
            "body p50, as the client asks today",
            plain,
            facts.latency().n(),
        ),
        evidence::bytes("body p50, compression asked for", packed, n),
    ];
    evidence.extend(pair.evidence());
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Change(Change::AcceptEncoding(Encodings::ALL)),
        cost: vec![CPU.to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Bodies of {plain} come uncompressed, and the server would send {packed} when asked ({n} of {n} calls): \
                 about {} per call.",
                show_duration(saving)
            ),
        )
    })
}

/// The server does not compress, but it could.
fn not_offered(facts: &Facts, ratio: f64, p50: Duration) -> Outcome {
    let receive = phase(facts.answered(), Phase::Receive);
    let saving = receive
        .p50()
        .unwrap_or_default()
        .mul_f64((1.0 - ratio).clamp(0.0, 1.0))
        .min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let baseline: Vec<&Exchange> = facts.answered().collect();
    let body = body_p50(&baseline);
    let mut evidence = vec![
        evidence::bytes("body p50", body, baseline.len() as u64),
        evidence::ratio("size of a sample after compression", ratio, 1),
    ];
    evidence.extend(evidence::median("receive p50", &receive));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(saving),
        remedy: Remedy::Advice(format!(
            "Compress on the server: {}.",
            directive(facts.server())
        )),
        cost: vec![CPU.to_owned()],
        ..hypothesis(
            ID,
            severity,
            format!(
                "Bodies of {body} would shrink to {:.0} %, but the server does not compress when asked: about {} per call.",
                ratio * 100.0,
                show_duration(saving)
            ),
        )
    })
}

const CPU: &str = "CPU on both sides: the server packs each body, the client unpacks it";

/// The same call with and without compression, on the same kind of connection.
#[derive(Debug)]
struct Pair {
    plain: [Times; 2],
    packed: [Times; 2],
    /// Whether the requests are long: then service times differ by what their connections had been through.
    sends_much: bool,
}

impl Pair {
    fn of(facts: &Facts) -> Self {
        let survey = &facts.survey;
        let sends_much = !uploads(facts).is_empty();
        let times = |calls: Vec<&Exchange>| {
            [
                service(calls.iter().copied()),
                phase(calls.iter().copied(), Phase::Receive),
            ]
        };
        let kept = |calls| on(calls, Connection::Reused).collect::<Vec<_>>();
        let (warm, encoded) = (kept(&survey.warm), kept(&survey.encoded));
        if [&warm, &encoded]
            .iter()
            .all(|calls| calls.len() as u64 >= LEAST_SAMPLES)
        {
            return Self {
                plain: times(warm),
                packed: times(encoded),
                sends_much,
            };
        }
        let new = |calls| on(calls, Connection::New).collect::<Vec<_>>();
        let fresh = new(&survey.fresh).into_iter().chain(new(&survey.warm));
        Self {
            plain: times(fresh.collect()),
            packed: times(new(&survey.encoded)),
            sends_much,
        }
    }

    /// The difference in service time where it stands out of the noise, and the smaller one of service and receive times
    /// where it does not: a server whose work varies must not look like one that should compress, and neither must a request
    /// that takes its time.
    fn saving(&self) -> Duration {
        let ([plain, _], [packed, _]) = (&self.plain, &self.packed);
        plain
            .clearly_above(packed)
            .filter(|_| !self.sends_much)
            .unwrap_or_else(|| self.sure_saving())
    }

    /// The smaller difference of service and receive times.
    fn sure_saving(&self) -> Duration {
        let ([plain, plain_receive], [packed, packed_receive]) = (&self.plain, &self.packed);
        let less = |a: &Times, b: &Times| {
            let difference = a.p50().zip(b.p50()).map(|(a, b)| a.saturating_sub(b));
            difference.unwrap_or_default()
        };
        less(plain, packed).min(less(plain_receive, packed_receive))
    }

    fn evidence(&self) -> Vec<Evidence> {
        let both = [
            evidence::median("service p50, uncompressed", &self.plain[0]),
            evidence::median("service p50, compressed", &self.packed[0]),
        ];
        both.into_iter().flatten().collect()
    }
}

fn directive(server: Option<&str>) -> &'static str {
    let name = server.unwrap_or_default().to_ascii_lowercase();
    if name.contains("nginx") || name.contains("openresty") {
        "`gzip on; gzip_proxied any; gzip_types application/json application/javascript text/css text/plain image/svg+xml;`"
    } else if name.contains("apache") {
        "`AddOutputFilterByType DEFLATE application/json application/javascript text/css text/html text/plain`"
    } else {
        "gzip or zstd for JSON, text and scripts from 1 kB on, when the client's `Accept-Encoding` allows it"
    }
}

fn is_encoded(call: &Exchange) -> bool {
    answer_is(call, |answer| answer.encoding.is_some())
}

fn answer_is(call: &Exchange, test: impl Fn(&Answer) -> bool) -> bool {
    call.answer.as_ref().is_some_and(test)
}

/// Types that are text, by their names; others, such as pictures, are compressed already.
fn is_compressible(answer: &Answer) -> bool {
    let kind = answer.content_type.as_deref().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "javascript", "xml", "wasm", "x-ndjson", "yaml"]
            .iter()
            .any(|name| kind.ends_with(name))
}

fn is_most(calls: &[&Exchange], test: impl Fn(&Exchange) -> bool) -> bool {
    calls.iter().filter(|call| test(call)).count() * 2 > calls.len()
}

/// The median size of the bodies, as the caller reads them.
fn body_p50(calls: &[&Exchange]) -> Bytes {
    middle(calls.iter().map(|call| call.traffic.decoded)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
