//! Reading a plan file: TOML with errors that name line, key, value and bound.

use toml::de::{DeTable, DeValue};

use super::Plan;
use super::knob::read_change;
use super::value::show;
use crate::change::Change;
use crate::misfit::{Misfit, Misfits};

/// The schema that this version reads and writes.
pub(super) const SCHEMA: &str = "netopt.plan/1";

/// The sections of a file, in the order in which they are written.
pub(super) const SECTIONS: [&str; 11] = [
    "tcp", "dns", "tls", "pool", "http", "h2", "cache", "retry", "hedge", "limit", "timeout",
];

impl Plan {
    /// Reads the text of a `netopt.toml`.
    ///
    /// # Errors
    /// Every violation at once: text that is no TOML, unknown sections and keys, values out of their bounds.
    pub fn read(text: &str) -> Result<Self, Misfits> {
        let line = |offset: usize| {
            1 + text.as_bytes()[..offset.min(text.len())]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
        };
        let root = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = error.message().to_owned();
            Misfits(vec![Misfit {
                line: line(offset),
                key: String::new(),
                problem,
            }])
        })?;
        let mut found: Vec<(usize, Change)> = Vec::new();
        let mut errors = Vec::new();
        for (section, content) in root.get_ref() {
            let (name, at) = (section.get_ref().as_ref(), section.span().start);
            let mut fail = |key: String, offset: usize, problem: String| {
                errors.push(Misfit {
                    line: line(offset),
                    key,
                    problem,
                });
            };
            match (name, content.get_ref()) {
                ("schema", DeValue::String(schema)) if schema == SCHEMA => {}
                ("schema", value) => {
                    fail(
                        "schema".to_owned(),
                        content.span().start,
                        format!("{} is not \"{SCHEMA}\"", show(value)),
                    );
                }
                (section, DeValue::Table(keys)) if SECTIONS.contains(&section) => {
                    for (key, value) in keys {
                        let full = format!("{name}.{}", key.get_ref());
                        match read_change(&full, value.get_ref()) {
                            Ok(change) => found.push((key.span().start, change)),
                            Err(problem) => fail(full, key.span().start, problem),
                        }
                    }
                }
                (other, _) => {
                    fail(
                        other.to_owned(),
                        at,
                        format!("is not one of the sections [{}]", SECTIONS.join("], [")),
                    );
                }
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.line);
            return Err(Misfits(errors));
        }
        found.sort_by_key(|(offset, _)| *offset);
        Ok(found.into_iter().map(|(_, change)| change).collect())
    }
}
