//! The score as a table that reads well on a terminal and in Markdown.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The columns.
const HEAD: [&str; 7] = [
    "case", "engine", "passed", "primary", "alarms", "proof", "seconds",
];

/// Draws the document of `netopt scenario`.
///
/// # Errors
/// When it is none.
pub(super) fn draw(document: &Value) -> Result<String> {
    let cases = document["cases"]
        .as_array()
        .context("the document has no cases")?;
    let rows: Vec<[String; 7]> = cases.iter().map(row).collect();
    let mut text = grid(&rows);
    let score = &document["score"];
    let share = |name: &str| {
        score[name].as_f64().map_or_else(
            || "not measured".to_owned(),
            |ratio| format!("{:.1} %", ratio * 100.0),
        )
    };
    let seeds = document["seeds"].as_array().map_or(0, Vec::len);
    let _ = write!(
        text,
        "\ntop-1 accuracy {}, recall {}, false alarms {}, proof rate {}: {} of {} cases passed, {} void, {} skipped, \
         {} runs judged, {seeds} seeds each, {:.0} s.\n",
        share("top1_ratio"),
        share("recall_ratio"),
        score["false_alarms"],
        share("proof_ratio"),
        score["cases_passed"],
        score["cases_run"],
        score["cases_void"],
        score["cases_skipped"],
        score["runs_judged"],
        score["time_s"].as_f64().unwrap_or_default(),
    );
    Ok(text)
}

fn row(case: &Value) -> [String; 7] {
    let file = case["file"].as_str().unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.trim_end_matches(".toml").to_owned();
    let engine = case["engine"].as_str().unwrap_or("-").to_owned();
    let empty = Vec::new();
    let runs = case["runs"].as_array().unwrap_or(&empty);
    if case["standing"] == "skipped" {
        let dash = || "-".to_owned();
        return [
            name,
            engine,
            "skipped".to_owned(),
            dash(),
            dash(),
            dash(),
            dash(),
        ];
    }
    let share = |is: &dyn Fn(&Value) -> bool| {
        format!(
            "{}/{}",
            runs.iter().filter(|run| is(run)).count(),
            runs.len()
        )
    };
    let alarms: usize = runs
        .iter()
        .filter_map(|run| run["false_alarms"].as_array())
        .map(Vec::len)
        .sum();
    let proof = if case["expect"]["change"].is_null() {
        "-".to_owned()
    } else {
        share(&|run| run["proven"] == true)
    };
    let passed = share(&|run| run["mark"] == "passed");
    let void = runs.iter().filter(|run| run["mark"] == "void").count();
    [
        name,
        engine,
        if void > 0 {
            format!("{passed}, {void} void")
        } else {
            passed
        },
        share(&|run| run["primary_right"] == true),
        alarms.to_string(),
        proof,
        format!("{:.0}", case["time_s"].as_f64().unwrap_or_default()),
    ]
}

/// Rows under their head, each column as wide as its widest cell.
fn grid(rows: &[[String; 7]]) -> String {
    let widths: Vec<usize> = HEAD
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let cells = rows.iter().map(|row| row[column].len());
            cells.chain([head.len()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("| {} |\n", padded.join(" | "))
    };
    let mut text = line(&HEAD.map(str::to_owned));
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    text.push_str(&line(&rules));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_tells_each_case_and_the_score() {
        let run = |mark: &str, right: bool| json!({ "mark": mark, "primary_right": right, "false_alarms": [], "proven": right });
        let document = json!({
            "seeds": ["1", "2"],
            "score": {
                "top1_ratio": 0.5, "recall_ratio": 1.0, "proof_ratio": null, "false_alarms": 0, "runs_judged": 2,
                "cases_passed": 0, "cases_run": 1, "cases_void": 0, "cases_skipped": 1, "time_s": 12.4
            },
            "cases": [
                {
                    "file": "a/b/reuse-lan.toml", "engine": "stream", "standing": "failed", "time_s": 12.4,
                    "expect": { "change": "http.keep_alive" },
                    "runs": [run("passed", true), run("failed", false)]
                },
                { "file": "x.toml", "engine": "packet", "standing": "skipped", "runs": [] }
            ]
        });
        let table = draw(&document).unwrap();
        assert!(
            table.contains("| reuse-lan | stream | 1/2     | 1/2     | 0      | 1/2   | 12      |"),
            "{table}"
        );
        assert!(
            table.contains("| x         | packet | skipped |"),
            "{table}"
        );
        assert!(
            table.contains("top-1 accuracy 50.0 %, recall 100.0 %, false alarms 0, proof rate not measured: 0 of 1"),
            "{table}"
        );
        assert!(draw(&json!({})).is_err());
    }
}
