//! Help, completions and the man page.

use crate::command::netopt;

#[tokio::test]
async fn help_says_what_there_is() {
    let main = netopt(&["--help"]).await;
    assert_eq!(main.code, Some(0));
    insta::assert_snapshot!("help", main.stdout);
}

#[tokio::test]
async fn help_of_probe() {
    let probe = netopt(&["probe", "--help"]).await;
    assert_eq!(probe.code, Some(0));
    insta::assert_snapshot!("help_probe", probe.stdout);
}

#[tokio::test]
async fn help_of_transfer_and_serve() {
    for verb in ["transfer", "serve"] {
        let ended = netopt(&[verb, "--help"]).await;
        assert_eq!(ended.code, Some(0));
        insta::assert_snapshot!(format!("help_{verb}"), ended.stdout);
    }
}

#[tokio::test]
async fn help_of_scenario() {
    let scenario = netopt(&["scenario", "--help"]).await;
    assert_eq!(scenario.code, Some(0));
    insta::assert_snapshot!("help_scenario", scenario.stdout);
}

/// What the lab can do here.
const LAB: &[&str] = if cfg!(target_os = "linux") {
    &["run", "link", "origin"]
} else {
    &["link", "origin"]
};

#[tokio::test]
async fn help_of_the_lab() {
    for verb in LAB {
        let lab = netopt(&["lab", verb, "--help"]).await;
        assert_eq!(lab.code, Some(0));
        insta::assert_snapshot!(format!("help_lab_{verb}"), lab.stdout);
    }
}

#[tokio::test]
async fn completions_exist_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = netopt(&["completions", shell]).await;
        assert_eq!(ended.code, Some(0), "{shell}");
        for word in ["probe", "optimize", "cert-out"] {
            assert!(ended.stdout.contains(word), "{shell} knows no {word}");
        }
    }
    assert_eq!(netopt(&["completions", "cmd"]).await.code, Some(2));
}

#[tokio::test]
async fn the_man_page_holds_every_verb() {
    let ended = netopt(&["man"]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains(".TH netopt 1"), "{}", ended.stdout);
    for verb in [
        "optimize",
        "diagnose",
        "probe",
        "transfer",
        "serve",
        "scenario",
        "lab link",
        "lab origin",
        "completions",
        "man",
    ] {
        let heading = format!(".SS \"netopt {verb}\"");
        assert!(ended.stdout.contains(&heading), "{heading} is missing");
    }
    assert!(ended.stdout.contains("130"), "the exit codes are in it");
}

#[tokio::test]
async fn without_a_verb_there_is_help_and_bad_usage() {
    let ended = netopt(&[]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("Usage: netopt <COMMAND>"),
        "{}",
        ended.stderr
    );
}
