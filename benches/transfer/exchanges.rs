//! One byte there and one back, on one connection and on a new one for each, beside a plain epoll program in C that does the
//! same, on one processor and on two.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::effort::Effort;
use crate::load::two_numbers;
use crate::race::{Lap, Pair, lap, rounds, spread};

pub(crate) fn report(effort: Effort) {
    let Some(floor) = compiled() else {
        println!("\nexchanges of one byte: skipped: there is no cc to compile the floor with");
        return;
    };
    for (kind, title) in [
        ("rr", "exchanges of one byte"),
        ("crr", "a connection for each exchange of one byte"),
    ] {
        table(&floor, kind, title, effort);
    }
    std::fs::remove_file(&floor).ok();
}

fn table(floor: &Path, kind: &str, title: &str, effort: Effort) {
    let (rounds, seconds) = rounds(effort);
    println!("\n{title}, {rounds} interleaved rounds of {seconds} s; least / median / most");
    println!(
        "  processors             thousand/s ours         thousand/s C, epoll      rate to C             CPU us ours           CPU us C"
    );
    for (title, processors) in [
        ("both on one", Processors::One),
        ("as the kernel has it", Processors::All),
    ] {
        let pairs: Vec<Pair> = (0..rounds)
            .map(|round| {
                let ours = || ours(kind, seconds, processors);
                let theirs = || plain(floor, kind, seconds, processors);
                if round % 2 == 0 {
                    (ours(), theirs())
                } else {
                    let theirs = theirs();
                    (ours(), theirs)
                }
            })
            .collect();
        let each =
            |pick: &dyn Fn(&Pair) -> Option<f64>| spread(pairs.iter().filter_map(pick).collect());
        println!(
            "  {title:<21}  {:<23}  {:<23}  {:<20}  {:<20}  {}",
            each(&|pair| Some(pair.0?.rate / 1e3)),
            each(&|pair| Some(pair.1?.rate / 1e3)),
            each(&|pair| Some(pair.0?.rate / pair.1?.rate)),
            each(&|pair| Some(pair.0?.cost * 1e6)),
            each(&|pair| Some(pair.1?.cost * 1e6)),
        );
    }
}

/// The floor, compiled; `None` where there is no compiler.
fn compiled() -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/transfer/floor.c");
    let to = std::env::temp_dir().join(format!("netopt-floor-{}", std::process::id()));
    let done = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&to)
        .arg(source)
        .status();
    done.ok()?.success().then_some(to)
}

/// Which processors both ends may have.
#[derive(Debug, Clone, Copy)]
enum Processors {
    /// The first, and no other.
    One,
    /// As the kernel has it.
    All,
}

/// The command, on these processors.
fn on(program: &Path, processors: Processors) -> Command {
    match processors {
        Processors::One => {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(program);
            command
        }
        Processors::All => Command::new(program),
    }
}

fn ours(kind: &str, seconds: f64, processors: Processors) -> Option<Lap> {
    let this = std::env::current_exe().ok()?;
    let mut server = on(&this, processors);
    server.arg("serve");
    let client = |port: &str| {
        let mut client = on(&this, processors);
        client.args(["ask", port, kind, &seconds.to_string(), "1", "cubic"]);
        client
    };
    lap(server, client, two_numbers)
}

fn plain(floor: &Path, kind: &str, seconds: f64, processors: Processors) -> Option<Lap> {
    let mut server = on(floor, processors);
    server.args(["serve", kind]);
    let client = |port: &str| {
        let mut client = on(floor, processors);
        client.args(["ask", port, &seconds.to_string(), kind]);
        client
    };
    lap(server, client, two_numbers)
}
