//! `http.redirect-chain`: calls go to a URL that sends them on to another one.
//!
//! Each redirect is a round trip at least, and a new connection where it leads to another host. The client notes when the last
//! one was there, so its cost is measured and not estimated. No knob helps: the program has to call what is there.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::finding::{Evidence, Finding, Remedy};
use netopt_core::unit::show_duration;

use crate::audit::{Audit, Outcome, hypothesis, of_share};
use crate::evidence;
use crate::facts::{Facts, Times};
use crate::placed::{LEAST_CALLS, each, share};
use crate::worth;

const ID: &str = "http.redirect-chain";

/// The catalogue's entry.
pub(crate) const AUDIT: Audit = Audit {
    id: ID,
    title: "Calls are redirected",
    needs: &[CALLS],
    check,
};

const CALLS: &str = "ten answered calls in the baseline";

fn check(facts: &Facts) -> Outcome {
    let calls: Vec<&Exchange> = facts.answered().collect();
    let Some(p50) = facts.p50().filter(|_| calls.len() >= LEAST_CALLS) else {
        return Outcome::missing(CALLS);
    };
    let redirected: Vec<&Exchange> = calls
        .iter()
        .copied()
        .filter(|call| call.journey.redirects > 0)
        .collect();
    let times: Times = redirected
        .iter()
        .map(|call| call.journey.redirected.min(call.service_time()))
        .collect();
    let part = share(redirected.len(), calls.len());
    let all = redirected
        .iter()
        .map(|call| call.journey.redirected.min(call.service_time()))
        .fold(Duration::ZERO, Duration::saturating_add);
    let saving = each(all, calls.len()).min(p50);
    let Some(severity) = worth::severity(saving, p50) else {
        return Outcome::Quiet;
    };
    let summary = format!(
        "{} of {} calls are redirected, {} before they are answered, which takes {}: about {} per call.",
        redirected.len(),
        calls.len(),
        times_over(&redirected),
        show_duration(times.p50().unwrap_or_default()),
        show_duration(saving)
    );
    Outcome::Fires(Finding {
        evidence: evidence_of(&redirected, &times, part, calls.len()),
        estimate: of_share(saving, part),
        remedy: Remedy::Advice(advice(&redirected)),
        ..hypothesis(ID, severity, summary)
    })
}

/// How often a redirected call is redirected.
fn times_over(redirected: &[&Exchange]) -> String {
    match middle(redirected.iter().map(|call| call.journey.redirects)) {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        often => format!("{often} times"),
    }
}

fn middle(counts: impl Iterator<Item = u32>) -> u32 {
    let mut sorted: Vec<u32> = counts.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn advice(redirected: &[&Exchange]) -> String {
    let mut ends: Vec<&str> = redirected
        .iter()
        .filter_map(|call| call.answer.as_ref()?.came_from.as_deref())
        .collect();
    ends.sort_unstable();
    ends.dedup();
    let end = match ends[..] {
        [] => "the URL that answers in the end".to_owned(),
        [one] => format!("`{one}`, which answers in the end"),
        [one, ..] => format!(
            "the URLs that answer in the end, {} of them, such as `{one}`",
            ends.len()
        ),
    };
    let is_for_good = |call: &&&Exchange| call.journey.moved == call.journey.redirects;
    let how = if redirected.iter().all(|call| is_for_good(&call)) {
        "The server says that they have moved for good."
    } else {
        "Not all of these redirects are for good (301, 308): where the server decides anew each time, ask its owner for an address \
         that answers by itself."
    };
    format!("Call {end}. {how}")
}

fn evidence_of(redirected: &[&Exchange], times: &Times, part: f64, calls: usize) -> Vec<Evidence> {
    let redirects = middle(redirected.iter().map(|call| call.journey.redirects));
    let n = redirected.len() as u64;
    let mut all = vec![
        evidence::ratio("calls that were redirected", part, calls as u64),
        evidence::count("redirects of such a call p50", f64::from(redirects), n),
    ];
    all.extend(evidence::median("until the last redirect p50", times));
    all
}

#[cfg(test)]
mod tests;
