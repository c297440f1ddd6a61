//! One sentence of finding, computed from the numbers.
//!
//! Each part of a call that could stand out says how much time it takes; the largest that is a good part of the call is
//! told, with its share and its n. The distance is told only where nothing else is: it is always there, and as long as
//! what a new connection costs. Parts that are small in themselves are left alone: on loopback everything is a large
//! share of nothing. What a change would save is a model's word here and said as such.

mod part;

use netopt::tcp::datagram::Echoes;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use netopt_explain::facts::phase;

use super::{Asked, Probe, Series, Share, Trouble};

/// From this share of calls without success their times come second.
const MANY_ERRORS: f64 = 0.1;

/// From this share of calls that waited for a busy machine, that is told, too.
const MANY_STARVED: f64 = 0.1;

/// The sentence about a probe.
pub(super) fn of(probe: &Probe) -> String {
    if let Some(sentence) = trouble(probe) {
        return sentence;
    }
    if let Some(echoes) = &probe.echoes {
        return datagrams(echoes, probe);
    }
    let sentence = part::outstanding(probe).map_or_else(|| nothing(probe), |part| part.sentence());
    sentence + &starvation(probe).unwrap_or_default()
}

/// A second clause: some calls, not most, waited for this machine and not for the network.
fn starvation(probe: &Probe) -> Option<String> {
    let split = probe.split();
    let Share { part, whole } = split.starved;
    if part == 0 || 2 * part >= whole || share(part, whole) < MANY_STARVED {
        return None;
    }
    Some(format!(
        "; in {part} of {whole} calls the answer lay up to {} in this machine's kernel before the program read it",
        show_duration(split.longest_unread?)
    ))
}

/// The most frequent reason for which calls did not succeed.
pub(super) fn worst(probe: &Probe) -> Option<Trouble> {
    let mut sums: Vec<Trouble> = Vec::new();
    for trouble in probe.series().flat_map(|series| series.troubles().values()) {
        match sums.iter_mut().find(|sum| sum.message == trouble.message) {
            Some(sum) => sum.n += trouble.n,
            None => sums.push(trouble.clone()),
        }
    }
    sums.into_iter().max_by_key(|trouble| trouble.n)
}

/// Calls that did not succeed, when they are many.
fn trouble(probe: &Probe) -> Option<String> {
    let calls: u64 = probe.series().map(Series::calls).sum();
    let troubles = probe.series().flat_map(|series| series.troubles().values());
    let failed: u64 = troubles.map(|trouble| trouble.n).sum();
    let worst = worst(probe)?;
    if share(failed, calls) < MANY_ERRORS {
        return None;
    }
    let what = format!("{failed} of {calls} calls did not succeed");
    if worst.n == failed {
        return Some(format!("{what}: {}", worst.message));
    }
    Some(format!(
        "{what}, most of them: {} (n = {})",
        worst.message, worst.n
    ))
}

fn datagrams(echoes: &Echoes, probe: &Probe) -> String {
    let p50 = probe.fresh.total().quantile(0.5);
    let time = p50.map_or_else(|| "not measured".to_owned(), show_duration);
    let sent = echoes.sent();
    if echoes.lost() > 0 {
        return format!(
            "{} of {sent} datagrams were lost; an echo takes {time}",
            echoes.lost()
        );
    }
    if echoes.reordered > 0 {
        return format!(
            "{} of {sent} datagrams were overtaken by later ones; an echo takes {time}",
            echoes.reordered
        );
    }
    format!("nothing stands out: an echo takes {time} (n = {sent})")
}

fn nothing(probe: &Probe) -> String {
    let said = |series: &Series, of: &str| {
        let p50 = series.total().quantile(0.5)?;
        Some(format!(
            "{} on a {of} connection (n = {})",
            show_duration(p50),
            series.answered()
        ))
    };
    if probe.kept.is_none() {
        let connects = phase(probe.fresh.exchanges(), Phase::Connect);
        return connects.p50().map_or_else(
            || "nothing was measured".to_owned(),
            |p50| {
                format!(
                    "nothing stands out: connecting takes {} (n = {})",
                    show_duration(p50),
                    connects.n()
                )
            },
        );
    }
    let times: Vec<String> = [
        said(&probe.fresh, "new"),
        probe.kept.as_ref().and_then(|kept| said(kept, "kept")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if times.is_empty() {
        return "nothing was measured".to_owned();
    }
    let what = match probe.messages.as_ref().map(|messages| messages.asked) {
        None => "a call",
        Some(Asked::Echo) => "a message",
        Some(Asked::Ping) => "a ping",
    };
    format!("nothing stands out: {what} takes {}", times.join(" and "))
}

#[expect(clippy::cast_precision_loss, reason = "a share of a count")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests;
