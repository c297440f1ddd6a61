//! `tcp.bottleneck-rate`: the line is full, and only fewer bytes help.
//!
//! It is a finding so that nobody tunes windows for a full line. Where the bytes would compress, `http.compression` has the
//! better word and this audit is quiet.

use netopt_core::finding::{Finding, Remedy, Severity};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_median};
use crate::audits::compression::SHRINKS;
use crate::course::{Reason, downloads};
use crate::evidence;
use crate::facts::{Facts, Times};

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
const LEAST_TIME: std::time::Duration = std::time::Duration::from_millis(10);

fn check(facts: &Facts) -> Outcome {
    let Some(p50) = facts.p50() else {
        return Outcome::missing(CALLS);
    };
    let all = downloads(facts);
    let line = || all.iter().filter(|held| held.reason == Reason::Line);
    let times: Times = line().map(|held| held.on_the_line).collect();
    let time = times.p50().unwrap_or_default().min(p50);
    let is_most = times.n() * 2 > all.len() as u64;
    if !is_most || would_shrink(facts) || time < LEAST_TIME || time < p50.mul_f64(LEAST_SHARE) {
        return Outcome::Quiet;
    }
    let share = time.as_secs_f64() / p50.as_secs_f64();
    let mut sizes: Vec<_> = line().map(|held| held.call.arrivals.total()).collect();
    sizes.sort_unstable();
    let size = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let mut evidence = vec![evidence::bytes("body p50", size, times.n())];
    evidence.extend(evidence::median("time on the line p50", &times));
    Outcome::Fires(Finding {
        evidence,
        estimate: of_median(time),
        remedy: Remedy::Advice(
            "Send less: smaller pictures, a denser format, only the fields and rows that are used, ranges, a cache nearer to \
             the client. No option of a socket makes a full line wider."
                .to_owned(),
        ),
        ..hypothesis(
            ID,
            Severity::of_share(share),
            format!(
                "Putting {size} on the slowest line takes about {} of the {} of a call ({:.0} %), and it comes without a pause.",
                show_duration(time),
                show_duration(p50),
                share * 100.0
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
