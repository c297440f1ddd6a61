//! How near to the truth is the packet link, and how many packets does it carry, beside a plain pair of virtual Ethernets?
//!
//! Linux, root. Not by criterion: each line is one experiment, with what was asked, what came, and its error. `--quick`
//! makes each experiment short; as a test of itself it only shows that it runs.

#![expect(clippy::print_stdout, reason = "a bench prints its tables")]

#[cfg(target_os = "linux")]
mod carried;
#[cfg(target_os = "linux")]
mod delay;
#[cfg(target_os = "linux")]
#[path = "../effort.rs"]
mod effort;
#[cfg(target_os = "linux")]
mod queue;
#[cfg(target_os = "linux")]
mod rate;
#[cfg(target_os = "linux")]
mod scene;
#[cfg(target_os = "linux")]
mod veth;

#[cfg(target_os = "linux")]
fn main() {
    let effort = effort::Effort::from_arguments(std::env::args());
    if let Some(missing) = scene::missing() {
        println!("lab: skipped: {missing}");
        return;
    }
    println!("{}", scene::machine());
    delay::report(effort);
    rate::report(effort);
    queue::report(effort);
    carried::report(effort);
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("lab: skipped: the packet link is for Linux");
}
