//! The report of a probe for people: phases drawn to scale, what the kernel knew, one sentence.
//!
//! Both kinds of calls are drawn on one time axis, so that the eye sees what a new connection costs. A bar stands from
//! the median start of its phase for its median length. What it leaves alone: the document, which is `probe_json`.

mod axis;
mod bar;
mod facts;
mod meter;

use std::fmt::Write as _;
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;

use super::Paint;
use crate::probe::{Probe, Series};
use axis::Axis;
pub(crate) use meter::Meter;

/// Columns of a phase's name, and of the indent before it.
const NAME: usize = 10;
const INDENT: usize = 2;
/// Columns of p50, p95 and n.
const TIME: usize = 10;
const COUNT: usize = 6;
/// Below this width only p50 is beside the bars; p95 and n are in the document.
const ALL_FIGURES: usize = 50;

/// The report of one probe.
#[must_use]
pub(crate) fn report(probe: &Probe, paint: &Paint) -> String {
    let mut out = format!("{}\n", paint.cyan(&paint.bold(&probe.target.to_string())));
    let axis = Axis::new(longest(probe), bar_width(paint));
    if probe.fresh.answered() > 0 {
        let title = if probe.echoes.is_some() {
            "datagrams"
        } else {
            "on a new connection"
        };
        out += &section(title, &probe.fresh, &axis, paint);
    }
    if let Some(kept) = probe.kept.as_ref().filter(|kept| kept.answered() > 0) {
        let is_kept = kept.reuse().part > 0;
        let title = if is_kept {
            "on a kept connection"
        } else {
            "keep-alive, but none was kept"
        };
        out += &section(title, kept, &axis, paint);
    }
    if probe.is_measured() {
        let scale = axis.scale();
        writeln!(out, "{}{}", " ".repeat(INDENT + NAME), paint.dim(&scale)).ok();
    }
    out += &facts::rows(probe, paint);
    let sentence = facts::wrapped(probe.finding().split(' '), " ", paint.width() - 2);
    for (number, line) in sentence.iter().enumerate() {
        let mark = if number == 0 { "\u{2192} " } else { "  " };
        writeln!(out, "{}{}", paint.green(mark), paint.bold(line)).ok();
    }
    out
}

/// What the axis must hold: the longest median, whole call or end of a phase.
fn longest(probe: &Probe) -> Duration {
    let whole = probe
        .series()
        .filter_map(|series| series.total().quantile(0.5));
    let ends = probe.series().flat_map(|series| {
        let end =
            |phase| Some(series.start(phase).quantile(0.5)? + series.length(phase).quantile(0.5)?);
        Phase::ALL.into_iter().filter_map(end)
    });
    whole.chain(ends).max().unwrap_or_default()
}

const fn bar_width(paint: &Paint) -> usize {
    let figures = if paint.width() < ALL_FIGURES {
        TIME
    } else {
        2 * TIME + COUNT
    };
    paint.width().saturating_sub(INDENT + NAME + figures)
}

/// The figures of a line that there is room for.
fn figures(p50: &str, p95: &str, n: &str, paint: &Paint) -> String {
    if paint.width() < ALL_FIGURES {
        format!("{p50:>TIME$}")
    } else {
        format!("{p50:>TIME$}{p95:>TIME$}{n:>COUNT$}")
    }
}

fn section(title: &str, series: &Series, axis: &Axis, paint: &Paint) -> String {
    let room = INDENT + NAME + axis.cells();
    let head = figures("p50", "p95", "n", paint);
    let mut out = if title.len() > room {
        format!("\n{}\n{:room$}", paint.bold(title), "")
    } else {
        format!("\n{}", paint.bold(&format!("{title:<room$}")))
    };
    writeln!(out, "{}", paint.dim(&head)).ok();
    for phase in Phase::ALL {
        let length = series.length(phase);
        let (Some(start), Some(p50)) = (series.start(phase).quantile(0.5), length.quantile(0.5))
        else {
            continue;
        };
        // Nothing queues when calls are made one by one; the row is there when that is not so.
        if phase == Phase::Queue && axis.is_short(p50) {
            continue;
        }
        let drawn = bar::draw(axis.place(start), axis.place(start + p50), axis.cells());
        out += &row(phase.name(), &of_phase(phase, &drawn, paint), length, paint);
    }
    let total = series.total();
    if let Some(p50) = total.quantile(0.5) {
        let drawn = bar::draw(0.0, axis.place(p50), axis.cells());
        out += &row("total", &paint.dim(&drawn), total, paint);
    }
    out
}

fn row(name: &str, drawn: &str, times: &LatencyHistogram, paint: &Paint) -> String {
    let shown = |q| {
        times
            .quantile(q)
            .map_or_else(|| "-".to_owned(), show_duration)
    };
    let count = times.count().to_string();
    let figures = figures(&shown(0.5), &shown(0.95), &count, paint);
    format!("{:INDENT$}{name:<NAME$}{drawn}{figures}\n", "")
}

/// Opening, asking and waiting have a colour each.
fn of_phase(phase: Phase, drawn: &str, paint: &Paint) -> String {
    match phase {
        Phase::Queue | Phase::Dns | Phase::Connect | Phase::Proxy | Phase::Tls | Phase::Upgrade => {
            paint.yellow(drawn)
        }
        Phase::Wait => paint.cyan(drawn),
        Phase::Send | Phase::Receive => paint.green(drawn),
    }
}

#[cfg(test)]
mod tests;
