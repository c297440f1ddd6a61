//! Exams, end to end: a fault that is found and proven, a key that is wrong, and Ctrl-C.

use std::time::Duration;

use serde_json::Value;

use crate::run::{Ended, end, interrupt, netopt, start, turn, written};

/// A client without keep-alive, 5 ms away.
const REUSE: &str = r#"
name = "a client that opens a connection a call"
[link]
rtt = "5ms"
engine = "stream"
[workload]
rate = 100
duration = "500ms"
client = {keep_alive = false}
[expect]
primary = "http.connection-reuse"
change = "http.keep_alive"
min_effect = "20%"
"#;

fn document(ended: &Ended) -> Value {
    ended.document_by(include_str!(
        "../../../../docs/schemas/scenario.schema.json"
    ))
}

#[tokio::test]
async fn a_planted_fault_is_found_and_proven() {
    let _turn = turn().await;
    let file = written("exam-reuse.toml", REUSE);
    let ended = netopt(&["scenario", "--json", "--seed", "7", file.to_str().unwrap()]).await;
    let document = document(&ended);
    let run = &document["cases"][0]["runs"][0];
    assert_eq!(run["seed"], "7");
    // On a machine that was too busy three times in a row, nothing can be said; that is told apart from a pass.
    if run["mark"] == "void" {
        assert_eq!((ended.code, &run["attempts"]), (Some(3), &3.into()));
        return;
    }
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(run["mark"], "passed");
    assert_eq!(run["primary"], "http.connection-reuse");
    assert_eq!(run["proven"], true);
    assert!(run["improvement_ratio"].as_f64().unwrap() >= 0.2, "{run}");
    assert_eq!(document["score"]["top1_ratio"], 1.0);
}

#[tokio::test]
async fn a_world_whose_key_is_another_one_fails_the_gate() {
    let _turn = turn().await;
    let key = "[expect]\nprimary = \"http.compression\"\n";
    let (world, _) = REUSE.split_once("[expect]").unwrap();
    let file = written("exam-other-key.toml", &format!("{world}{key}"));
    let args = [
        "scenario",
        "--json",
        "--diagnose",
        "--seed",
        "1",
        file.to_str().unwrap(),
    ];
    let ended = netopt(&args).await;
    let document = document(&ended);
    let run = &document["cases"][0]["runs"][0];
    if run["mark"] == "void" {
        assert_eq!(ended.code, Some(3));
        return;
    }
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(run["mark"], "failed");
    assert_eq!(
        run["false_alarms"],
        serde_json::json!(["http.connection-reuse"])
    );
    assert_eq!(
        (&run["primary_right"], &run["listed"]),
        (&false.into(), &false.into())
    );
    assert!(
        run["proven"].is_null(),
        "without experiments nothing is proven"
    );
}

#[tokio::test]
async fn ctrl_c_ends_an_exam_and_prints_what_was_known() {
    let _turn = turn().await;
    let file = written("exam-long.toml", REUSE);
    let child = start(&[
        "scenario",
        "--json",
        "--seeds",
        "100",
        file.to_str().unwrap(),
    ]);
    // Long enough to be in the middle of a run, whichever.
    tokio::time::sleep(Duration::from_secs(2)).await;
    interrupt(&child).await;
    let ended = end(child).await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let document = document(&ended);
    assert_eq!(document["complete"], false);
    assert_eq!(document["cases"][0]["standing"], "interrupted");
}
