//! The pages on theory and statistics: each command that they name is one that answers.

use std::fs;

use crate::command::netopt;

/// The trace that the pages speak of: ten calls a second for half a minute, a tenth of a second each.
fn trace() -> String {
    let file = format!("{}/trace-of-the-pages.csv", env!("CARGO_TARGET_TMPDIR"));
    let calls: Vec<String> = (0..300)
        .map(|call| format!("{},100ms", f64::from(call) / 10.0))
        .collect();
    fs::write(&file, calls.join("\n")).unwrap();
    file
}

/// What stands between backquotes and begins with `netopt model`.
fn commands(page: &str) -> impl Iterator<Item = &str> {
    page.split('`')
        .filter_map(|text| text.strip_prefix("netopt model "))
}

#[tokio::test]
async fn each_command_of_the_pages_answers() {
    let trace = trace();
    let theory = include_str!("../../../../../docs/theory.md");
    let statistics = include_str!("../../../../../docs/statistics.md");
    assert!(commands(theory).count() >= 40 && commands(statistics).count() >= 2);
    for command in commands(theory).chain(commands(statistics)) {
        let command = command.replace("calls.csv", &trace);
        let words: Vec<&str> = command.split_whitespace().collect();
        let ended = netopt(&[&["model"], words.as_slice()].concat()).await;
        assert_eq!(ended.code, Some(0), "{command}: {ended:?}");
    }
}

/// A section of the page is a formula if it has a command; then it says all that a formula has to say.
#[test]
fn each_formula_of_the_theory_is_told_in_full() {
    let theory = include_str!("../../../../../docs/theory.md");
    let mut formulas = 0;
    for section in theory.split("\n### ").skip(1) {
        let title = section.lines().next().unwrap_or_default();
        if !section.contains("netopt model") || section.contains("netopt_core::sim") {
            continue;
        }
        formulas += 1;
        for part in [
            "```text",
            "**Meaning:**",
            "**Units:**",
            "**Source:**",
            "**Holds when:**",
            "```rust",
            "assert",
        ] {
            assert!(section.contains(part), "{title}: no {part}");
        }
    }
    assert!(formulas >= 35, "{formulas}");
}
