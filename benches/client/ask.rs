//! What a contestant that lives here does, as a process of its own.

use std::io::Read as _;

use netopt_core::change::Switch;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::contestant::Contestant;
use crate::lines::{Hyper, Legacy, Line, Ours, Reqwest, Told};

/// `NAME PORT CALLS N`: makes the calls and prints the processor seconds that they took; a tenth more goes before.
pub(crate) fn ask(words: &[String]) {
    let [name, port, calls, many] = words else {
        unreachable!("four words, not {words:?}")
    };
    let (calls, many): (usize, usize) = (number(calls), number(many));
    let each = calls / many;
    with_lines(
        name,
        port,
        many,
        Then {
            warm: (each / 10).max(1),
            each,
        },
    );
}

/// `NAME PORT N`: makes one call on each of so many connections, says so, and keeps them until its input ends.
pub(crate) fn idle(words: &[String]) {
    let [name, port, many] = words else {
        unreachable!("three words, not {words:?}")
    };
    with_lines(name, port, number(many), Then { warm: 1, each: 0 });
}

/// How many calls each line makes.
#[derive(Debug, Clone, Copy)]
struct Then {
    warm: usize,
    /// None: the lines stay idle.
    each: usize,
}

fn with_lines(name: &str, port: &str, many: usize, then: Then) {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the system has a poller to give");
    let at = format!("127.0.0.1:{port}");
    runtime.block_on(async {
        match Contestant::named(name) {
            Some(Contestant::Hyper) => run(Hyper::connect(&at, many).await, then).await,
            Some(Contestant::HyperUtil) => run(Legacy::lines(&at, many), then).await,
            Some(Contestant::Reqwest) => run(Reqwest::lines(&at, many), then).await,
            Some(Contestant::Client) => run(Told::lines(&at, many, Switch::Off), then).await,
            Some(Contestant::Audited) => run(Told::lines(&at, many, Switch::On), then).await,
            Some(Contestant::Ordinary) => run(Ours::ordinary(&at, many), then).await,
            Some(Contestant::Layers) => run(Ours::layered(&at, many), then).await,
            _ => unreachable!("{name} does not live here"),
        }
    });
}

async fn run<L: Line>(lines: Vec<L>, then: Then) {
    let lines = calls(lines, then.warm).await;
    if then.each == 0 {
        println!("idle");
        std::io::stdin().read_to_end(&mut Vec::new()).ok();
    } else {
        let before = used();
        let lines = calls(lines, then.each).await;
        println!("{:.9}", used() - before);
        drop(lines);
    }
}

/// Each line makes so many calls; all at the same time.
async fn calls<L: Line>(lines: Vec<L>, each: usize) -> Vec<L> {
    let mut all = JoinSet::new();
    for mut line in lines {
        all.spawn(async move {
            for _ in 0..each {
                line.call().await;
            }
            line
        });
    }
    all.join_all().await
}

/// The processor seconds of this process.
fn used() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u32::try_from(time.tv_sec).expect("a bench ends");
    let nanos = u32::try_from(time.tv_nsec).expect("less than a second");
    f64::from(seconds) + f64::from(nanos) * 1e-9
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}
