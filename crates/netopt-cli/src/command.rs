//! One file per verb: takes its arguments, runs its part of the line, hands the outcome to a renderer.

mod diagnose;
mod lab;
mod line;
mod manual;
mod model;
mod optimize;
mod probe;
mod scenario;
mod serve;
mod told;
mod transfer;

use crate::args::{Args, Command};
use crate::exit::{End, Fault};

/// Runs the verb.
///
/// # Errors
/// One clear line and the exit code of the contract.
pub(crate) fn run(args: Args) -> Result<End, Fault> {
    #[cfg(target_os = "linux")]
    if args.command.makes_rooms() {
        // Before the first thread; where it is refused, making the rooms will say so.
        netopt_lab::packet::become_root_of_own_users().ok();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Fault::internal(format!("no runtime: {error}")))?;
    let end = runtime.block_on(async {
        match args.command {
            Command::Optimize(args) => optimize::run(args).await,
            Command::Diagnose(args) => diagnose::run(args).await,
            Command::Probe(args) => Box::pin(probe::run(args)).await,
            Command::Transfer(args) => Box::pin(transfer::run(*args)).await,
            Command::Serve(args) => serve::run(args).await,
            Command::Scenario(args) => scenario::run(args).await,
            Command::Lab(command) => lab::run(command).await,
            Command::Model(command) => model::run(&command),
            Command::Completions { shell } => manual::completions(shell),
            Command::Man => manual::page(),
        }
    });
    // A lookup that the system's resolver still works on is not waited for.
    runtime.shutdown_background();
    end
}
