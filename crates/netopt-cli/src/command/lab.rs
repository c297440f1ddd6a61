//! `netopt lab`: a network around a command, or a link and an origin to try things on until they are told to stop.
//!
//! Of the latter, where it listens is the only line on stdout, so that a script can read it; everything else goes to stderr. Ctrl-C and
//! SIGTERM are the ordinary ends of these servers, so both end them with exit code 0, after the counters.

mod link;
mod origin;
#[cfg(target_os = "linux")]
mod path;
#[cfg(target_os = "linux")]
mod run;

use super::told::{Told, refused};
use crate::args::LabCommand;
use crate::exit::{End, Fault};

/// Serves until it is told to stop.
///
/// # Errors
/// When the address cannot be listened on, a value is out of its range, or the certificate cannot be saved.
pub(crate) async fn run(command: LabCommand) -> Result<End, Fault> {
    match command {
        #[cfg(target_os = "linux")]
        LabCommand::Run(args) => Box::pin(run::run(*args)).await,
        LabCommand::Link(args) => link::run(&args).await,
        LabCommand::Origin(args) => origin::run(&args).await,
    }
}
