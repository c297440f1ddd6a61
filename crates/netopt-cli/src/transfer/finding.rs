//! One sentence for each run: what it was, and what that means.

use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{PerSecond, Ratio, show_duration};
use netopt_tcp::transfer::{Messages, Report, Way, Work};

use super::{Story, Told, limit};

/// The sentence of the story; it says when nothing was measured.
pub(crate) fn sentence(story: &Story) -> String {
    let parts: Vec<String> = story
        .told
        .iter()
        .filter_map(|told| of(story, told))
        .collect();
    if parts.is_empty() {
        return "nothing was measured".to_owned();
    }
    parts.join("; ")
}

fn of(story: &Story, told: &Told) -> Option<String> {
    let report = &told.report;
    if let (Some(way), Some(draft)) = (told.loaded, story.draft) {
        let series = report.responsiveness(way, draft)?;
        let rpm = series.responsiveness()?.combined;
        let trust = series.responsiveness_confidence().name();
        return Some(format!(
            "{rpm} under load {} (confidence {trust})",
            way.name()
        ));
    }
    match report.spec.work {
        Work::Bulk(ways) => {
            let each = ways
                .all()
                .iter()
                .filter_map(|way| bulk(story, report, *way));
            let parts: Vec<String> = each.collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
        Work::Exchanges { .. } | Work::Connects { .. } => exchanges(report),
        Work::Mixed { .. } => messages(report.messages.as_ref()?),
        Work::Datagrams { ways, .. } => {
            let each = ways.all().iter().filter_map(|way| datagrams(report, *way));
            let parts: Vec<String> = each.collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
    }
}

fn bulk(story: &Story, report: &Report, way: Way) -> Option<String> {
    let total = report.total(way)?;
    let rate = total.rate?;
    let words = format!("{rate} {}", way.name());
    Some(match limit(story, report, way) {
        Some(limit) => format!("{words}: {}", limit.sentence),
        None => words,
    })
}

fn exchanges(report: &Report) -> Option<String> {
    let done = report.exchanges.as_ref()?;
    let rate = PerSecond::of(done.latency.count(), report.near.elapsed)?;
    let latency = done.latency.quantile(0.5)?;
    let median = show_duration(latency);
    let share = done
        .connect
        .quantile(0.5)
        .map(|connect| connect.as_secs_f64() / latency.as_secs_f64());
    Some(match share {
        Some(share) => format!(
            "{:.0} exchanges a second, half of them within {median}, of which connecting takes {:.0} %",
            rate.get(),
            share * 100.0
        ),
        None => format!(
            "{:.0} exchanges a second, half of them within {median}",
            rate.get()
        ),
    })
}

fn messages(messages: &Messages) -> Option<String> {
    let median = messages.round_trip.quantile(0.5)?;
    let idle = messages.clock.map(|half| half * 2);
    let wait = idle
        .map(|idle| median.saturating_sub(idle))
        .filter(|wait| *wait > Duration::ZERO);
    let half = |name, times: &LatencyHistogram| Some((name, times.quantile(0.5)?));
    let (name, _) = [half("up", &messages.up), half("down", &messages.down)]
        .into_iter()
        .flatten()
        .max_by_key(|(_, time)| *time)?;
    let median = show_duration(median);
    Some(match wait {
        Some(wait) => format!(
            "a message and its answer take {median}, {} more than on the idle path, and most of it {name}",
            show_duration(wait)
        ),
        None => format!("a message and its answer take {median}, no more than on the idle path"),
    })
}

fn datagrams(report: &Report, way: Way) -> Option<String> {
    let (sent, arrived) = report.datagrams(way)?;
    let lost = Ratio::of(sent.saturating_sub(arrived.datagrams), sent)?;
    let jitter = arrived
        .jitter
        .map_or_else(|| "unknown".to_owned(), show_duration);
    Some(format!(
        "{:.2} % of {sent} datagrams lost {}, jitter {jitter}",
        lost.get() * 100.0,
        way.name()
    ))
}
