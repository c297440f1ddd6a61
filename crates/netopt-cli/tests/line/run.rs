//! Runs the binary within a bound, one run at a time, and holds its document against the published schema.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use netopt_core::unit::BitRate;
use netopt_lab::link::{LinkSpec, StreamLink};
use netopt_lab::origin::{Origin, OriginSpec};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

/// No run may take longer; one that does is killed.
const PATIENCE: Duration = Duration::from_secs(180);

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits until no other test measures.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The document on stdout, valid by its schema.
    pub(crate) fn document(&self) -> Value {
        self.document_by(include_str!(
            "../../../../docs/schemas/optimize.schema.json"
        ))
    }

    /// The document on stdout, valid by that schema.
    pub(crate) fn document_by(&self, schema: &str) -> Value {
        let document: Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}\n{document:#}");
        document
    }

    /// The only line on stderr, of a command that failed.
    pub(crate) fn line(&self) -> &str {
        let line = self.stderr.trim_end();
        assert!(
            line.starts_with("netopt: ") && !line.contains('\n'),
            "{self:?}"
        );
        line
    }
}

/// Starts the binary.
pub(crate) fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_netopt"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Waits for its end.
pub(crate) async fn end(child: Child) -> Ended {
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("a run that ends in time")
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the binary to its end.
pub(crate) async fn netopt(args: &[&str]) -> Ended {
    end(start(args)).await
}

/// A file of this name for this test alone, which does not exist yet.
pub(crate) fn file(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if file.exists() {
        std::fs::remove_file(&file).unwrap();
    }
    file
}

/// An origin on a free port.
pub(crate) async fn origin(spec: OriginSpec) -> Origin {
    Origin::start(([127, 0, 0, 1], 0).into(), spec)
        .await
        .unwrap()
}

/// The finding of that id.
pub(crate) fn finding<'a>(document: &'a Value, id: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {document:#}"))
}

/// A file of this name with that text, for this test alone.
pub(crate) fn written(name: &str, text: &str) -> PathBuf {
    let file = file(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// The plan of a client that keeps no connection.
pub(crate) const NO_REUSE: &str = "[http]\nkeep_alive = false\n";

/// A link to the origin: a round trip of 10 ms, and a rate if one is given.
pub(crate) async fn link(origin: &Origin, rate: Option<BitRate>) -> StreamLink {
    let spec = LinkSpec {
        rtt: Duration::from_millis(10),
        rate,
        ..LinkSpec::default()
    };
    StreamLink::start(([127, 0, 0, 1], 0).into(), origin.local_addr(), spec)
        .await
        .unwrap()
}

/// Waits until the origin got so many requests.
pub(crate) async fn until_served(origin: &Origin, requests: u64) {
    while origin.served().requests < requests {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Presses Ctrl-C.
pub(crate) async fn interrupt(child: &Child) {
    let kill = format!("kill -INT {}", child.id().unwrap());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .await
            .unwrap()
            .success()
    );
}
