//! The processes of the bench: the server, the contestants, and the processor that all of them share.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::contestant::{Contestant, Home};

/// The programs that take part. Dropping it removes what was compiled.
pub(crate) struct Parties {
    floor: PathBuf,
    python: Option<&'static str>,
}

/// A server that runs until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: String,
}

impl Parties {
    /// Compiles the floor and moves all that is to come to one processor; `None` where there is no compiler.
    pub(crate) fn prepare() -> Option<Self> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/client/floor.c");
        let floor =
            std::env::temp_dir().join(format!("netopt-client-floor-{}", std::process::id()));
        let done = Command::new("cc")
            .args(["-O2", "-o"])
            .arg(&floor)
            .arg(source)
            .status();
        if !done.ok()?.success() {
            return None;
        }
        share_one_processor();
        let knows = |python: &&str| {
            let mut look = Command::new(python);
            look.args(["-c", "import requests, aiohttp"]);
            let look = look.stderr(Stdio::null()).status();
            look.is_ok_and(|status| status.success())
        };
        let python = ["python3", "/usr/bin/python3"].into_iter().find(knows);
        if python.is_none() {
            println!("requests and aiohttp: skipped: no python3 here has both modules");
        }
        Some(Self { floor, python })
    }

    /// Starts the server, which answers when so many requests wait.
    pub(crate) fn serve(&self, gather: usize) -> Option<Server> {
        let mut child = Command::new(&self.floor)
            .args(["serve", &gather.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let port = first_line(&mut child)?;
        Some(Server { child, port })
    }

    /// The processor seconds that a contestant needs for a call.
    pub(crate) fn cost(
        &self,
        of: Contestant,
        port: &str,
        calls: usize,
        many: usize,
    ) -> Option<f64> {
        let mut command = self.command(of, "ask")?;
        command.args([port, &calls.to_string(), &many.to_string()]);
        let said = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
        let said = String::from_utf8(said.ok()?.stdout).ok()?;
        let used: f64 = said.trim().parse().ok()?;
        let calls = u32::try_from(calls).ok()?;
        Some(used / f64::from(calls))
    }

    /// The memory that a contestant has with so many idle connections, in kB.
    pub(crate) fn memory(&self, of: Contestant, many: usize) -> Option<f64> {
        let server = self.serve(many)?;
        let mut command = self.command(of, "idle")?;
        command.args([&server.port, &many.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let said = first_line(&mut child);
        let resident = (said.as_deref() == Some("idle"))
            .then(|| resident(child.id()))
            .flatten();
        ended(child);
        resident
    }

    fn command(&self, of: Contestant, what: &str) -> Option<Command> {
        match of.home() {
            Home::C => {
                let mut command = Command::new(&self.floor);
                command.arg(what);
                Some(command)
            }
            Home::Here => {
                let mut command = Command::new(std::env::current_exe().ok()?);
                command.args([what, of.name()]);
                Some(command)
            }
            Home::Python => {
                let mut command = Command::new(self.python?);
                command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/client/peers.py"));
                command.args([what, of.name()]);
                Some(command)
            }
        }
    }
}

impl Drop for Parties {
    fn drop(&mut self) {
        std::fs::remove_file(&self.floor).ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

/// This process and all that it starts get the last of the processors that it has, which gets the fewest interrupts.
fn share_one_processor() {
    let Ok(mine) = sched_getaffinity(None) else {
        return;
    };
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| mine.is_set(*cpu));
    if let Some(last) = last {
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one).ok();
    }
}

fn first_line(child: &mut Child) -> Option<String> {
    let mut line = String::new();
    let out = child.stdout.as_mut()?;
    BufReader::new(out).read_line(&mut line).ok()?;
    Some(line.trim().to_owned())
}

/// Closes its input and waits until it is gone.
fn ended(mut child: Child) {
    drop(child.stdin.take());
    if let Some(mut out) = child.stdout.take() {
        out.read_to_end(&mut Vec::new()).ok();
    }
    child.wait().ok();
}

/// What a process has in memory, in kB (proc(5): `VmRSS`).
fn resident(process: u32) -> Option<f64> {
    let status =
        std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// The kernel and what else is going on.
pub(crate) fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    format!(
        "kernel {}, one processor for all, load {}",
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").trim()
    )
}
