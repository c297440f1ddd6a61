//! What does it cost to borrow a connection and give it back, who is served when, and what do many keys change, beside the
//! pools that people use?
//!
//! Alone: one task, nothing to wait for. Crowd: 64 tasks on two threads share eight objects. Tail: 1,000 tasks share 50
//! objects that each holds for a millisecond. Keys: thousands of them by Zipf's law. Objects are numbers and always good, so
//! that only the pool itself is measured. Pools take turns within a round, and ratios are taken within it.
#![expect(clippy::print_stdout, reason = "a report for whoever runs the bench")]

mod alone;
mod crowd;
#[path = "../effort.rs"]
mod effort;
mod keys;
mod lend;
mod peers;
mod series;
mod tail;

fn main() {
    let effort = effort::Effort::from_arguments(std::env::args());
    println!("{}", machine());
    alone::report(effort);
    crowd::report(effort, lend::Hold::Never);
    crowd::report(effort, lend::Hold::ForOneYield);
    tail::report(effort);
    keys::report(effort);
}

/// The kernel and what else is going on.
fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "kernel {}, {cores} processors, load {}",
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").trim()
    )
}
