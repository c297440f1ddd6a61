//! The report of a transfer for people: intervals, totals, latencies, one sentence.

mod intervals;
mod live;
mod rows;

use std::fmt::Write as _;

use netopt_core::unit::show_duration;
use netopt_tcp::transfer::{Amount, Report, Spec, Way, Ways, Work};

use super::{Paint, labelled, wrapped};
use crate::transfer::{Story, sentence};
pub(crate) use live::{Live, TICK};

/// Columns of a row's name with its indent.
const NAME: usize = 16;

/// The report of all runs.
#[must_use]
pub(crate) fn report(story: &Story, paint: &Paint) -> String {
    let mut out = String::new();
    let width = paint.width();
    for told in &story.told {
        let report = &told.report;
        let name = paint.cyan(&paint.bold(&story.target));
        let head = format!("{name} · {}", described(&report.spec, report));
        out += &wrapped(&head, 0, width);
        out += &intervals::table(report, paint);
        for (name, value) in rows::of(story, told) {
            let label = format!("  {name:<room$}", room = NAME - 2);
            out += &labelled(0, &label, &paint.dim(&label), &value, width);
        }
        out.push('\n');
    }
    let text = wrapped(&sentence(story), 2, width);
    for (number, line) in text.lines().enumerate() {
        let mark = if number == 0 { "\u{2192} " } else { "  " };
        writeln!(out, "{}{}", paint.green(mark), paint.bold(line.trim())).ok();
    }
    out
}

/// What was done, in a few words.
pub(super) fn work(spec: &Spec) -> String {
    let streams = match spec.streams {
        1 => "1 stream".to_owned(),
        many => format!("{many} streams"),
    };
    match spec.work {
        Work::Bulk(ways) => format!("bulk {} · {streams}", direction(ways)),
        Work::Exchanges { request, response } => {
            format!("{request} asked, {response} answered · {streams}")
        }
        Work::Connects { request, response } => {
            format!("connect, {request} asked, {response} answered · {streams}")
        }
        Work::Mixed { full, size, every } => {
            let full = full.map_or_else(
                || "idle".to_owned(),
                |ways| format!("full {}", direction(ways)),
            );
            format!("{size} every {} · {full} · {streams}", show_duration(every))
        }
        Work::Datagrams { ways, size, rate } => {
            format!("datagrams of {size} at {rate} {}", direction(ways))
        }
    }
}

const fn direction(ways: Ways) -> &'static str {
    match ways {
        Ways::Up => "up",
        Ways::Down => "down",
        Ways::Both => "both ways",
    }
}

fn described(spec: &Spec, report: &Report) -> String {
    let amount = match spec.amount {
        Amount::Time(time) => show_duration(time),
        Amount::Bytes(bytes) => format!("{bytes} each way"),
    };
    let names = [Way::Up, Way::Down]
        .into_iter()
        .filter_map(|way| report.total(way)?.congestion_control);
    let mut names: Vec<String> = names.collect();
    names.dedup();
    let cc = if names.is_empty() {
        String::new()
    } else {
        format!(" · {}", names.join(" up, "))
    };
    format!("{} · {amount}{cc}", work(spec))
}
