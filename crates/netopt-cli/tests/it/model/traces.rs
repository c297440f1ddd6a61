//! `pool-size --trace`: a measured trace is replayed, and each line that is no call is named.

use std::fmt::Write as _;
use std::fs;

use super::{ask, document};

fn file(name: &str, text: &str) -> String {
    let file = format!("{}/trace-{name}", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&file, text).unwrap();
    file
}

/// Three calls at once each second, 100 ms each: three connections are enough, and two make each third call wait.
fn bursts() -> String {
    let calls = (0..300).fold("arrival,hold\n# measured\n".to_owned(), |mut text, call| {
        let _ = writeln!(text, "{},100ms", call / 3);
        text
    });
    file("bursts.csv", &calls)
}

#[tokio::test]
async fn the_size_for_these_calls_and_what_smaller_ones_do() {
    let file = bursts();
    let document = document(&format!("pool-size --trace {file}")).await;
    let results = &document["results"];
    assert_eq!(results["connections"], 3);
    assert_eq!(results["waited_ratio"], 0.0);
    assert_eq!(results["handshakes"], 3);
    assert_eq!(document["inputs"]["calls"], 300);
    let rows = document["rows"].as_array().unwrap();
    let two = rows.iter().find(|row| row["connections"] == 2).unwrap();
    assert!((two["waited_ratio"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(two["wait_p99_ms"], 100.0);
}

#[tokio::test]
async fn a_short_keep_alive_costs_handshakes() {
    let file = bursts();
    let short = document(&format!("pool-size --trace {file} --keep-alive 500ms")).await;
    assert_eq!(short["results"]["handshakes"], 300);
    assert_eq!(short["results"]["reuse_ratio"], 0.0);
}

#[tokio::test]
async fn each_bad_line_is_named_with_file_line_value_and_bound() {
    let file = file("bad.csv", "1 0.1\n2 -1\n# fine\n3 abc\n4 5 6\n5 80ms\n");
    let ended = ask(&format!("pool-size --trace {file}"), &[]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ended.stderr);
    for (line, (number, part)) in lines
        .iter()
        .zip([(2, "\"-1\""), (4, "\"abc\""), (5, "3 values")])
    {
        assert!(
            line.starts_with(&format!("netopt: {file}:{number}: ")),
            "{line}"
        );
        assert!(line.contains(part), "{line}");
    }
}

#[tokio::test]
async fn many_bad_lines_are_counted() {
    let file = file("worse.csv", &"x y\n".repeat(50));
    let ended = ask(&format!("pool-size --trace {file}"), &[]).await;
    assert_eq!(ended.stderr.lines().count(), 11, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("and 40 more lines"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn what_is_no_trace_is_refused() {
    let empty = file("empty.csv", "# nothing\n");
    for (question, part) in [
        (format!("pool-size --trace {empty}"), "no call in it"),
        ("pool-size --trace /nowhere/x".to_owned(), "/nowhere/x"),
        (
            format!("pool-size --trace {}", env!("CARGO_TARGET_TMPDIR")),
            "not a regular file",
        ),
        (
            "pool-size --trace /dev/zero".to_owned(),
            "not a regular file",
        ),
    ] {
        let ended = ask(&question, &[]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
}

#[tokio::test]
async fn a_name_with_markup_stays_text_in_the_picture() {
    let trace = file("<b>&.csv", "0 1\n0 1\n5 1\n");
    let picture = format!("{}/model-escaped.svg", env!("CARGO_TARGET_TMPDIR"));
    drop(fs::remove_file(&picture));
    let ended = ask(&format!("pool-size --trace {trace}"), &["--svg", &picture]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let picture = fs::read_to_string(&picture).unwrap();
    assert!(picture.contains("&lt;b&gt;&amp;.csv"), "{picture}");
    assert!(!picture.contains("<b>"), "{picture}");
}
