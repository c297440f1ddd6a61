//! Runs of two processes, their processor time, and the figures of many such runs.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::effort::Effort;

/// Ticks a second in `/proc`: the kernel's promise to programs, whatever its own clock does.
const TICKS: f64 = 100.0;

/// Rounds, and the seconds of each run.
pub(crate) fn rounds(effort: Effort) -> (usize, f64) {
    effort.of((9, 5.0), (3, 2.0), (1, 0.2))
}

/// What one run of one tool did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lap {
    /// Bytes or exchanges a second.
    pub(crate) rate: f64,
    /// Processor seconds of both ends for each of them.
    pub(crate) cost: f64,
    /// Processor seconds that the machine below gave to others meanwhile.
    pub(crate) stolen: f64,
}

/// Our lap, and that of whom we run beside; `None` where one failed.
pub(crate) type Pair = (Option<Lap>, Option<Lap>);

/// Starts the server, which prints its port unless it is told one; starts the client, which prints a count and seconds as
/// `read` finds them; waits for both.
pub(crate) fn lap(
    mut server: Command,
    client: impl FnOnce(&str) -> Command,
    read: impl FnOnce(&str) -> Option<(f64, f64)>,
) -> Option<Lap> {
    let before = stolen();
    let mut serving = server
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(serving.stdout.take()?);
    let mut port = String::new();
    lines.read_line(&mut port).ok()?;
    let mut asking = client(port.trim())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut said = String::new();
    asking.stdout.take()?.read_to_string(&mut said).ok()?;
    let mut used = ended(&mut asking)?;
    drop(serving.stdin.take());
    std::io::copy(&mut lines, &mut std::io::sink()).ok()?;
    used += ended(&mut serving)?;
    let (count, seconds) = read(&said)?;
    Some(Lap {
        rate: count / seconds,
        cost: used / count,
        stolen: stolen() - before,
    })
}

/// The processor time of a child that has closed its output: read while it is a zombie, then it is buried.
fn ended(child: &mut Child) -> Option<f64> {
    let stat = format!("/proc/{}/stat", child.id());
    for _ in 0..5000 {
        let text = std::fs::read_to_string(&stat).ok()?;
        // The name may hold anything, so fields count from behind its bracket.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            child.wait().ok()?;
            let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
            return Some((ticks(11)? + ticks(12)?) / TICKS);
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    child.kill().ok()?;
    child.wait().ok()?;
    None
}

/// Seconds that the hypervisor gave to others, over all processors.
fn stolen() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = text
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(8));
    ticks
        .and_then(|ticks| ticks.parse::<f64>().ok())
        .unwrap_or(0.0)
        / TICKS
}

/// The kernel and what else is going on.
pub(crate) fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "kernel {}, {cores} processors, load {}",
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").trim()
    )
}

/// Least, median and most.
pub(crate) fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => "-".to_owned(),
        all => format!(
            "{:.2} / {:.2} / {:.2}",
            all[0],
            all[all.len() / 2],
            all[all.len() - 1]
        ),
    }
}
