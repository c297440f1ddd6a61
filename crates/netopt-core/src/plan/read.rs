//! Reading a plan file: TOML with errors that name line, key, value and bound.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Plan;
use super::value::{
    bytes, congestion_control, duration, encodings, limit, show, switch, system_or, timeout,
    version,
};
use crate::change::Change;
use crate::misfit::{Misfit, Misfits};

/// The schema that this version reads and writes.
pub(super) const SCHEMA: &str = "netopt.plan/1";

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
            return Err(Misfits(errors));
        }
        found.sort_by_key(|(offset, _)| *offset);
        Ok(found.into_iter().map(|(_, change)| change).collect())
    }
}

fn read_change(key: &str, value: &Spanned<DeValue<'_>>) -> Result<Change, String> {
    const TRUTH: &str = "true or false";
    const TIME: &str = "a time from \"0s\" (off) to \"24h\", such as \"60s\"";
    const BOUND: &str = "a time from \"1ms\" to \"24h\", such as \"20s\", or \"system\"";
    const AMOUNT: &str = "an amount from \"1B\" to \"1GiB\", such as \"16kB\", or \"system\"";
    const ALGORITHM: &str = "the name of a congestion control (1 to 15 of a-z, 0-9, _ and -, such as \"bbr\"), or \"system\"";
    let value = value.get_ref();
    let (change, expected) = match key {
        "tcp.nodelay" => (switch(value).map(Change::Nodelay), TRUTH),
        "tcp.quickack" => (switch(value).map(Change::Quickack), TRUTH),
        "tcp.congestion_control" => (
            system_or(value, congestion_control).map(Change::CongestionControl),
            ALGORITHM,
        ),
        "tcp.notsent_lowat" => (system_or(value, bytes).map(Change::NotsentLowat), AMOUNT),
        "tcp.receive_buffer" => (system_or(value, bytes).map(Change::ReceiveBuffer), AMOUNT),
        "tcp.send_buffer" => (system_or(value, bytes).map(Change::SendBuffer), AMOUNT),
        "tcp.user_timeout" => (system_or(value, timeout).map(Change::UserTimeout), BOUND),
        "tcp.fast_open" => (switch(value).map(Change::FastOpen), TRUTH),
        "tcp.address_racing" => (switch(value).map(Change::AddressRacing), TRUTH),
        "dns.cache_ttl" => (duration(value).map(Change::DnsCacheTtl), TIME),
        "dns.serve_stale" => (duration(value).map(Change::ServeStale), TIME),
        "pool.max_connections" => (
            limit(value).map(Change::MaxConnections),
            "a number from 1 to 65535, or \"unlimited\"",
        ),
        "http.keep_alive" => (switch(value).map(Change::KeepAlive), TRUTH),
        "http.version" => (
            version(value).map(Change::Version),
            "one of \"auto\", \"http1\", \"http2\"",
        ),
        "http.accept_encoding" => (
            encodings(value).map(Change::AcceptEncoding),
            "a list of \"zstd\", \"br\", \"gzip\"",
        ),
        _ => {
            let known: Vec<&str> = Change::DEFAULTS.iter().map(Change::name).collect();
            return Err(format!("is unknown; known are {}", known.join(", ")));
        }
    };
    change.ok_or_else(|| format!("{} is not {expected}", show(value)))
}
