//! The connections that were watched, for people: a table of those that did something, then what stands out in sentences.
//!
//! Idle connections are counted and not listed. A terminal that is too narrow for a line gets two for each connection.

use std::fmt::Write as _;
use std::net::SocketAddr;

use netopt_core::unit::{BitRate, Bytes, show_duration};
use netopt_tcp::TcpInfo;

use super::{Paint, wrapped};
use crate::sockets::{Cause, Connection, Subject, Watched, counts, retransmitters, summary};

/// The most rows; the gravest are first.
const ROWS: usize = 20;
/// Columns of the figures.
const RATE: usize = 13;
const TIME: usize = 9;
const WORDS: usize = 16;
/// Columns of a program's name with its number, where there is room for it.
const PROGRAM: usize = 18;
const PROGRAM_FROM: usize = 100;
/// From this width on, a connection is one line.
const ONE_LINE_FROM: usize = 76;

/// The report.
#[must_use]
pub(crate) fn report(watched: &Watched, paint: &Paint) -> String {
    let mut out = String::new();
    let shown: Vec<&(Cause, Connection)> = watched
        .connections
        .iter()
        .filter(|(cause, _)| !matches!(cause, Cause::Idle | Cause::Unknown))
        .take(ROWS)
        .collect();
    if !shown.is_empty() {
        out += &head(paint);
        for (cause, connection) in &shown {
            out += &row(*cause, connection, paint);
        }
        out.push('\n');
    }
    out += &wrapped(&counted(watched, shown.len()), 0, paint.width());
    let groups = summary(watched);
    for group in &groups {
        out += &sentence(&group.message, paint);
    }
    if groups.is_empty() {
        out += &sentence(
            "no connection is held by anything that somebody should look at",
            paint,
        );
    }
    let again = retransmitters(watched);
    if !again.is_empty() {
        let line = format!("sent again since they were opened: {}", again.join("; "));
        out += &wrapped(&line, 0, paint.width());
    }
    for note in notes(watched) {
        out += &paint_lines(&wrapped(&note, 0, paint.width()), |line| paint.dim(line));
    }
    out
}

/// Whose connections, in words.
#[must_use]
pub(crate) fn whose(subject: &Subject) -> String {
    let of = subject.process.as_ref().map_or_else(
        || "this machine".to_owned(),
        |process| format!("process {} ({})", process.pid, process.program),
    );
    match subject.port {
        Some(port) => format!("{of}, on port {port},"),
        None => of,
    }
}

fn head(paint: &Paint) -> String {
    if paint.width() < ONE_LINE_FROM {
        return String::new();
    }
    let (ends, program) = columns(paint);
    let line = format!(
        "{:<ends$}{:<program$}{:>RATE$}{:>RATE$}{:>TIME$}  {}",
        "connection",
        if program > 0 { "program" } else { "" },
        "out",
        "in",
        "RTT",
        "held by",
    );
    format!("{}\n", paint.dim(&line))
}

/// Columns of both ends, and of the program.
const fn columns(paint: &Paint) -> (usize, usize) {
    let program = if paint.width() < PROGRAM_FROM {
        0
    } else {
        PROGRAM
    };
    (
        paint.width() - 2 * RATE - TIME - WORDS - 2 - program,
        program,
    )
}

fn row(cause: Cause, connection: &Connection, paint: &Paint) -> String {
    let now = connection.now();
    let delta = connection.delta();
    let watched = connection.watched();
    let out = rate(delta.bytes_acked, delta.goodput(watched));
    let into = rate(delta.bytes_received, delta.received(watched));
    let rtt = connection.info().and_then(TcpInfo::rtt);
    let rtt = rtt.map_or_else(|| "-".to_owned(), show_duration);
    let held = if cause.is_trouble() {
        paint.yellow(cause.words())
    } else {
        cause.words().to_owned()
    };
    let name = connection
        .owner
        .as_ref()
        .map_or_else(|| "-".to_owned(), crate::sockets::Owner::named);
    if paint.width() < ONE_LINE_FROM {
        let ends = format!("{} → {}", now.local, now.peer);
        let facts = format!(
            "out {out}, in {into}, RTT {rtt}, held by: {}",
            cause.words()
        );
        let facts = facts.replace(' ', "\u{a0}").replace(",\u{a0}", ", ");
        let facts = wrapped(&format!("{name}: {facts}"), 2, paint.width());
        return format!(
            "{}{facts}",
            paint_lines(&wrapped(&ends, 0, paint.width()), |line| paint.cyan(line))
        );
    }
    let (ends, program) = columns(paint);
    let both = shortened(now.local, now.peer, ends - 1);
    let name: String = name.chars().take(program.saturating_sub(1)).collect();
    format!("{both:<ends$}{name:<program$}{out:>RATE$}{into:>RATE$}{rtt:>TIME$}  {held}\n")
}

/// Both ends in so many columns; of the own one only the port where there is no room for its address.
fn shortened(local: SocketAddr, peer: SocketAddr, room: usize) -> String {
    let full = format!("{local} → {peer}");
    if full.chars().count() <= room {
        return full;
    }
    let short = format!(":{} → {peer}", local.port());
    let over = short.chars().count().saturating_sub(room);
    if over == 0 {
        return short;
    }
    // The end of an address tells more than its middle.
    let begin: String = short.chars().take(room / 2).collect();
    let end: String = short.chars().skip(room / 2 + over + 1).collect();
    format!("{begin}…{end}")
}

/// A rate, a zero, or unknown.
fn rate(bytes: Option<Bytes>, rate: Option<BitRate>) -> String {
    match (bytes, rate) {
        (None, _) => "-".to_owned(),
        (_, None) => "0".to_owned(),
        (_, Some(rate)) => rate.to_string(),
    }
}

/// How many there were, by what held them.
fn counted(watched: &Watched, shown: usize) -> String {
    let all = watched.connections.len();
    let parts: Vec<String> = counts(watched)
        .into_iter()
        .map(|(cause, count)| format!("{count}\u{a0}{}", cause.words().replace(' ', "\u{a0}")))
        .collect();
    let busy = watched
        .connections
        .iter()
        .filter(|(cause, _)| !matches!(cause, Cause::Idle | Cause::Unknown))
        .count();
    let rest = if busy > shown {
        format!(" ({} not listed)", busy - shown)
    } else {
        String::new()
    };
    format!(
        "{all} connections of {} watched for {}: {}{rest}",
        whose(&watched.subject),
        show_duration(watched.elapsed),
        parts.join(", "),
    )
}

/// What a reader has to know of the watching itself.
fn notes(watched: &Watched) -> Vec<String> {
    let mut notes = Vec::new();
    if watched.hidden > 0 {
        notes.push(format!(
            "the programs of {} connections may not be seen by this user, or live in another container",
            watched.hidden
        ));
    }
    if watched.beyond > 0 {
        notes.push(format!(
            "{} more connections were not followed; narrow them down with --port or --pid",
            watched.beyond
        ));
    }
    if !watched.is_complete {
        notes.push(
            "the list may lack some: it changed while it was read, or the time was cut short"
                .to_owned(),
        );
    }
    notes
}

fn sentence(text: &str, paint: &Paint) -> String {
    let body = wrapped(&with_units(text), 2, paint.width());
    let body = body.strip_prefix("  ").unwrap_or(&body);
    format!(
        "{}{}",
        paint.green("\u{2192} "),
        paint_lines(body, |line| paint.bold(line))
    )
}

/// What stands behind a figure.
const UNITS: [&str; 14] = [
    "B", "kB", "MB", "GB", "µs", "ms", "s", "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "%", "segments",
    "packets",
];

/// The text with each figure and its unit kept together.
fn with_units(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for word in text.split(' ') {
        let is_unit = UNITS.contains(&word.trim_end_matches([',', '.', ';', ':', ')']));
        if is_unit && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push('\u{a0}');
        } else if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Each line painted by itself, so that a pager that cuts lines shows no torn colour.
fn paint_lines(text: &str, painted: impl Fn(&str) -> String) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let blanks = line.len() - line.trim_start().len();
        writeln!(all, "{}{}", &line[..blanks], painted(line.trim_start())).ok();
        all
    })
}

#[cfg(test)]
mod tests;
