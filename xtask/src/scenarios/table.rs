//! The score as a table that reads well on a terminal and in Markdown: a row for each case, and below it what they come to.
//!
//! The table is its own memory: what was run since takes the place of what stands there, row by row, and each row says of
//! which build it is. So an exam may be run in parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::row::{HEAD, Outcome, Row, Share};

/// The columns, and the rule below them.
const HEAD_LINES: usize = 2;

/// Rows by the name of their case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Table(BTreeMap<String, Row>);

impl Table {
    /// Of the document of `netopt scenario`, which this build wrote.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn of(document: &Value, build: &str) -> Result<Self> {
        let cases = document["cases"]
            .as_array()
            .context("the document has no cases")?;
        Ok(Self::from_iter(
            cases.iter().map(|case| Row::of(case, build)),
        ))
    }

    /// As it was drawn.
    ///
    /// # Errors
    /// Names a line that looks like a row and is none: it would be lost.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let rows = text
            .lines()
            .filter(|line| line.starts_with('|'))
            .skip(HEAD_LINES)
            .map(|line| Row::parse(line).with_context(|| format!("this is no row: {line}")))
            .collect::<Result<Vec<Row>>>()?;
        Ok(Self::from_iter(rows))
    }

    /// This one with the rows of a newer one in place of its own, and without cases that are no more. A case that could not be
    /// judged this time keeps what was judged before.
    pub(super) fn renewed(mut self, newer: &Self, exists: impl Fn(&str) -> bool) -> Self {
        for (case, row) in &newer.0 {
            if row.is_judged() || !self.0.get(case).is_some_and(Row::is_judged) {
                self.0.insert(case.clone(), row.clone());
            }
        }
        self.0.retain(|case, _| exists(case));
        self
    }

    /// The table and its score.
    pub(super) fn draw(&self) -> String {
        format!("{}\n{}", grid(self.0.values()), self.score())
    }

    fn score(&self) -> String {
        let ran: Vec<&Outcome> = self
            .0
            .values()
            .filter_map(|row| row.outcome.as_ref())
            .collect();
        let sum = |count: &dyn Fn(&Outcome) -> u64| ran.iter().map(|one| count(one)).sum::<u64>();
        let primary = total(ran.iter().map(|one| one.primary));
        let recall = total(ran.iter().filter_map(|one| one.recall));
        let proof = total(ran.iter().filter_map(|one| one.proof));
        let cases = |is: &dyn Fn(&Outcome) -> bool| ran.iter().filter(|one| is(one)).count();
        let mut text = String::new();
        let _ = writeln!(
            text,
            "top-1 accuracy {}, recall {}, false alarms {}, proof rate {}: {} of {} cases passed, {} void, {} skipped, \
             {} runs judged, {} s.",
            percent(primary),
            percent(recall),
            sum(&|one| one.alarms),
            percent(proof),
            cases(&|one| one.passed.part == one.passed.whole),
            ran.len(),
            cases(&Outcome::is_void),
            self.0.len() - ran.len(),
            primary.whole,
            sum(&|one| one.seconds),
        );
        text
    }
}

impl FromIterator<Row> for Table {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        Self(
            rows.into_iter()
                .map(|row| (row.case.clone(), row))
                .collect(),
        )
    }
}

fn total(shares: impl Iterator<Item = Share>) -> Share {
    shares.fold(Share::default(), Share::and)
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred runs")]
fn percent(share: Share) -> String {
    if share.whole == 0 {
        return "not measured".to_owned();
    }
    format!("{:.1} %", share.part as f64 * 100.0 / share.whole as f64)
}

/// Rows under their head, each column as wide as its widest cell.
fn grid<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let rows: Vec<_> = rows.map(Row::cells).collect();
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
        text.push_str(&line(&row));
    }
    text
}

#[cfg(test)]
mod tests;
