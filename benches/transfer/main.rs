//! How much more does `netopt transfer` carry than `iperf3 -Z`, for how much processor time, and how near is its exchange rate to a
//! plain epoll program?
//!
//! Linux. Not by criterion: each figure is the median of interleaved runs in processes of their own, both tools with the same
//! congestion control. `--quick` makes few short runs; as a test of itself it only shows that it runs. Without iperf3 or cc the
//! lines that need them are missing, with a word.

#![expect(clippy::print_stdout, reason = "a bench prints its tables")]

#[cfg(target_os = "linux")]
#[path = "../effort.rs"]
mod effort;
#[cfg(target_os = "linux")]
mod ends;
#[cfg(target_os = "linux")]
mod exchanges;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod race;

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("serve") => ends::serve(),
        Some("ask") => ends::ask(&words[1..]),
        _ => {
            let effort = effort::Effort::from_arguments(words.into_iter());
            println!("{}", race::machine());
            load::report(effort);
            exchanges::report(effort);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("transfer: skipped: processor times of children are read from Linux's /proc");
}
