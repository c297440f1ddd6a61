//! Programs as children: each listens on ports of its own within a bound, and none outlives its test.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use crate::folder::Folder;

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// A free port may be taken by somebody else before the server has it.
const ATTEMPTS: u32 = 5;

/// A server with its folder; dropping it ends it and deletes what it wrote.
#[derive(Debug)]
pub(crate) struct Server {
    _child: Child,
    _folder: Folder,
    pub(crate) ports: Vec<SocketAddr>,
}

impl Server {
    /// Has `command` make a command line that listens at `count` free addresses, with its files in the folder.
    pub(crate) async fn start(
        folder: Folder,
        count: usize,
        command: impl Fn(&Folder, &[SocketAddr]) -> Command,
    ) -> Self {
        for _ in 0..ATTEMPTS {
            let ports = free(count);
            let mut command = command(&folder, &ports);
            let mut child = spawn(&mut command, &folder);
            let listening = timeout(PATIENCE, listens(&mut child, &ports)).await;
            if listening.expect("a server that listens, or gives up") {
                return Self {
                    _child: child,
                    _folder: folder,
                    ports,
                };
            }
        }
        panic!("it does not start: {}", folder.read(LOG));
    }
}

/// What a server says on its way.
const LOG: &str = "said.log";

/// A program that may be where only the superuser looks.
pub(crate) fn program(name: &str) -> Command {
    let mut path = std::env::var("PATH").unwrap_or_default();
    write!(path, ":/usr/local/sbin:/usr/sbin:/sbin").unwrap();
    let mut command = Command::new(name);
    command.env("PATH", path);
    command
}

fn spawn(command: &mut Command, folder: &Folder) -> Child {
    let log = folder.write(LOG, "");
    let log = std::fs::File::options().append(true).open(log).unwrap();
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true);
    let child = command.spawn();
    child.unwrap_or_else(|error| {
        panic!("{command:?}: {error}; `cargo xtask test --real` installs it")
    })
}

/// Whether all of them can be connected to before the child ends.
async fn listens(child: &mut Child, ports: &[SocketAddr]) -> bool {
    let mut look = interval(LOOK);
    for port in ports {
        while TcpStream::connect(port).await.is_err() {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            look.tick().await;
        }
    }
    child.try_wait().unwrap().is_none()
}

/// Addresses that nobody listens on, for now.
fn free(count: usize) -> Vec<SocketAddr> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
        .collect();
    held.iter().map(|one| one.local_addr().unwrap()).collect()
}
