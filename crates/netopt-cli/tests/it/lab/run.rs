//! `netopt lab run`: the command at the near end, what it sees, and that nothing of it stays.
//!
//! Where rooms cannot be made (no root, no TUN) the refusal is what is tested.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command::{Ended, Running, netopt, until};

/// A pause that no other process of the machine makes.
const MARK: &str = "86398.75";

/// Runs netopt with the arguments; `None` where rooms cannot be made, after the refusal was found to be as it should.
async fn run(args: &[&str]) -> Option<Ended> {
    let ended = netopt(&[&["lab", "run"], args].concat()).await;
    if ended.code == Some(3) {
        refused(&ended);
        return None;
    }
    Some(ended)
}

/// The refusal says what is missing and what can be had instead.
fn refused(ended: &Ended) {
    let line = ended.line();
    assert!(
        line.contains("root") || line.contains("/dev/net/tun"),
        "{line}"
    );
    assert!(line.contains("netopt lab link --to HOST:PORT"), "{line}");
    eprintln!("skipped: {line}");
}

#[tokio::test]
async fn the_command_has_its_peer_its_output_and_its_code() {
    let line = "echo $NETOPT_LAB_PEER; getent hosts peer; exit 7";
    let Some(ended) = run(&["--rtt", "4ms", "--", "sh", "-c", line]).await else {
        return;
    };
    assert_eq!(ended.code, Some(7), "{ended:?}");
    let words: Vec<&str> = ended.stdout.split_whitespace().collect();
    assert_eq!(words, ["198.18.0.2", "198.18.0.2", "peer"], "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("path: 4.00 ms round trip, no limit each way"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_port_of_loopback_is_at_the_far_end_and_the_truth_is_in_a_file() {
    let mut origin = Running::start(&["lab", "origin", "--body", "50kB"]);
    let url = origin.line().await;
    let port = url.trim_end_matches('/').rsplit_once(':').unwrap().1;
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("truth.json");
    let file = file.to_str().unwrap();
    let probe = format!(
        "{} probe http://peer:{port}/ -n 3 --json",
        env!("CARGO_BIN_EXE_netopt")
    );
    let args = [
        "--rtt",
        "20ms",
        "--rate",
        "50mbit",
        "--forward",
        port,
        "--truth",
        file,
        "--",
        "sh",
        "-c",
        &probe,
    ];
    let Some(ended) = run(&args).await else {
        return;
    };
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let fresh = &ended.document()["fresh"]["connect"]["p50_ms"];
    // The handshake of the kernels took the round trip: no stream link could show that.
    assert!(fresh.as_f64().is_none_or(|ms| ms >= 20.0), "{fresh}");
    let truth: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let schema = include_str!("../../../../../docs/schemas/lab.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&truth)
        .map(|e| e.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(
        truth["down"]["delivered_bytes"].as_u64().unwrap() > 150_000,
        "{truth}"
    );
    assert!(truth["down"]["utilisation_ratio"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn the_command_starts_when_the_server_listens() {
    let server = format!(
        "sleep 0.2; exec {} lab origin --listen 198.18.0.2:8080 --body 9kB",
        env!("CARGO_BIN_EXE_netopt")
    );
    let client = format!(
        "{} probe http://peer:8080/ -n 2 --json",
        env!("CARGO_BIN_EXE_netopt")
    );
    let Some(ended) = run(&["--far", &server, "--", "sh", "-c", &client]).await else {
        return;
    };
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.document()["schema"], "netopt.probe/1");
}

#[tokio::test]
async fn a_server_that_ends_before_it_listens_is_told() {
    let Some(ended) = run(&["--far", "exit 5", "--", "true"]).await else {
        return;
    };
    assert_eq!(ended.code, Some(2));
    let line = ended.line();
    assert!(
        line.contains("\"exit 5\"") && line.contains("exit code 5"),
        "{line}"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_one_line() {
    for (args, told) in [
        (
            &["--", "no-such-program"][..],
            "cannot start no-such-program",
        ),
        (&["--rtt", "100s", "--", "true"], "must be at most 10.0 s"),
        (&["--ecn", "--", "true"], "ecn"),
        (&["--congestion-control", "vegan", "--", "true"], "vegan"),
        (
            &["--rate-trace", "/no/such/file", "--", "true"],
            "/no/such/file",
        ),
        (
            &["--truth", "/no/such/folder/file", "--", "true"],
            "/no/such/folder/file",
        ),
    ] {
        let Some(ended) = run(args).await else {
            return;
        };
        assert_eq!(ended.code, Some(2), "{args:?} {ended:?}");
        assert!(ended.line().contains(told), "{args:?} {ended:?}");
    }
    for args in [
        &["--loss", "150%", "--", "true"][..],
        &["--queue", "0x", "--", "true"],
        &[],
    ] {
        let ended = netopt(&[&["lab", "run"], args].concat()).await;
        assert_eq!(ended.code, Some(2), "{args:?} {ended:?}");
    }
}

/// Whether a process with the mark in its command line is there.
fn is_alive() -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .any(|line| String::from_utf8_lossy(&line).starts_with(&format!("sleep\0{MARK}")))
}

#[tokio::test]
async fn nothing_stays_when_netopt_is_killed_or_told_to_end() {
    if run(&["--", "true"]).await.is_none() {
        return;
    }
    for (signal, code) in [("KILL", None), ("TERM", Some(143))] {
        // The child of the command ignores what a terminal or a supervisor would send it.
        let line = format!("(trap '' TERM INT HUP; exec setsid sleep {MARK}) & echo ready; wait");
        let far = format!("(trap '' TERM; sleep {MARK}) & exec sleep {MARK}");
        let args = ["lab", "run", "--far", &far, "--", "sh", "-c", &line];
        let mut running = Running::start(&args);
        assert_eq!(running.line().await, "ready");
        until(is_alive).await;
        let ended = running.stop(signal).await;
        assert_eq!(ended.code, code, "{ended:?}");
        until(|| !is_alive()).await;
    }
}
