//! Reading a plan file: TOML with errors that name line, key, value and bound.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Plan;
use crate::change::{Change, HttpVersion, Switch};
use crate::encoding::Encodings;
use crate::unit::parse_duration;

/// Addresses are kept for a day at the most.
const LONGEST_TTL: Duration = Duration::from_secs(86_400);
/// More connections to one destination than this are a mistake.
const MOST_CONNECTIONS: u32 = 65_535;
/// The schema that this version reads and writes.
pub(super) const SCHEMA: &str = "netopt.plan/1";

/// One violation in a plan file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// Line in the file, from 1.
    pub line: usize,
    /// The key, for example `tcp.nodelay`; empty when the text is no TOML.
    pub key: String,
    /// The offending value, the bound and what to do.
    pub problem: String,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.key.is_empty() { "" } else { ": " };
        write!(
            f,
            "line {}: {}{separator}{}",
            self.line, self.key, self.problem
        )
    }
}

/// All violations in a plan file, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanErrors(pub Vec<PlanError>);

impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for PlanErrors {}

impl Plan {
    /// Reads the text of a `netopt.toml`.
    ///
    /// # Errors
    /// Every violation at once: text that is no TOML, unknown sections and keys, values out of their bounds.
    pub fn read(text: &str) -> Result<Self, PlanErrors> {
        let line = |offset: usize| {
            1 + text.as_bytes()[..offset.min(text.len())]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
        };
        let root = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = error.message().to_owned();
            PlanErrors(vec![PlanError {
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
                errors.push(PlanError {
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
                ("tcp" | "dns" | "pool" | "http", DeValue::Table(keys)) => {
                    for (key, value) in keys {
                        let full = format!("{name}.{}", key.get_ref());
                        match read_change(&full, value) {
                            Ok(change) => found.push((key.span().start, change)),
                            Err(problem) => fail(full, key.span().start, problem),
                        }
                    }
                }
                (other, _) => {
                    fail(
                        other.to_owned(),
                        at,
                        "is not one of the sections [tcp], [dns], [pool], [http]".to_owned(),
                    );
                }
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.line);
            return Err(PlanErrors(errors));
        }
        found.sort_by_key(|(offset, _)| *offset);
        Ok(found.into_iter().map(|(_, change)| change).collect())
    }
}

fn read_change(key: &str, value: &Spanned<DeValue<'_>>) -> Result<Change, String> {
    let value = value.get_ref();
    let no = |expected: &str| format!("{} is not {expected}", show(value));
    match key {
        "tcp.nodelay" => switch(value)
            .map(Change::Nodelay)
            .ok_or_else(|| no("true or false")),
        "tcp.quickack" => switch(value)
            .map(Change::Quickack)
            .ok_or_else(|| no("true or false")),
        "http.keep_alive" => switch(value)
            .map(Change::KeepAlive)
            .ok_or_else(|| no("true or false")),
        "dns.cache_ttl" => duration(value, LONGEST_TTL)
            .map(Change::DnsCacheTtl)
            .ok_or_else(|| no("a time from \"0s\" (no cache) to \"24h\", such as \"60s\"")),
        "pool.max_connections" => limit(value)
            .map(Change::MaxConnections)
            .ok_or_else(|| no("a number from 1 to 65535, or \"unlimited\"")),
        "http.version" => version(value)
            .map(Change::Version)
            .ok_or_else(|| no("one of \"auto\", \"http1\", \"http2\"")),
        "http.accept_encoding" => encodings(value)
            .map(Change::AcceptEncoding)
            .ok_or_else(|| no("a list of \"zstd\", \"br\", \"gzip\"")),
        _ => {
            let known: Vec<&str> = Change::DEFAULTS.iter().map(Change::name).collect();
            Err(format!("is unknown; known are {}", known.join(", ")))
        }
    }
}

fn switch(value: &DeValue<'_>) -> Option<Switch> {
    value.as_bool().map(Switch::from)
}

fn duration(value: &DeValue<'_>, longest: Duration) -> Option<Duration> {
    parse_duration(value.as_str()?)
        .ok()
        .filter(|time| *time <= longest)
}

fn limit(value: &DeValue<'_>) -> Option<Option<NonZeroU32>> {
    if value.as_str() == Some("unlimited") {
        return Some(None);
    }
    let integer = value.as_integer()?;
    let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    NonZeroU32::new(number)
        .filter(|limit| limit.get() <= MOST_CONNECTIONS)
        .map(Some)
}

fn version(value: &DeValue<'_>) -> Option<HttpVersion> {
    let name = value.as_str()?;
    [HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2]
        .into_iter()
        .find(|version| version.name() == name)
}

fn encodings(value: &DeValue<'_>) -> Option<Encodings> {
    value
        .as_array()?
        .iter()
        .map(|item| item.get_ref().as_str()?.parse().ok())
        .collect()
}

/// The value as it stands in the file, short.
fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .take(8)
                .map(|item| show(item.get_ref()))
                .collect();
            format!("[{}]", items.join(", "))
        }
        other => format!("a {}", other.type_str()),
    }
}
