//! The built `netopt` as its users run it: arguments in, exit code, stdout and stderr out.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

use crate::process::{self, Server, Signal};

/// How a run of the command ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command with these arguments; it ends within `limit` or the test fails.
pub(crate) fn netopt(arguments: &[&str], limit: Duration) -> Run {
    Run::of(process::run(command().args(arguments), limit))
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netopt"));
    // What surrounds the tests must not colour what they read.
    command.env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1");
    command
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("netopt writes UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The JSON document of a run that ended well.
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// The finding with that id in a document.
pub(crate) fn finding<'a>(document: &'a Value, id: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {document:#}"))
}

/// A number in a document, such as `/final/p50_ms/before`.
pub(crate) fn number(document: &Value, pointer: &str) -> f64 {
    let value = document.pointer(pointer).and_then(Value::as_f64);
    value.unwrap_or_else(|| panic!("no number at {pointer} in {document:#}"))
}

/// Both ends of an interval in a document.
pub(crate) fn interval(document: &Value, pointer: &str) -> [f64; 2] {
    [0, 1].map(|end| number(document, &format!("{pointer}/{end}")))
}

/// `netopt probe … --json`, trusting that certificate.
pub(crate) fn probe(url: &str, certificate: Option<&Path>, more: &[&str]) -> Run {
    let trust = certificate.map(|file| ["--cacert", file.to_str().unwrap()]);
    let arguments: Vec<&str> = ["probe", url, "--json"]
        .into_iter()
        .chain(trust.into_iter().flatten())
        .chain(more.iter().copied())
        .collect();
    netopt(&arguments, Duration::from_secs(60))
}

/// A running `netopt lab …`. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Lab {
    server: Server,
    place: String,
}

impl Lab {
    /// A link of `rtt` and `rate` to `far`.
    pub(crate) fn link(far: SocketAddr, rtt: &str, rate: &str) -> Self {
        let far = far.to_string();
        let lab = Self::start(&[
            "link",
            "--listen",
            "127.0.0.1:0",
            "--to",
            &far,
            "--rtt",
            rtt,
            "--rate",
            rate,
        ]);
        let address = lab
            .place
            .strip_prefix("listening on ")
            .expect("where the link listens");
        let place = address.parse::<SocketAddr>().unwrap().to_string();
        Self { place, ..lab }
    }

    /// An origin; its place is a URL.
    pub(crate) fn origin(arguments: &[&str]) -> Self {
        let mut all = vec!["origin", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        Self::start(&all)
    }

    fn start(arguments: &[&str]) -> Self {
        let mut server = Server::start(command().arg("lab").args(arguments));
        let place = server.first_line().trim_end().to_owned();
        Self { server, place }
    }

    /// Where it is: `127.0.0.1:40001`, or the URL of an origin.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Presses Ctrl-C; what it said on stderr until its end.
    pub(crate) fn interrupt(self) -> String {
        let run = Run::of(self.server.end(Signal::Interrupt));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stderr
    }
}
