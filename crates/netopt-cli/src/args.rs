//! What can be written on the command line, as it is written. Files are read and values combined elsewhere.

#![expect(clippy::doc_markdown, reason = "doc comments are help texts here")]

mod client;
mod lab;
mod model;
mod optimize;
mod output;
mod probe;
mod scenario;
mod transfer;
mod values;
mod watch;

use clap::{Parser, Subcommand};

pub(crate) use client::ClientArgs;
pub(crate) use lab::{
    HttpArgs, HttpsArgs, Kind, LabCommand, LinkArgs, OnlyVersion, OriginArgs, SocketArgs, Speaks,
};
#[cfg(target_os = "linux")]
pub(crate) use lab::{Managed, PathArgs, RunArgs};
pub(crate) use model::{
    Asked, ConnectionArgs, DrawArgs, Drawn, ModelCommand, OfferedArgs, Opens,
    values as model_values,
};
pub(crate) use optimize::{DiagnoseArgs, LoadArgs, OptimizeArgs};
pub(crate) use output::{OutputArgs, When};
pub(crate) use probe::ProbeArgs;
pub(crate) use scenario::ScenarioArgs;
pub(crate) use transfer::{PORT, ServeArgs, TransferArgs};
pub(crate) use watch::WatchArgs;

/// Finds what makes your network calls slow, proves which change fixes it, and gives you that change.
#[derive(Debug, Parser)]
#[command(
    name = "netopt",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 done, 1 internal error, 2 bad usage or file, 3 nothing could be measured, \
    4 a gate failed, 130 interrupted (what was known is printed)."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure, explain, prove by experiment, and write the plan (the main job)
    Optimize(OptimizeArgs),
    /// Measure and explain only: about ten seconds, no experiments
    Diagnose(DiagnoseArgs),
    /// Time each phase of a call to a target, or say what holds the connections of other programs
    Probe(ProbeArgs),
    /// Move bytes to and from another machine: how much goes through, how long an exchange takes, what limits it
    Transfer(Box<TransferArgs>),
    /// Be the other end of a transfer
    Serve(ServeArgs),
    /// Run scenario files: small worlds with one known fault that has to be found and proven
    Scenario(ScenarioArgs),
    /// Emulated links and origins with planted faults, to try things on
    #[command(subcommand)]
    Lab(LabCommand),
    /// Calculate: what theory says about windows, loss, queues, pools and sizes
    #[command(subcommand, help_template = model::HELP, after_help = model::overview())]
    Model(ModelCommand),
    /// Print shell completions
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

impl Command {
    /// Whether it makes network namespaces, for which an ordinary user needs a user namespace first.
    #[cfg(target_os = "linux")]
    pub(crate) const fn makes_rooms(&self) -> bool {
        matches!(self, Self::Lab(LabCommand::Run(_)))
    }
}

/// Reads the command line; wrong usage ends the process with exit code 2 and a line that says what to write.
pub(crate) fn parse() -> Args {
    Args::parse()
}
