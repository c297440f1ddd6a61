//! The names of what netopt tells to a recorder of metrics, and how to read each.
//!
//! The crates that do the work tell it through the facade of the crate `metrics`; without a recorder that costs nothing worth
//! speaking of. Names are OpenTelemetry's where it has one, and begin with `netopt.` where not. An exporter for Prometheus writes
//! `_` for `.`, appends the unit, and `_total` to a counter.
//!
//! Each has at most one label, and the values of a label are listed here: the number of series has a bound that can be read.

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// In dots and lower case.
    pub name: &'static str,
    /// How its values go together.
    pub kind: Kind,
    /// In the code of UCUM: `s`, `By`, or a word in braces for what is counted.
    pub unit: &'static str,
    /// What tells its series apart.
    pub label: Option<Label>,
    /// What it counts or measures, in one sentence.
    pub meaning: &'static str,
}

impl Metric {
    /// The key of its label, for a series of which the label is `value`: one of those listed.
    #[must_use]
    pub fn key_of(&self, value: &str) -> &'static str {
        let label = self.label.filter(|label| label.values.contains(&value));
        debug_assert!(label.is_some(), "{} has no {value}", self.name);
        label.map_or("", |label| label.key)
    }
}

/// How the values of a metric go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows; its rate is of interest.
    Counter,
    /// It goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
}

impl Kind {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A label and all of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: &'static str,
    /// The values that it can have.
    pub values: &'static [&'static str],
}

/// Attempts, by why they were made.
pub const ATTEMPTS: Metric = Metric {
    name: "netopt.client.attempts",
    kind: Kind::Counter,
    unit: "{attempt}",
    label: Some(Label {
        key: "netopt.attempt.kind",
        values: &["first", "retry", "hedge"],
    }),
    meaning: "Attempts of calls that may be made again; retries and hedges over all of them is the extra load.",
};

/// Calls that were not made again.
pub const GIVEN_UP: Metric = Metric {
    name: "netopt.client.retry.given_up",
    kind: Kind::Counter,
    unit: "{call}",
    label: Some(Label {
        key: "netopt.reason",
        values: &["unsafe", "stream", "attempts", "wait", "deadline", "budget"],
    }),
    meaning: "Failed calls that were not made again, by what forbade it.",
};

/// The waits of retries.
pub const RETRY_DELAY: Metric = Metric {
    name: "netopt.client.call.retry_delay",
    kind: Kind::Histogram,
    unit: "s",
    label: None,
    meaning: "The wait before a retry.",
};

/// Hedges that were worth it.
pub const HEDGE_WINS: Metric = Metric {
    name: "netopt.client.hedge.wins",
    kind: Kind::Counter,
    unit: "{hedge}",
    label: None,
    meaning: "Hedges whose answer came first and was used; of `netopt.client.attempts` of the kind hedge.",
};

/// Redirects.
pub const REDIRECTS: Metric = Metric {
    name: "netopt.client.redirects",
    kind: Kind::Counter,
    unit: "{redirect}",
    label: Some(Label {
        key: "netopt.outcome",
        values: &["followed", "refused"],
    }),
    meaning: "Redirects that were followed, or refused as a loop, as too many, or as leading out of TLS.",
};

/// Bounds on time that were hit.
pub const TIMEOUTS: Metric = Metric {
    name: "netopt.client.timeouts",
    kind: Kind::Counter,
    unit: "{timeout}",
    label: Some(Label {
        key: "netopt.timeout.scope",
        values: &["call", "attempt"],
    }),
    meaning: "Calls and attempts that hit their bound before the head of an answer was here.",
};

/// The limit on calls in flight.
pub const LIMIT: Metric = Metric {
    name: "netopt.limit.concurrency.limit",
    kind: Kind::Gauge,
    unit: "{request}",
    label: None,
    meaning: "Calls that may be in flight, over all destinations of the layer; it moves where the limit is adaptive.",
};

/// The calls in flight.
pub const IN_FLIGHT: Metric = Metric {
    name: "netopt.limit.concurrency.usage",
    kind: Kind::Gauge,
    unit: "{request}",
    label: None,
    meaning: "Calls in flight, over all destinations of the layer.",
};

/// Calls that a limit refused.
pub const REFUSALS: Metric = Metric {
    name: "netopt.limit.refusals",
    kind: Kind::Counter,
    unit: "{request}",
    label: Some(Label {
        key: "netopt.limit",
        values: &["concurrency", "rate"],
    }),
    meaning: "Calls that a limit of the client's own refused.",
};

/// Waits for a limit.
pub const LIMIT_WAIT: Metric = Metric {
    name: "netopt.limit.wait_time",
    kind: Kind::Histogram,
    unit: "s",
    label: Some(Label {
        key: "netopt.limit",
        values: &["concurrency", "rate"],
    }),
    meaning: "How long a call waited for its turn; every call that passed the limit counts.",
};

/// Calls through the cache.
pub const CACHE: Metric = Metric {
    name: "netopt.cache.requests",
    kind: Kind::Counter,
    unit: "{request}",
    label: Some(Label {
        key: "netopt.cache.result",
        values: &["hit", "stale", "stale_on_error", "revalidated", "miss"],
    }),
    meaning: "Calls that a cache is for, by what it did (RFC 9111).",
};

/// Calls that could be merged.
pub const COALESCED: Metric = Metric {
    name: "netopt.coalesce.requests",
    kind: Kind::Counter,
    unit: "{request}",
    label: Some(Label {
        key: "netopt.coalesce.role",
        values: &["first", "shared"],
    }),
    meaning: "Calls that could be merged: those that went out, and those that shared the answer of one in flight.",
};

/// Bodies of requests, before and after compression.
pub const COMPRESSED: Metric = Metric {
    name: "netopt.compress.request.size",
    kind: Kind::Counter,
    unit: "By",
    label: Some(Label {
        key: "netopt.side",
        values: &["plain", "packed"],
    }),
    meaning: "Bytes of the bodies of requests that were compressed in one piece, before and after.",
};

/// Keys of batches.
pub const BATCH_SIZE: Metric = Metric {
    name: "netopt.batch.size",
    kind: Kind::Histogram,
    unit: "{key}",
    label: None,
    meaning: "Keys that went out together.",
};

/// Connections that a pool opened.
pub const POOL_OPENS: Metric = Metric {
    name: "netopt.pool.connection.opens",
    kind: Kind::Counter,
    unit: "{connection}",
    label: Some(Label {
        key: "netopt.outcome",
        values: &["opened", "failed"],
    }),
    meaning: "Connections that a pool opened, or failed to open.",
};

/// Connections that a pool closed.
pub const POOL_CLOSES: Metric = Metric {
    name: "netopt.pool.connection.closes",
    kind: Kind::Counter,
    unit: "{connection}",
    label: Some(Label {
        key: "netopt.close.reason",
        values: &[
            "idle", "lifetime", "hint", "learnt", "dead", "caller", "room", "cleared",
        ],
    }),
    meaning: "Connections that a pool closed; what each reason is, is told in pool.md.",
};

/// Connections of a pool.
pub const POOL_OPEN: Metric = Metric {
    name: "netopt.pool.connection.count",
    kind: Kind::Gauge,
    unit: "{connection}",
    label: None,
    meaning: "Connections open in pools, lent or idle; less those that were taken out for good, as HTTP/2's are.",
};

/// Callers who had to wait for a connection.
pub const POOL_WAITS: Metric = Metric {
    name: "netopt.pool.connection.waits",
    kind: Kind::Counter,
    unit: "{request}",
    label: None,
    meaning: "Callers who had to wait for a place in a pool.",
};

/// All of them.
pub const ALL: &[Metric] = &[
    ATTEMPTS,
    GIVEN_UP,
    RETRY_DELAY,
    HEDGE_WINS,
    REDIRECTS,
    TIMEOUTS,
    LIMIT,
    IN_FLIGHT,
    REFUSALS,
    LIMIT_WAIT,
    CACHE,
    COALESCED,
    COMPRESSED,
    BATCH_SIZE,
    POOL_OPENS,
    POOL_CLOSES,
    POOL_OPEN,
    POOL_WAITS,
];

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../docs/metrics.md");

    /// Its line in the page.
    fn row(metric: &Metric) -> String {
        let label = metric.label.map_or_else(
            || "-".to_owned(),
            |label| format!("`{}`: {}", label.key, label.values.join(", ")),
        );
        format!(
            "| `{}` | {} | `{}` | {label} | {} |",
            metric.name,
            metric.kind.name(),
            metric.unit,
            metric.meaning
        )
    }

    #[test]
    fn the_page_has_each_and_no_other() {
        let told: Vec<&str> = PAGE
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let rows: Vec<String> = ALL.iter().map(row).collect();
        assert_eq!(
            told,
            rows,
            "docs/metrics.md; as it should be:\n{}",
            rows.join("\n")
        );
    }

    #[test]
    fn names_are_of_the_field_and_stand_once() {
        for (place, metric) in ALL.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_lowercase() || c == '.' || c == '_';
            assert!(metric.name.chars().all(is_plain), "{}", metric.name);
            assert!(!metric.name.ends_with("_total"), "{}", metric.name);
            assert!(ALL[..place].iter().all(|other| other.name != metric.name));
        }
    }
}
