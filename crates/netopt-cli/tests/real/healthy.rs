//! A server with nothing wrong with it is left alone.

use std::time::Duration;

use serde_json::Value;

use crate::folder::Folder;
use crate::netopt::netopt;
use crate::nginx::{Bodies, Nginx, Setup};
use crate::turn;

fn nginx() -> Nginx {
    Nginx::start(Setup {
        bodies: Bodies::Gzip,
        ..Setup::default()
    })
}

/// Nothing that matters, and nothing to do.
fn is_left_alone(document: &Value) {
    let findings = document["findings"].as_array().unwrap();
    let loud: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["severity"] != "low")
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
    assert_eq!(document["plan"], Value::Null, "{document:#}");
    assert_eq!(document["baseline"]["error_ratio"], 0.0);
}

#[test]
fn diagnose_finds_nothing_three_times() {
    let _turn = turn();
    let nginx = nginx();
    let url = nginx.url("small.txt");
    for _ in 0..3 {
        let run = netopt(
            &["diagnose", &url, "--json", "--fail-on", "medium"],
            Duration::from_secs(60),
        );
        is_left_alone(&run.document());
    }
}

#[test]
fn optimize_writes_no_plan() {
    let _turn = turn();
    let nginx = nginx();
    let folder = Folder::new();
    let out = folder.path("netopt.toml");
    let url = nginx.url("small.txt");
    let arguments = [
        "optimize",
        &url,
        "--json",
        "--seed",
        "1",
        "--out",
        out.to_str().unwrap(),
    ];
    let document = netopt(&arguments, Duration::from_secs(240)).document();
    is_left_alone(&document);
    assert!(!out.exists(), "{}", folder.read("netopt.toml"));
    assert_eq!(document["final"], Value::Null, "{document:#}");
    assert_eq!(document["workload"]["requests"], nginx.end().len());
}
