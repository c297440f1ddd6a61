//! The rows below the intervals: totals, latencies, datagrams, processor time.

use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::model::responsiveness::{Foreign, trimmed_mean};
use netopt_core::unit::{Bytes, PerSecond, Ratio, show_duration};
use netopt_tcp::transfer::{Report, Way, Work};

use crate::transfer::{Story, Told, limit};

/// Name and value of each row.
pub(super) fn of(story: &Story, told: &Told) -> Vec<(&'static str, String)> {
    let report = &told.report;
    let mut rows = Vec::new();
    if !matches!(
        report.spec.work,
        Work::Exchanges { .. } | Work::Connects { .. }
    ) {
        for way in [Way::Up, Way::Down] {
            rows.extend(total(report, way).map(|value| (way.name(), value)));
        }
    }
    for way in [Way::Up, Way::Down] {
        rows.extend(datagrams(report, way).map(|value| (way.name(), value)));
    }
    if let Some(done) = &report.exchanges {
        let rate = PerSecond::of(done.latency.count(), report.near.elapsed);
        let rate = rate.map_or_else(String::new, |rate| format!(", {rate}"));
        rows.push(("exchanges", format!("{}{rate}", done.latency.count())));
        rows.extend(times(&done.latency).map(|value| ("latency", value)));
        rows.extend(times(&done.connect).map(|value| ("connect", value)));
    }
    if let Some(messages) = &report.messages {
        let unanswered = messages.sent.saturating_sub(messages.round_trip.count());
        rows.push((
            "messages",
            format!("{}, {unanswered} unanswered", messages.sent),
        ));
        rows.extend(times(&messages.round_trip).map(|value| ("round trip", value)));
        let clock = messages.clock.map_or_else(String::new, |clock| {
            format!(" · clocks ±\u{a0}{}", show(clock))
        });
        for (name, half) in [
            ("one way up", &messages.up),
            ("one way down", &messages.down),
        ] {
            rows.extend(times(half).map(|value| (name, format!("{value}{clock}"))));
        }
    }
    rows.extend(responsiveness(story, told));
    rows.extend(cpu(story, report).map(|value| ("processor", value)));
    for way in [Way::Up, Way::Down] {
        let told = limit(story, report, way);
        rows.extend(told.map(|limit| {
            (
                "limit",
                format!(
                    "{} {} · confidence {}",
                    way.name(),
                    limit.name.replace('_', " "),
                    limit.confidence
                ),
            )
        }));
    }
    rows
}

fn total(report: &Report, way: Way) -> Option<String> {
    let total = report.total(way)?;
    // On a connection that is full up, only answers come down.
    if total.bytes == Bytes::default() {
        return None;
    }
    let rate = total
        .rate
        .map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    let counted = if total.by_receiver {
        "received"
    } else {
        "written; the receiver was not heard"
    };
    let again = match total.retransmits {
        Some(1) => ", 1 segment sent again".to_owned(),
        Some(count) => format!(", {count} segments sent again"),
        None => String::new(),
    };
    Some(format!(
        "{} · {} in {} {counted}{again}",
        kept(&rate),
        kept(&total.bytes.to_string()),
        show(total.elapsed)
    ))
}

fn datagrams(report: &Report, way: Way) -> Option<String> {
    let (sent, arrived) = report.datagrams(way)?;
    let lost = sent.saturating_sub(arrived.datagrams);
    let share = Ratio::of(lost, sent).map_or(0.0, Ratio::get) * 100.0;
    let rate = arrived
        .bytes
        .over(arrived.elapsed)
        .map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    let jitter = arrived.jitter.map_or_else(|| "-".to_owned(), show);
    Some(format!(
        "{} · {} of {sent} arrived, {lost} lost ({share:.2}\u{a0}%) · {} out of order · {} twice · jitter\u{a0}{jitter}",
        kept(&rate),
        arrived.datagrams,
        arrived.reordered,
        arrived.duplicates
    ))
}

fn times(times: &LatencyHistogram) -> Option<String> {
    let at = |q| times.quantile(q).map(show);
    Some(format!(
        "p50\u{a0}{} · p95\u{a0}{} · p99\u{a0}{} · max\u{a0}{}",
        at(0.5)?,
        at(0.95)?,
        at(0.99)?,
        times.max().map(show)?
    ))
}

fn responsiveness(story: &Story, told: &Told) -> Vec<(&'static str, String)> {
    let report = &told.report;
    let mean = |probes: &mut dyn Iterator<Item = Foreign>| {
        let all: Vec<Foreign> = probes.collect();
        let part = |of: &dyn Fn(&Foreign) -> Duration| {
            trimmed_mean(&all.iter().map(of).collect::<Vec<_>>()).map(show)
        };
        Some(format!(
            "connect\u{a0}{} · one byte\u{a0}{} (n\u{a0}{})",
            part(&|one| one.tcp)?,
            part(&|one| one.http)?,
            all.len()
        ))
    };
    let mut rows = Vec::new();
    rows.extend(mean(&mut report.idle.iter().copied()).map(|value| ("idle", value)));
    rows.extend(
        mean(&mut report.probed.iter().map(|one| one.foreign)).map(|value| ("beside load", value)),
    );
    let rpm = story.draft.zip(told.loaded).and_then(|(draft, way)| {
        let series = report.responsiveness(way, draft)?;
        let all = series.responsiveness()?;
        let trust = series.responsiveness_confidence().name();
        Some(format!(
            "{} · foreign {:.0}, on loaded connections {:.0} · confidence {trust} ({})",
            kept(&all.combined.to_string()),
            all.foreign.get(),
            all.loaded.get(),
            draft.name()
        ))
    });
    rows.extend(rpm.map(|value| ("RPM", value)));
    rows
}

fn cpu(story: &Story, report: &Report) -> Option<String> {
    let near = report.near.cpu?;
    let gigabytes = [Way::Up, Way::Down]
        .into_iter()
        .filter_map(|way| report.total(way))
        .map(|total| total.bytes.get() as f64 / 1e9)
        .sum::<f64>();
    let each = |time: Duration| {
        // Below a tenth of a gigabyte it is mostly the cost of beginning.
        let is_bulk = matches!(report.spec.work, Work::Bulk(_)) && gigabytes >= 0.1;
        if is_bulk {
            format!(" ({:.3} s/GB)", time.as_secs_f64() / gigabytes)
                .replace(' ', "\u{a0}")
                .replacen('\u{a0}', " ", 1)
        } else {
            String::new()
        }
    };
    if story.is_own {
        return Some(format!("both ends {}{}", show(near), each(near)));
    }
    let far = report.far.as_ref().and_then(|far| far.cpu);
    let far = far.map_or_else(String::new, |far| {
        format!(" · server {}{}", show(far), each(far))
    });
    Some(format!("here {}{}{far}", show(near), each(near)))
}

/// A time that is not torn apart.
fn show(time: Duration) -> String {
    kept(&show_duration(time))
}

fn kept(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}
