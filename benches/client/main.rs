//! What does a call cost our client in processor time, and an idle connection in memory, beside bare hyper and the clients that
//! people use?
//!
//! Linux. Not by criterion: each figure is of a process of its own, which makes its calls to one server in C on the same
//! processor and reads its own processor time. So neither the server nor a wakeup of another processor is in it, but the
//! kernel's part of each call is. Contestants take turns within a round, and ratios are taken within it. `--quick` makes few
//! short rounds; as a test of itself it only shows that it runs. What is not installed is missing, with a word.

#![expect(clippy::print_stdout, reason = "a bench prints its tables")]

#[cfg(target_os = "linux")]
mod ask;
#[cfg(target_os = "linux")]
mod contestant;
#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
#[path = "../effort.rs"]
mod effort;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
mod lines;
#[cfg(target_os = "linux")]
mod parties;

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("ask") => ask::ask(&words[1..]),
        Some("idle") => ask::idle(&words[1..]),
        _ => {
            let effort = effort::Effort::from_arguments(words.into_iter());
            let Some(parties) = parties::Parties::prepare() else {
                println!("client: skipped: there is no cc to compile the server with");
                return;
            };
            println!("{}", parties::machine());
            cost::report(&parties, effort);
            idle::report(&parties, effort);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("client: skipped: its server is made of epoll");
}
