//! `netopt lab run`: any command at one end of an emulated path, a server at the other.
//!
//! The command has the terminal and its exit code is ours. Ctrl-C goes to the command, as it would without us; whoever
//! does not end then, or on SIGTERM, is ended. What the path did is told on stderr, and in a file if asked.

mod listening;

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use netopt_lab::packet::{FAR, Gate, Guest, NEAR, PacketLink, RoomSpec};

use super::{Told, path};
use crate::args::RunArgs;
use crate::exit::{End, Fault};
use crate::render;

/// The variable in which commands find the address of the other end.
const PEER: &str = "NETOPT_LAB_PEER";

/// The other end as a host name.
const PEER_NAME: &str = "peer";

/// What a shell is when the environment does not say.
const SHELL: &str = "/bin/sh";

/// How long a command has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the command and ends as it did.
///
/// # Errors
/// When the path, the rooms or the commands cannot be had.
pub(super) async fn run(args: RunArgs) -> Result<End, Fault> {
    let told = Told::to_stop()?;
    let spec = path::path(&args.path)?;
    if let Some(file) = &args.truth {
        // Found out before anything runs.
        let opened = OpenOptions::new().create(true).append(true).open(file);
        opened.map_err(|error| unwritable(file, &error))?;
    }
    let rooms = RoomSpec {
        congestion_control: args.congestion_control.clone(),
    };
    let link = PacketLink::start(&spec, &rooms).map_err(|error| refused(&error, &args))?;
    let gates = gates(&link, &args.forward)?;
    let far = match &args.far {
        Some(line) => Some(serve(&link, line).await?),
        None => None,
    };
    let mut near = start(&link, &args)?;
    let status = attend(&mut near, told).await;
    drop((near, far, gates));
    let truth = link.finish();
    render::note(render::lab::truth(&spec, &truth));
    if let Some(file) = &args.truth {
        let document = render::lab_json::document(&spec, &truth);
        fs::write(file, document).map_err(|error| unwritable(file, &error))?;
    }
    Ok(End::Command(code(status)))
}

fn unwritable(file: &Path, error: &io::Error) -> Fault {
    Fault::usage(format!("cannot write {}: {error}", file.display()))
}

/// Brings the ports of this machine's loopback to the far end.
fn gates(link: &PacketLink, ports: &[u16]) -> Result<Vec<Gate>, Fault> {
    let gate = |port: &u16| {
        Gate::open(link.far(), *port).map_err(|error| {
            Fault::usage(format!(
                "port {port} cannot be brought to the far end: {error}"
            ))
        })
    };
    ports.iter().map(gate).collect()
}

/// Starts the server at the far end, and returns when it listens.
async fn serve(link: &PacketLink, line: &str) -> Result<Guest, Fault> {
    let mut command = Command::new(SHELL);
    command.arg("-c").arg(line).env(PEER, NEAR.to_string());
    command.stdin(Stdio::null()).stdout(standard_error()?);
    let names = [(PEER_NAME, NEAR)];
    let guest = link.far().start(command, &names);
    let mut guest =
        guest.map_err(|error| Fault::usage(format!("cannot start {SHELL}: {error}")))?;
    let heard = tokio::select! {
        biased;
        heard = listening::wait(link.far()) => heard,
        status = guest.ended() => {
            let line = format!("the far command {line:?} ended before it listened, {}", describe(status));
            return Err(Fault::usage(line));
        }
    };
    if !heard {
        render::note(format!(
            "the far command {line:?} does not listen on any port yet; going on"
        ));
    }
    Ok(guest)
}

/// What a server says must not mix with what the command says.
fn standard_error() -> Result<Stdio, Fault> {
    let copy = io::stderr().as_fd().try_clone_to_owned();
    copy.map(Stdio::from).map_err(Fault::internal)
}

/// Starts the command, or a shell, at the near end.
fn start(link: &PacketLink, args: &RunArgs) -> Result<Guest, Fault> {
    let shell = || std::env::var_os("SHELL").unwrap_or_else(|| OsString::from(SHELL));
    let (program, rest) = match args.command.split_first() {
        Some((program, rest)) => (program.clone(), rest),
        None => (shell(), &[][..]),
    };
    let mut command = Command::new(&program);
    command.args(rest).env(PEER, FAR.to_string());
    link.near()
        .start(command, &[(PEER_NAME, FAR)])
        .map_err(|error| {
            Fault::usage(format!(
                "cannot start {}: {error}",
                program.to_string_lossy()
            ))
        })
}

/// Returns when the command has ended, by itself or because we were told to stop.
async fn attend(near: &mut Guest, told: Told) -> ExitStatus {
    tokio::select! {
        status = near.ended() => return status,
        () = told.wait() => {}
    }
    // At a terminal the command has heard Ctrl-C as well; it may want to clean up.
    near.terminate();
    if let Ok(status) = tokio::time::timeout(GRACE, near.ended()).await {
        return status;
    }
    near.kill();
    near.ended().await
}

/// The exit code as a shell would have it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|s| 128 + s));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}

fn describe(status: ExitStatus) -> String {
    format!("with exit code {}", code(status))
}

fn refused(error: &netopt_lab::packet::Error, args: &RunArgs) -> Fault {
    if error.is_missing_here() {
        let rtt = netopt_core::unit::show_duration(args.path.distance.rtt);
        let rtt: String = rtt.split_whitespace().collect();
        return Fault::unmeasured(format!(
            "{error}; a stream link needs neither: netopt lab link --to HOST:PORT --rtt {rtt}"
        ));
    }
    Fault::usage(error)
}
