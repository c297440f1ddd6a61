//! Reading a table key by key: what is there, what is wrong with it, and what should not be there.
//!
//! Every violation is gathered, none ends the reading, so that a file is corrected in one go. What it leaves alone: what
//! the values mean.

use std::cell::RefCell;
use std::ops::Range;

use netopt_core::misfit::{Misfit, Misfits};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;

/// Longer text in a value is not repeated in a message.
const SHOWN: usize = 60;

/// The text of a file and what was found to be wrong with it.
#[derive(Debug)]
pub(super) struct Source<'t> {
    text: &'t str,
    errors: RefCell<Vec<Misfit>>,
}

impl<'t> Source<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            errors: RefCell::new(Vec::new()),
        }
    }

    /// Notes a violation at that offset.
    pub(super) fn fail(&self, offset: usize, key: String, problem: String) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        self.errors.borrow_mut().push(Misfit { line, key, problem });
    }

    /// The text as it stands in the file; empty when the range is not one of it.
    pub(super) fn raw(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// `value` if nothing was wrong.
    ///
    /// # Errors
    /// Everything that was.
    pub(super) fn conclude<T>(self, value: T) -> Result<T, Misfits> {
        let mut errors = self.errors.into_inner();
        if errors.is_empty() {
            return Ok(value);
        }
        errors.sort_by_key(|error| error.line);
        Err(Misfits(errors))
    }
}

/// A table that is being read.
#[derive(Debug, Clone)]
pub(super) struct Table<'s, 't> {
    source: &'s Source<'t>,
    /// The dotted key of the table, with a dot at its end unless it is the root.
    prefix: String,
    /// Where it stands in the file.
    offset: usize,
    keys: &'s DeTable<'t>,
}

impl<'s, 't> Table<'s, 't> {
    /// The whole file.
    pub(super) const fn root(source: &'s Source<'t>, keys: &'s DeTable<'t>) -> Self {
        Self {
            source,
            prefix: String::new(),
            offset: 0,
            keys,
        }
    }

    /// Refuses every key that is not one of `known`.
    pub(super) fn only(&self, known: &[&str]) {
        for key in self.keys.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                self.source.fail(
                    key.span().start,
                    self.dotted(name),
                    unknown(name, known, "key"),
                );
            }
        }
    }

    /// What stands under `key`, with the place of the key.
    fn find(&self, key: &str) -> Option<(usize, &'s Spanned<DeValue<'t>>)> {
        self.keys
            .iter()
            .find(|(name, _)| name.get_ref().as_ref() == key)
            .map(|(name, value)| (name.span().start, value))
    }

    /// The value of `key` as `read` understands it; `None` when it is absent, or is not what is `expected` (noted).
    pub(super) fn get<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let (offset, value) = self.find(key)?;
        let value = value.get_ref();
        let got = read(value);
        if got.is_none() {
            let problem = format!("{} is not {expected}", show(value));
            self.source.fail(offset, self.dotted(key), problem);
        }
        got
    }

    /// One of the named choices.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let (offset, value) = self.find(key)?;
        let given = value.get_ref().as_str();
        let chosen = choices.iter().find(|(name, _)| given == Some(name));
        if chosen.is_none() {
            let problem = given.map_or_else(
                || {
                    format!(
                        "{} is not one of {}",
                        show(value.get_ref()),
                        names.join(", ")
                    )
                },
                |given| format!("\"{given}\" {}", unknown(given, &names, "choice")),
            );
            self.source.fail(offset, self.dotted(key), problem);
        }
        chosen.map(|(_, choice)| *choice)
    }

    /// The table under `key`; anything else there is noted.
    pub(super) fn table(&self, key: &str) -> Option<Self> {
        let (offset, value) = self.find(key)?;
        let table = self.inner(key, offset, value);
        if table.is_none() {
            let problem = format!("{} is not a table", show(value.get_ref()));
            self.source.fail(offset, self.dotted(key), problem);
        }
        table
    }

    /// The table under `key`, or `None` when there is something else.
    pub(super) fn maybe_table(&self, key: &str) -> Option<Self> {
        let (offset, value) = self.find(key)?;
        self.inner(key, offset, value)
    }

    /// The tables of the array under `key`, named `key.1`, `key.2` and so on; anything else there is noted.
    pub(super) fn tables(&self, key: &str) -> Vec<Self> {
        let Some((offset, value)) = self.find(key) else {
            return Vec::new();
        };
        let items: Vec<&'s Spanned<DeValue<'t>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let tables: Vec<Option<Self>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let name = format!("{key}.{}", index + 1);
                self.inner(&name, item.span().start, item)
            })
            .collect();
        if tables.iter().any(Option::is_none) {
            let problem = format!("must be tables, each under [[{key}]]");
            self.source.fail(offset, self.dotted(key), problem);
        }
        tables.into_iter().flatten().collect()
    }

    /// The keys with their values and what stands for the values in the file, in the file's order.
    pub(super) fn entries(&self) -> Vec<Entry<'s, 't>> {
        let mut entries: Vec<Entry<'s, 't>> = self
            .keys
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().as_ref(),
                offset: key.span().start,
                raw: self.source.raw(value.span()),
                inner: self.inner(key.get_ref(), key.span().start, value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.offset);
        entries
    }

    fn inner(&self, key: &str, offset: usize, value: &'s Spanned<DeValue<'t>>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(keys) => Some(Self {
                source: self.source,
                prefix: format!("{}.", self.dotted(key)),
                offset,
                keys,
            }),
            _ => None,
        }
    }

    /// True when the key is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Notes a violation at `key`, or at the table when it has no such key.
    pub(super) fn fail(&self, key: &str, problem: impl Into<String>) {
        let offset = self.find(key).map_or(self.offset, |(offset, _)| offset);
        self.source.fail(offset, self.dotted(key), problem.into());
    }

    /// The key with the names of all tables around it.
    fn dotted(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// A key with what stands behind it.
#[derive(Debug)]
pub(super) struct Entry<'s, 't> {
    pub(super) key: &'s str,
    /// Where the key stands.
    pub(super) offset: usize,
    /// The value as it is written.
    pub(super) raw: &'t str,
    /// The table, if the value is one.
    pub(super) inner: Option<Table<'s, 't>>,
}

/// What to say of a name that is none of `known`.
pub(super) fn unknown(name: &str, known: &[&str], what: &str) -> String {
    let all = known.join(", ");
    nearest(name, known).map_or_else(
        || format!("is an unknown {what}; known are {all}"),
        |meant| format!("is an unknown {what}; did you mean \"{meant}\"? known are {all}"),
    )
}

/// The value as it stands in the file, short.
pub(super) fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(SHOWN).collect::<String>()),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Array(_) => "an array".to_owned(),
        other => format!("a {}", other.type_str()),
    }
}
