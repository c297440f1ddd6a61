//! Programs as children: every wait is bounded, and none outlives its test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a program may take to say where it is, or to end when told to.
const PATIENCE: Duration = Duration::from_secs(20);

/// A signal that asks a program to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// nginx finishes what it is at.
    Quit,
    /// Not a request.
    Kill,
}

/// A server as a child; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    /// Taken by whoever waits for its end.
    child: Option<Child>,
}

impl Server {
    /// Starts it; what it prints is kept for [`Self::end`].
    pub(crate) fn start(command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child: Some(child) }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Its first line on stdout.
    pub(crate) fn first_line(&mut self) -> String {
        let stdout = self.child.as_mut().unwrap().stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            tell.send(read.map(|_| line)).ok();
        });
        told.recv_timeout(PATIENCE)
            .expect("the server says where it listens")
            .unwrap()
    }

    /// Whether it ended by itself.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// Asks it to end unless it has, and waits for that.
    pub(crate) fn end(mut self, signal: Signal) -> Output {
        let over = self.is_over();
        let child = self.child.take().unwrap();
        if !over {
            send(signal, child.id());
        }
        output_of(child, PATIENCE).unwrap_or_else(|()| panic!("{signal:?} did not end the server"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Runs a program to its end, which comes within `limit` or is a failure.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Output {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    output_of(child, limit).unwrap_or_else(|()| panic!("{command:?} took longer than {limit:?}"))
}

/// What a program printed until its end; a child that takes longer than `limit` is killed.
fn output_of(child: Child, limit: Duration) -> Result<Output, ()> {
    let id = child.id();
    let (tell, told) = mpsc::channel();
    let waiting = thread::spawn(move || {
        tell.send(child.wait_with_output()).ok();
    });
    let Ok(output) = told.recv_timeout(limit) else {
        // Nobody has waited for it, so the id is still its own.
        send(Signal::Kill, id);
        waiting.join().unwrap();
        return Err(());
    };
    Ok(output.unwrap())
}

fn send(signal: Signal, id: u32) {
    let name = match signal {
        Signal::Interrupt => "-INT",
        Signal::Quit => "-QUIT",
        Signal::Kill => "-KILL",
    };
    let status = Command::new("kill")
        .args([name, &id.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill {name} {id}: {status}");
}
