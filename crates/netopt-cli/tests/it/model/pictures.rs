//! Curves: in the terminal, and as files that are never written over somebody else's.

use std::fs;

use super::{QUESTIONS, ask};
use crate::command::netopt_in;

fn file(name: &str) -> String {
    format!("{}/model-{name}", env!("CARGO_TARGET_TMPDIR"))
}

/// Whether each element that is opened is closed, in order, and no text holds a bare mark-up character.
fn is_well_formed(xml: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        if rest[..start].contains('>') {
            return false;
        }
        if let Some(comment) = rest[start..].strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else {
                return false;
            };
            rest = &comment[end + 3..];
            continue;
        }
        let Some(end) = rest[start..].find('>') else {
            return false;
        };
        let tag = &rest[start + 1..start + end];
        let name = tag.trim_start_matches('/').split([' ', '/']).next();
        let name = name.unwrap_or_default().to_owned();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[start + end + 1..];
    }
    open.is_empty()
}

#[test]
fn the_check_of_the_form_can_fail() {
    assert!(is_well_formed("<!-- < --><a><b x=\"1\"/>text</a>"));
    for wrong in ["<a>", "<a></b>", "<a>></a>", "<a", "<a><b></a></b>"] {
        assert!(!is_well_formed(wrong), "{wrong}");
    }
}

#[tokio::test]
async fn each_curve_is_drawn_as_a_standalone_picture() {
    let mut drawn = 0;
    for (number, question) in QUESTIONS.iter().enumerate() {
        let file = file(&format!("{number}.svg"));
        drop(fs::remove_file(&file));
        let ended = ask(question, &["--svg", &file]).await;
        if ended.code == Some(2) {
            // No curve, no option.
            assert!(ended.stderr.contains("--svg"), "{question}: {ended:?}");
            assert!(fs::metadata(&file).is_err(), "{question}");
            continue;
        }
        assert_eq!(ended.code, Some(0), "{question}: {ended:?}");
        let picture = fs::read_to_string(&file).unwrap();
        drawn += 1;
        assert!(ended.stderr.contains(&file), "{ended:?}");
        assert!(is_well_formed(&picture), "{question}:\n{picture}");
        for part in [
            "<title",
            "</svg>",
            "class=\"line l0\"",
            "prefers-color-scheme",
        ] {
            assert!(picture.contains(part), "{question}: no {part}");
        }
        for part in ["<script", "NaN", "inf", "href"] {
            assert!(!picture.contains(part), "{question}: {part}\n{picture}");
        }
    }
    assert!(drawn >= 25, "{drawn}");
}

#[tokio::test]
async fn our_own_picture_is_drawn_anew_and_nothing_else_is_replaced() {
    let (ours, theirs) = (file("ours.svg"), file("theirs.svg"));
    drop(fs::remove_file(&ours));
    for rate in ["1gbit", "2gbit"] {
        let question = format!("bdp --rtt 80ms --rate {rate}");
        assert_eq!(ask(&question, &["--svg", &ours]).await.code, Some(0));
    }
    assert!(fs::read_to_string(&ours).unwrap().contains("2 Gbit/s"));
    fs::write(&theirs, "<svg/>").unwrap();
    let folder = env!("CARGO_TARGET_TMPDIR");
    for (file, part) in [
        (theirs.as_str(), "was not drawn by netopt"),
        (folder, "was not drawn by netopt"),
        ("/nowhere/at/all.svg", "/nowhere/at/all.svg"),
        ("/dev/full", "was not drawn by netopt"),
    ] {
        let ended = ask("bdp --rtt 80ms --rate 1gbit", &["--svg", file]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{file}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "<svg/>");
}

#[tokio::test]
async fn lines_are_told_apart_with_colours_and_without() {
    let args = ["model", "pftk", "--rtt", "100ms", "--loss", "1%", "--plot"];
    let colourful = netopt_in(&args, &[("CLICOLOR_FORCE", "1")]).await.stdout;
    assert!(colourful.contains("\u{1b}[36m") && colourful.contains('⠤'));
    let plain = netopt_in(&args, &[("NO_COLOR", "1")]).await.stdout;
    assert!(!plain.contains('\u{1b}') && plain.contains("** pftk"));
    let ascii = netopt_in(&args, &[("NO_COLOR", "1"), ("LC_ALL", "C")])
        .await
        .stdout;
    let picture = ascii.split("rate, logarithmic").nth(1).unwrap();
    assert!(picture.is_ascii(), "{picture}");
}

#[tokio::test]
async fn a_picture_fits_the_terminal() {
    for question in QUESTIONS {
        for columns in ["30", "40", "80", "200"] {
            let words: Vec<&str> = question.split_whitespace().collect();
            let args = [&["model"], words.as_slice(), &["--plot"]].concat();
            let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
            if ended.code == Some(2) {
                continue;
            }
            let widest = ended.stdout.lines().map(|line| line.chars().count());
            assert!(
                widest.max().unwrap() <= columns.parse().unwrap(),
                "{question}:\n{}",
                ended.stdout
            );
        }
    }
}
