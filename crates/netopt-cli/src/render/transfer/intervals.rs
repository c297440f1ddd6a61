//! The intervals of a transfer as a table with a bar to scale.

use std::fmt::Write as _;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, show_duration};
use netopt_tcp::transfer::{Interval, Report, Way, Work};

use super::Paint;

/// Columns of a time span, a rate, a count, a round trip and processor time.
const SPAN: usize = 13;
const RATE: usize = 13;
const AGAIN: usize = 8;
const RTT: usize = 10;
const CPU: usize = 10;
/// The widest bar.
const BAR: usize = 24;
/// Below this width both ways are one column.
const BOTH_WAYS: usize = 40;
/// Below this width there are only spans and rates.
const MORE_FIGURES: usize = 60;
/// Below this width there is no processor time.
const ALL_FIGURES: usize = 72;
/// More lines than that say nothing more: neighbours are put together.
const MOST: usize = 20;

/// The table; empty where there are no streams.
pub(super) fn table(report: &Report, paint: &Paint) -> String {
    let moves_bulk = matches!(report.spec.work, Work::Bulk(_) | Work::Mixed { .. });
    if report.intervals.is_empty() || !moves_bulk {
        return String::new();
    }
    let intervals = together(&report.intervals);
    let mut columns: Vec<Vec<Way>> = ways(&report.intervals).map(|way| vec![way]).collect();
    if paint.width() < BOTH_WAYS {
        columns = vec![columns.concat()];
    }
    let has_cpu = shows_cpu(paint, &intervals);
    let figures = match (paint.width() >= MORE_FIGURES, has_cpu) {
        (true, true) => AGAIN + RTT + CPU,
        (true, false) => AGAIN + RTT,
        (false, _) => 0,
    };
    let room = paint
        .width()
        .saturating_sub(SPAN + RATE * columns.len() + figures + 2);
    let bar = if room >= 4 { room.min(BAR) } else { 0 };
    let mut head = format!("{:<SPAN$}", "  time");
    for column in &columns {
        let name = if let [way] = column.as_slice() {
            way.name()
        } else {
            "both"
        };
        write!(head, "{name:>RATE$}").ok();
    }
    if paint.width() >= MORE_FIGURES {
        write!(head, "{:>AGAIN$}{:>RTT$}", "again", "RTT").ok();
    }
    if has_cpu {
        write!(head, "{:>CPU$}", "CPU s/GB").ok();
    }
    let mut out = format!("{}\n", paint.dim(head.trim_end()));
    let fastest = intervals.iter().map(all).fold(0.0, f64::max);
    for one in &intervals {
        out += &line(one, &columns, paint);
        if has_cpu {
            let cpu = one.cpu_per_gigabyte().map(|cpu| cpu.as_secs_f64());
            let cpu = cpu.map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.3}"));
            write!(out, "{cpu:>CPU$}").ok();
        }
        if bar > 0 && fastest > 0.0 {
            out += "  ";
            out += &paint.cyan(&drawn(all(one) / fastest, bar));
        }
        out.push('\n');
    }
    out
}

/// Whether there is room for processor time, and any to tell of.
fn shows_cpu(paint: &Paint, intervals: &[Interval]) -> bool {
    let is_told = |one: &Interval| one.cpu_per_gigabyte().is_some();
    paint.width() >= ALL_FIGURES && intervals.iter().any(is_told)
}

/// Which ways carried anything.
fn ways(intervals: &[Interval]) -> impl Iterator<Item = Way> {
    let some = move |way: &Way| {
        let bytes = intervals.iter().filter_map(|one| of(one, *way));
        bytes.map(Bytes::get).any(|bytes| bytes > 0)
    };
    [Way::Up, Way::Down].into_iter().filter(some)
}

const fn of(one: &Interval, way: Way) -> Option<Bytes> {
    match way {
        Way::Up => one.up,
        Way::Down => one.down,
    }
}

fn line(one: &Interval, columns: &[Vec<Way>], paint: &Paint) -> String {
    let span = format!(
        "  {:.1}-{:.1} s",
        one.from.as_secs_f64(),
        one.to.as_secs_f64()
    );
    let mut out = format!("{span:<SPAN$}");
    for column in columns {
        let bytes: Option<Bytes> = column.iter().map(|way| of(one, *way)).sum();
        write!(out, "{:>RATE$}", rate(bytes, one.to - one.from)).ok();
    }
    if paint.width() >= MORE_FIGURES {
        let again = one.retransmits;
        let again = again.map_or_else(|| "-".to_owned(), |again| again.to_string());
        let rtt = one.rtt.map_or_else(|| "-".to_owned(), show_duration);
        write!(out, "{again:>AGAIN$}{rtt:>RTT$}").ok();
    }
    out
}

/// A rate for people.
pub(super) fn rate(bytes: Option<Bytes>, time: Duration) -> String {
    let rate = bytes.and_then(|bytes| bytes.over(time));
    rate.map_or_else(|| "-".to_owned(), |rate: BitRate| rate.to_string())
}

fn all(one: &Interval) -> f64 {
    let bytes = one.up.unwrap_or_default().get() + one.down.unwrap_or_default().get();
    bytes as f64 / (one.to - one.from).as_secs_f64().max(1e-9)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of some columns"
)]
fn drawn(share: f64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * room as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

/// At most [`MOST`] lines: equal numbers of neighbours in each.
fn together(intervals: &[Interval]) -> Vec<Interval> {
    let each = intervals.len().div_ceil(MOST).max(1);
    intervals.chunks(each).filter_map(merged).collect()
}

fn merged(some: &[Interval]) -> Option<Interval> {
    let (first, last) = (some.first()?, some.last()?);
    Some(Interval {
        from: first.from,
        to: last.to,
        up: some.iter().map(|one| one.up).sum(),
        down: some.iter().map(|one| one.down).sum(),
        retransmits: some.iter().map(|one| one.retransmits).sum(),
        rtt: some.iter().filter_map(|one| one.rtt).max(),
        cpu: some.iter().map(|one| one.cpu).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_intervals_become_few_lines_and_lose_no_byte() {
        let one = |number: u64| Interval {
            from: Duration::from_secs(number),
            to: Duration::from_secs(number + 1),
            up: Some(Bytes::new(number)),
            retransmits: Some(1),
            ..Interval::default()
        };
        let all: Vec<_> = (0..101).map(one).collect();
        let few = together(&all);
        assert!(few.len() <= MOST);
        let bytes: Bytes = few.iter().filter_map(|one| one.up).sum();
        assert_eq!(bytes.get(), 5050);
        assert_eq!(
            few.iter().filter_map(|one| one.retransmits).sum::<u64>(),
            101
        );
        assert_eq!(few.last().unwrap().to, Duration::from_secs(101));
    }

    #[test]
    fn bars_stand_to_scale() {
        assert_eq!(
            (drawn(1.0, 3), drawn(0.5, 3)),
            ("███".to_owned(), "█▌".to_owned())
        );
    }
}
