//! Runs the binary: to its end within a bound, or as a server that is told to stop.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, interval, timeout};

/// No command of these tests may take longer; one that does is killed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ended {
    /// The document on stdout.
    pub(crate) fn document(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("one JSON document on stdout")
    }

    /// The only line on stderr.
    pub(crate) fn line(&self) -> &str {
        let line = self.stderr.trim_end();
        assert!(
            line.starts_with("netopt: ") && !line.contains('\n'),
            "{self:?}"
        );
        line
    }
}

/// Runs the command to its end.
pub(crate) async fn netopt(args: &[&str]) -> Ended {
    netopt_in(args, &[]).await
}

/// Runs the command to its end with these variables of the environment.
pub(crate) async fn netopt_in(args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let begun = Instant::now();
    let mut command = binary(args);
    command.envs(variables.iter().copied());
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.expect("a command that ends in time").unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        took: begun.elapsed(),
    }
}

/// A command that runs until it is told to stop.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = binary(args).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The number of its process, while it runs.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// The next line on stdout.
    pub(crate) async fn line(&mut self) -> String {
        timeout(PATIENCE, self.lines.next_line())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    }

    /// Sends the signal, and waits for the end; the output is what was not read before.
    pub(crate) async fn stop(self, signal: &str) -> Ended {
        self.send(signal).await;
        self.wait().await
    }

    /// Sends the signal.
    pub(crate) async fn send(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.id());
        let status = Command::new("sh").args(["-c", &kill]).status().await;
        assert!(status.unwrap().success(), "{kill}");
    }

    /// Waits for the end; the output is what was not read before.
    pub(crate) async fn wait(mut self) -> Ended {
        let begun = Instant::now();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        let mut errors = self.child.stderr.take().unwrap();
        let ended = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                stdout += &line;
                stdout.push('\n');
            }
            errors.read_to_string(&mut stderr).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = timeout(PATIENCE, ended).await.unwrap();
        Ended {
            code: status.code(),
            stdout,
            stderr,
            took: begun.elapsed(),
        }
    }
}

/// Waits until it is so.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    let looking = async {
        let mut looks = interval(Duration::from_millis(10));
        while !is_so() {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, looking).await.unwrap();
}

/// The binary, without what this terminal says about colours and widths.
fn binary(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netopt"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}
