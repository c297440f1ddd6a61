//! The answer of a formula for people: what was given, what comes out, one sentence, and how far to trust it.

use console::measure_text_width;

use super::{Paint, labelled, wrapped};
use crate::model::{Answer, Quantity, Table};

/// Columns of the indent, and between a label and its value.
const INDENT: usize = 2;
const GAP: usize = 2;
/// A label is never wider than this; a longer one is beyond its column.
const LABEL: usize = 26;

/// The report.
#[must_use]
pub(crate) fn report(answer: &Answer, paint: &Paint) -> String {
    let mut text = format!("{}\n", paint.cyan(&paint.bold(answer.formula)));
    let label = answer
        .inputs
        .iter()
        .chain(&answer.results)
        .map(|quantity| measure_text_width(quantity.label()))
        .max()
        .unwrap_or(0)
        .min(LABEL);
    text += &rows(&answer.inputs, label, paint, str::to_owned);
    text.push('\n');
    text += &rows(&answer.results, label, paint, |value| paint.bold(value));
    if let Some(table) = &answer.table {
        if !answer.results.is_empty() {
            text.push('\n');
        }
        text += &grid(table, paint);
    }
    text += &sentence(&answer.summary, paint);
    for note in &answer.notes {
        let line = format!("{}\u{a0}{note}", paint.yellow("note:"));
        text += &wrapped(&line, 0, paint.width());
    }
    for (label, value) in [("holds for", answer.domain), ("source", answer.source)] {
        let label = format!("{label:<11}");
        text += &labelled(0, &label, &paint.dim(&label), value, paint.width());
    }
    text
}

/// Columns that a value needs beside its label; with less it goes below.
const BESIDE: usize = 12;

/// Label and value, in a terminal too narrow for both in a line.
fn stacked(quantity: &Quantity, paint: &Paint, painted: impl Fn(&str) -> String) -> String {
    let label = wrapped(quantity.label(), INDENT, paint.width());
    let shown = quantity.amount().to_string();
    let value = wrapped(&shown, 2 * INDENT, paint.width());
    let remark = quantity.remark().map_or_else(String::new, |remark| {
        wrapped(remark, 2 * INDENT, paint.width())
    });
    let each = |text: &str, painted: &dyn Fn(&str) -> String| -> String {
        text.lines()
            .map(|line| format!("{}\n", painted(line)))
            .collect()
    };
    let (dim, painted) = (|line: &str| paint.dim(line), |line: &str| painted(line));
    format!(
        "{}{}{}",
        each(&label, &dim),
        each(&value, &painted),
        each(&remark, &dim)
    )
}

/// A line for each: label, value, and what it means behind the value where there is room, below it elsewhere.
fn rows(
    quantities: &[Quantity],
    label: usize,
    paint: &Paint,
    painted: impl Fn(&str) -> String,
) -> String {
    let explained = quantities.iter().filter(|one| one.remark().is_some());
    let widths = explained.map(|one| measure_text_width(&one.amount().to_string()));
    let value = widths.max().unwrap_or(0);
    let row = |quantity: &Quantity| {
        let name = padded(quantity.label(), label + GAP);
        let shown = quantity.amount().to_string();
        let column = INDENT + measure_text_width(&name);
        let beside = measure_text_width(&shown).max(BESIDE);
        if column + beside > paint.width() {
            return stacked(quantity, paint, &painted);
        }
        let Some(remark) = quantity.remark() else {
            let (width, body) = (paint.width(), painted(&shown));
            return labelled(INDENT, &name, &paint.dim(&name), &body, width);
        };
        let shown = padded(&shown, value + GAP).replace('\u{a0}', " ");
        let line = format!("{:INDENT$}{}{}", "", paint.dim(&name), painted(&shown));
        if column + measure_text_width(&shown) + measure_text_width(remark) <= paint.width() {
            format!("{line}{}\n", paint.dim(remark))
        } else {
            format!(
                "{}\n{}",
                line.trim_end(),
                wrapped(remark, column, paint.width())
            )
        }
    };
    quantities.iter().map(row).collect()
}

/// The table; columns that do not fit the terminal are named below it.
fn grid(table: &Table, paint: &Paint) -> String {
    let shown: Vec<Vec<String>> = table
        .rows()
        .iter()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    let widths: Vec<usize> = table
        .columns()
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = shown.iter().filter_map(|row| row.get(index));
            let cells = cells.map(|cell| measure_text_width(cell));
            cells
                .max()
                .unwrap_or(0)
                .max(measure_text_width(column.label))
        })
        .collect();
    let mut used = INDENT;
    let fitting = widths.iter().take_while(|width| {
        used += **width + GAP;
        used <= paint.width() + GAP
    });
    let fitting = fitting.count();
    let widths = &widths[..fitting];
    let line = |cells: &[&str]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| {
            let gap = width.saturating_sub(measure_text_width(cell));
            format!("{}{cell}", " ".repeat(gap))
        });
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
    };
    let mut text = String::new();
    let heads: Vec<&str> = table.columns().iter().map(|column| column.label).collect();
    text += &format!("{:INDENT$}{}\n", "", paint.dim(&line(&heads)));
    for row in &shown {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        text += &format!("{:INDENT$}{}\n", "", line(&cells));
    }
    let left_out = heads.get(fitting..).unwrap_or_default();
    if !left_out.is_empty() {
        let told = format!(
            "with more columns, and with --json: {}",
            left_out.join(", ")
        );
        text += &paint.dim(&wrapped(&told, INDENT, paint.width()));
    }
    text.replace('\u{a0}', " ")
}

fn sentence(summary: &str, paint: &Paint) -> String {
    let body = wrapped(summary, 2, paint.width());
    let mut text = "\n".to_owned();
    for (number, line) in body.lines().enumerate() {
        let mark = if number == 0 { "\u{2192} " } else { "  " };
        text += &format!("{}{}\n", paint.green(mark), paint.bold(line.trim_start()));
    }
    text.push('\n');
    text
}

fn padded(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(measure_text_width(text));
    format!("{text}{}", " ".repeat(gap))
}
