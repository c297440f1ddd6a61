//! The rows below the bars: what the kernel knew, what was agreed on, what went wrong.

use std::fmt::Write as _;
use std::time::Duration;

use netopt::tcp::datagram::Echoes;
use netopt_core::target::Scheme;
use netopt_core::unit::show_duration;

use super::super::Paint;
use crate::probe::{Kernel, Messages, Probe, Series, Share};

/// Columns of a row's name with its indent.
const NAME: usize = 14;
/// Columns of a fact's indent where it stands below its name, in terminals with less than that width.
const BELOW: usize = 4;
const BESIDE_FROM: usize = 50;
/// Between two facts.
const DOT: &str = " · ";

/// All rows, with an empty line before and after.
pub(super) fn rows(probe: &Probe, paint: &Paint) -> String {
    let mut out = "\n".to_owned();
    let is_beside = paint.width() >= BESIDE_FROM;
    let mut add = |name: &str, lines: &[String]| {
        if !is_beside {
            if !lines.is_empty() {
                writeln!(out, "  {}", paint.dim(name)).ok();
            }
            for line in lines {
                writeln!(out, "{:BELOW$}{line}", "").ok();
            }
            return;
        }
        for (number, line) in lines.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let label = format!("  {name:<width$}", width = NAME - 2);
            writeln!(out, "{}{line}", paint.dim(&label)).ok();
        }
    };
    let room = paint.width() - if is_beside { NAME } else { BELOW };
    if let Some(echoes) = &probe.echoes {
        add("datagrams", &wrapped(datagrams(echoes), DOT, room));
    }
    if let Some(asked) = &probe.messages {
        for line in messages(asked) {
            add("messages", &wrapped(line.split(' '), " ", room));
        }
    }
    let is_udp = probe.target.scheme() == Scheme::Udp;
    if !is_udp {
        add("kernel", &wrapped(kernel(&probe.kernel()), DOT, room));
    }
    if let Some(split) = split(probe) {
        add("split", &wrapped(split, DOT, room));
    }
    if !is_udp {
        add("connection", &wrapped(connection(probe), DOT, room));
    }
    for (name, series) in [("new", Some(&probe.fresh)), ("kept", probe.kept.as_ref())] {
        for line in series.into_iter().flat_map(|series| errors(name, series)) {
            let lines = wrapped(line.split(' '), " ", room);
            let painted: Vec<String> = lines.iter().map(|line| paint.red(line)).collect();
            add("errors", &painted);
        }
    }
    out.push('\n');
    out
}

/// Pieces put into lines of at most `room` columns, none torn apart.
pub(super) fn wrapped(
    pieces: impl IntoIterator<Item = impl AsRef<str>>,
    between: &str,
    room: usize,
) -> Vec<String> {
    let width = |text: &str| text.chars().count();
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        let piece = piece.as_ref();
        match lines.last_mut() {
            Some(line) if width(line) + width(between) + width(piece) <= room => {
                line.push_str(between);
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

fn datagrams(echoes: &Echoes) -> Vec<String> {
    let jitter = echoes
        .jitter
        .map_or_else(|| "not measured".to_owned(), show_duration);
    vec![
        format!("{} sent", echoes.sent()),
        format!("{} lost", echoes.lost()),
        format!("{} reordered", echoes.reordered),
        format!("{} came twice", echoes.duplicates),
        format!("jitter {jitter}"),
    ]
}

/// What was asked of a WebSocket server, a line each.
fn messages(messages: &Messages) -> Vec<String> {
    let mut lines = vec![match &messages.no_echo {
        None => format!("texts of {}, each sent back", messages.size),
        Some(reason) => format!(
            "pings of {}, because {reason}; they tell nothing about the server's program",
            messages.size
        ),
    }];
    if messages.unasked > 0 {
        lines.push(format!("{} others came unasked", messages.unasked));
    }
    lines
}

fn kernel(kernel: &Kernel) -> Vec<String> {
    if kernel.n == 0 {
        return vec!["not measured".to_owned()];
    }
    let fact = |name: &str, value: Option<String>| match value {
        Some(value) => format!("{name} {value}"),
        None => format!("{name} not measured"),
    };
    vec![
        fact("RTT", kernel.rtt.map(show_duration)),
        fact("min RTT", kernel.min_rtt.map(show_duration)),
        fact(
            "retransmits",
            kernel.retransmits.map(|count| count.to_string()),
        ),
        fact(
            "cwnd",
            kernel.cwnd.map(|segments| format!("{segments} segments")),
        ),
        fact(
            "delivery rate",
            kernel.delivery_rate.map(|rate| rate.to_string()),
        ),
        format!("n = {}", kernel.n),
    ]
}

/// Whose time a call took; `None` where only connecting was measured.
fn split(probe: &Probe) -> Option<Vec<String>> {
    probe.kept.as_ref()?;
    let split = probe.split();
    if split.n == 0 {
        return Some(vec!["not measured".to_owned()]);
    }
    let terms = [
        ("application", split.application),
        ("kernel", split.kernel),
        ("wire", split.wire),
        ("server", split.server),
        ("runtime", split.runtime),
        ("rest", split.rest),
        ("unpacking", split.unpacking),
    ];
    let fact = |(name, time): (&str, Option<Duration>)| {
        let time = time.map_or_else(|| "not measured".to_owned(), show_duration);
        format!("{name} {time}")
    };
    let n = format!("n = {}", split.n);
    // The rest is there only where an answer came in pieces.
    let told = terms
        .into_iter()
        .filter(|(name, time)| *name != "rest" || time.is_some_and(|time| !time.is_zero()));
    Some(told.map(fact).chain([n]).collect())
}

fn connection(probe: &Probe) -> Vec<String> {
    let Some((protocol, tls)) = probe.series().find_map(Series::spoken) else {
        return vec!["not measured".to_owned()];
    };
    let of = |share: Share| format!("{} of {}", share.part, share.whole);
    let mut facts = vec![protocol.name().to_owned()];
    if let Some(version) = tls {
        facts.push(version.to_owned());
        facts.push(format!("session resumed {}", of(probe.fresh.sessions())));
    }
    if let Some(kept) = probe.kept.as_ref().filter(|kept| kept.reuse().whole > 0) {
        facts.push(format!("connection reused {}", of(kept.reuse())));
    }
    let cut: u64 = probe.series().map(Series::cut).sum();
    if cut > 0 {
        facts.push(format!("bodies cut at --max-body {cut}"));
    }
    facts
}

fn errors<'a>(name: &'a str, series: &'a Series) -> impl Iterator<Item = String> {
    let calls = series.calls();
    series.troubles().iter().map(move |(class, trouble)| {
        format!(
            "{class} {} of {calls} ({name}): {}",
            trouble.n, trouble.message
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_is_torn_apart() {
        assert_eq!(
            wrapped(["one two", "three", "four"], " · ", 15),
            ["one two · three", "four"]
        );
        assert_eq!(wrapped(["much too long"], " ", 5), ["much too long"]);
    }

    #[test]
    fn what_the_kernel_does_not_tell_is_not_measured() {
        assert_eq!(kernel(&Kernel::default()), ["not measured"]);
        let facts = kernel(&Kernel {
            cwnd: Some(10),
            n: 3,
            ..Kernel::default()
        });
        assert_eq!(facts[0], "RTT not measured");
        assert_eq!(
            facts[3..],
            ["cwnd 10 segments", "delivery rate not measured", "n = 3"]
        );
    }
}
