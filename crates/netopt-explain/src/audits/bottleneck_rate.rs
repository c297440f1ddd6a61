//! `tcp.bottleneck-rate`: the line is full, and only fewer bytes help.
//!
//! It is a finding so that nobody tunes windows for a full line. Where the bytes of answers would compress, `http.compression`
//! has the better word and this audit is quiet. Requests are for the program to compress, so there it says by how much.

use std::time::Duration;

use netopt_core::finding::{Finding, Remedy, Severity};
use netopt_core::unit::{Bytes, show_duration};

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::audits::compression::SHRINKS;
use crate::course::{self, downloads};
use crate::evidence;
use crate::facts::{Facts, Times, middle};
use crate::upload::{Reason, held, mostly};

const ID: &str = "tcp.bottleneck-rate";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "The slowest line of the path is full",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "answered calls in the baseline";

/// The line is the cause when it takes more than all else together.
const LEAST_SHARE: f64 = 0.5;

/// Less than this is an ordinary transfer.
const LEAST_TIME: Duration = Duration::from_millis(10);

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    answers(facts, p50)
        .or_else(|| requests(facts, p50))
        .map_or(Outcome::Quiet, Outcome::Fires)
}

/// The line is full of answers.
fn answers(facts: &Facts, p50: Duration) -> Option<Finding> {
    let all = downloads(facts);
    let line = || {
        all.iter()
            .filter(|held| held.reason == course::Reason::Line)
    };
    let times: Times = line().map(|held| held.on_the_line).collect();
    if times.n() * 2 <= all.len() as u64 || would_shrink(facts) {
        return None;
    }
    let size = middle(line().map(|held| held.call.arrivals.total()))?;
    let what = Full {
        evidence: "body p50",
        told: "comes",
        size,
        times: &times,
    };
    let less = "Send less: smaller pictures, a denser format, only the fields and rows that are used, ranges, a cache nearer to \
                the client. No option of a socket makes a full line wider.";
    full(&what, p50, less.to_owned())
}

/// The line is full of requests.
fn requests(facts: &Facts, p50: Duration) -> Option<Finding> {
    let line = mostly(&held(facts), Reason::Line)?;
    let times: Times = line.iter().map(|held| held.on_the_line).collect();
    let what = Full {
        evidence: "request p50",
        told: "goes",
        size: middle(line.iter().map(|held| held.size))?,
        times: &times,
    };
    let packed = facts.survey.request.and_then(|sample| sample.ratio()).map_or_else(
        || "Compress its body if the server takes that.".to_owned(),
        |ratio| match ratio {
            ratio if ratio < SHRINKS => format!(
                "Its body would shrink to {:.0} %: compress it (`Content-Encoding: gzip`) if the server takes that.",
                (ratio * 100.0).max(1.0)
            ),
            _ => "Its body would hardly shrink.".to_owned(),
        },
    );
    let less = format!(
        "Send less. {packed} A denser format, only what has changed, larger pieces less often. No option of a socket makes a \
         full line wider."
    );
    full(&what, p50, less)
}

/// What the line is full of.
struct Full<'a> {
    evidence: &'static str,
    told: &'static str,
    size: Bytes,
    times: &'a Times,
}

fn full(what: &Full<'_>, p50: Duration, less: String) -> Option<Finding> {
    let time = what.times.p50()?.min(p50);
    if time < LEAST_TIME || time < p50.mul_f64(LEAST_SHARE) {
        return None;
    }
    let share = time.as_secs_f64() / p50.as_secs_f64();
    let mut evidence = vec![evidence::bytes(what.evidence, what.size, what.times.n())];
    evidence.extend(evidence::median("time on the line p50", what.times));
    Some(Finding {
        evidence,
        estimate: of_median(time),
        remedy: Remedy::Advice(less),
        ..hypothesis(
            ID,
            Severity::of_share(share),
            format!(
                "Putting {} on the slowest line takes about {} of the {} of a call ({:.0} %), and it {} without a pause.",
                what.size,
                show_duration(time),
                show_duration(p50),
                share * 100.0,
                what.told
            ),
        )
    })
}

/// Whether the bytes come as they are and would be fewer after compression.
fn would_shrink(facts: &Facts) -> bool {
    let encoded = facts
        .answers()
        .filter(|answer| answer.encoding.is_some())
        .count();
    let shrinks = facts.survey.sample.and_then(|sample| sample.ratio());
    encoded * 2 <= facts.answers().count() && shrinks.is_some_and(|ratio| ratio < SHRINKS)
}

#[cfg(test)]
mod tests;
