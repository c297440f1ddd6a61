//! The workshop: what the repository does to itself. One file a command; nothing here ships.

mod bench;
mod ci;
mod command;
mod packages;
mod picture;
mod process;
mod reporter;
mod scenarios;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match command::Command::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            reporter::error(&error);
            ExitCode::FAILURE
        }
    }
}
