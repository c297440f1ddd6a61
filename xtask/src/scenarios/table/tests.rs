//! A small exam, its table, and what becomes of both.

use serde_json::json;

use super::*;

fn document() -> Value {
    let run = |mark: &str, right: bool| {
        json!({
            "mark": mark, "primary_right": right, "listed": true, "false_alarms": [], "proven": right
        })
    };
    json!({
        "cases": [
            {
                "file": "a/b/reuse-lan.toml", "engine": "stream", "standing": "failed", "time_s": 12.4,
                "expect": { "primary": "http.connection-reuse", "change": "http.keep_alive" },
                "runs": [run("passed", true), run("failed", false), { "mark": "void" }]
            },
            {
                "file": "quiet.toml", "engine": null, "standing": "passed", "time_s": 2,
                "expect": { "primary": null, "change": null }, "runs": [run("passed", true)]
            },
            { "file": "x.toml", "engine": "packet", "standing": "skipped", "runs": [] }
        ]
    })
}

#[test]
fn a_table_tells_each_case_and_the_score() {
    let table = Table::of(&document(), "12ab").unwrap().draw();
    for line in [
        "| quiet     | -      | 1/1         | 1/1     | -      | 0      | -     | 2       | 12ab  |",
        "| reuse-lan | stream | 1/3, 1 void | 1/2     | 2/2    | 0      | 1/2   | 12      | 12ab  |",
        "| x         | packet | skipped     | -       | -      | -      | -     | -       | 12ab  |",
        "top-1 accuracy 66.7 %, recall 100.0 %, false alarms 0, proof rate 50.0 %: 1 of 2 cases passed, 0 void, \
         1 skipped, 3 runs judged, 14 s.",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
}

#[test]
fn what_is_no_document_has_no_table() {
    assert!(Table::of(&json!({}), "12ab").is_err());
}

#[test]
fn a_table_is_read_as_it_was_drawn() {
    let table = Table::of(&document(), "12ab").unwrap();
    assert_eq!(Table::parse(&table.draw()).unwrap(), table);
}

#[test]
fn a_row_that_cannot_be_read_is_named_and_not_lost() {
    let drawn = Table::of(&document(), "12ab").unwrap().draw();
    for (whole, broken) in [
        ("| quiet     | -      |", "| quiet     |"),
        ("| quiet     | -      |", "| quiet | more | -      |"),
        ("| 2       | 12ab  |", "| two     | 12ab  |"),
        ("| 1/1         | 1/1 ", "| 1 of 1      | 1/1 "),
    ] {
        assert!(drawn.contains(whole), "{whole}");
        let error = Table::parse(&drawn.replace(whole, broken)).unwrap_err();
        assert!(error.to_string().contains("quiet"), "{error}");
    }
}

#[test]
fn what_could_not_be_judged_this_time_keeps_its_row() {
    let old = Table::of(&document(), "12ab").unwrap();
    let case = |runs: Value, standing: &str| {
        json!({ "cases": [{
            "file": "quiet.toml", "engine": null, "standing": standing, "time_s": 3,
            "expect": { "primary": null, "change": null }, "runs": runs
        }] })
    };
    for newer in [
        case(json!([{ "mark": "void" }]), "void"),
        case(json!([]), "skipped"),
    ] {
        let newer = Table::of(&newer, "34cd").unwrap();
        assert!(
            Table::default()
                .renewed(&newer, |_| true)
                .draw()
                .contains("34cd")
        );
        assert_eq!(old.clone().renewed(&newer, |_| true), old);
    }
}

#[test]
fn newer_rows_take_the_place_of_older_ones_and_lost_files_go() {
    let old = Table::of(&document(), "12ab").unwrap();
    let newer = json!({ "cases": [{
        "file": "quiet.toml", "engine": null, "standing": "failed", "time_s": 3,
        "expect": { "primary": null, "change": null },
        "runs": [{ "mark": "failed", "primary_right": false, "false_alarms": ["a.b", "a.c"] }]
    }] });
    let newer = Table::of(&newer, "34cd").unwrap();
    let text = old.renewed(&newer, |case| case != "x").draw();
    assert!(text.contains("| quiet     | -      | 0/1         | 0/1     | -      | 2      | -     | 3       | 34cd  |"), "{text}");
    assert!(text.contains("| 12ab  |"), "{text}");
    assert!(!text.contains("skipped     "), "{text}");
}

#[test]
fn nothing_measured_is_no_share() {
    let score = Table::default().draw();
    assert!(score.contains("top-1 accuracy not measured"), "{score}");
}
