//! The `netopt` command: arguments and files in, measured truth out.
//!
//! Results go to stdout, progress and notes to stderr. What a command measures is in [`line`](mod@line), how it looks in
//! [`render`]; a renderer cannot change a run.

mod args;
mod command;
mod exit;
mod line;
mod model;
mod probe;
mod render;
mod scenario;
mod sockets;
mod surroundings;
mod transfer;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run(args::parse()) {
        Ok(end) => end.code(),
        Err(fault) => {
            render::note(&fault);
            fault.code()
        }
    }
}
