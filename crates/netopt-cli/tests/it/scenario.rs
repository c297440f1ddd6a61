//! Scenario files that are none, and cases that cannot be run: told before anything is measured.

use std::path::{Path, PathBuf};

use crate::command::netopt;

/// A file of this name with that text, for this test alone.
fn written(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn every_mistake_in_every_file_is_told_with_file_line_and_key() {
    let one = written(
        "mistakes.toml",
        "name = \"n\"\n[link]\nrtt = 40\nbandwidth = 1\n[expect]\nprimary = \"none\"\n",
    );
    let other = written("no-key.toml", "name = \"n\"\n");
    let ended = netopt(&["scenario", one.to_str().unwrap(), other.to_str().unwrap()]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let [rtt, bandwidth, key] = lines[..] else {
        unreachable!("three mistakes: {ended:?}")
    };
    let (one, other) = (one.display(), other.display());
    let begins = |line: &str, with: &str| assert!(line.starts_with(with), "{line}");
    begins(
        rtt,
        &format!("netopt: {one}: line 3: link.rtt: 40 is not a time"),
    );
    begins(
        bandwidth,
        &format!("netopt: {one}: line 4: link.bandwidth: is an unknown key"),
    );
    begins(key, &format!("netopt: {other}: line 1: expect: is missing"));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let ended = netopt(&["scenario", "/nowhere/a.toml"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.line().contains("cannot read /nowhere/a.toml"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn seeds_are_held_to_their_bounds() {
    for seeds in ["0", "1001", "x"] {
        let ended = netopt(&["scenario", "a.toml", "--seeds", seeds]).await;
        assert_eq!(ended.code, Some(2));
        let told = format!("\"{seeds}\" is not a whole number from 1 to 1000");
        assert!(ended.stderr.contains(&told), "{ended:?}");
    }
    let both = netopt(&["scenario", "a.toml", "--seeds", "2", "--seed", "1"]).await;
    assert_eq!(both.code, Some(2));
}

#[tokio::test]
async fn what_cannot_be_run_is_skipped_by_name_and_never_passed() {
    let text = "name = \"two\"\n[[origin]]\n[[origin]]\n[expect]\nprimary = \"none\"\n";
    let file = written("replicas.toml", text);
    let ended = netopt(&["scenario", "--json", file.to_str().unwrap()]).await;
    assert_eq!(ended.code, Some(3), "nothing could be judged: {ended:?}");
    let document = ended.document();
    let case = &document["cases"][0];
    assert_eq!(
        (&case["standing"], &case["name"]),
        (&"skipped".into(), &"two".into())
    );
    assert!(
        case["reason"].as_str().unwrap().contains("balancer"),
        "{case}"
    );
    assert_eq!(document["score"]["cases_skipped"], 1);
    assert_eq!(document["score"]["cases_run"], 0);
    assert!(
        document["score"]["top1_ratio"].is_null(),
        "unknown, not zero"
    );
    assert!(
        ended.stderr.contains("replicas.toml: skipped: 2 origins"),
        "{ended:?}"
    );
}
