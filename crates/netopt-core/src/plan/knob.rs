//! From the key of a knob and its value in a file to a change, or to what is expected there.

use toml::de::DeValue;

use super::value::{
    bytes, congestion_control, duration, encoding, encodings, number, or, percentile, positive,
    share, show, switch, timeout, version, window,
};
use crate::change::{Change, ConcurrencyLimit, SYSTEM};
use crate::unit::Bytes;
use std::time::Duration;

const TRUTH: &str = "true or false";
const TIME: &str = "a time from \"0s\" to \"24h\", such as \"60s\", or \"off\"";
const BOUND: &str = "a time from \"1ms\" to \"24h\", such as \"20s\"";
const OR_OFF: &str = "a time from \"1ms\" to \"24h\", such as \"2s\", or \"off\"";
const OR_SYSTEM: &str = "a time from \"1ms\" to \"24h\", such as \"20s\", or \"system\"";
const OR_UNLIMITED: &str = "a time from \"1ms\" to \"24h\", such as \"10min\", or \"unlimited\"";
const AMOUNT: &str = "an amount from \"1B\" to \"1GiB\", such as \"16kB\", or \"system\"";
const ALGORITHM: &str = "the name of a congestion control (1 to 15 of a-z, 0-9, _ and -, such as \"bbr\"), or \"system\"";

/// The word for a mechanism that is not used.
const OFF: &str = "off";
/// The word for a bound that is not there.
const UNLIMITED: &str = "unlimited";

/// More connections to one destination than this are a mistake.
const MOST_CONNECTIONS: u32 = 65_535;
/// One browser window's worth; more are a mistake.
const MOST_H2_CONNECTIONS: u32 = 64;
/// As many as browsers follow.
const MOST_REDIRECTS: u32 = 20;
/// More attempts than that help nobody.
const MOST_RETRIES: u32 = 10;
const MOST_CALLS: u32 = 1_000_000;

/// The change that `key` and `value` of a file mean.
pub(super) fn read_change(key: &str, value: &DeValue<'_>) -> Result<Change, String> {
    let (change, expected) = match key.split_once('.') {
        Some(("tcp", key)) => tcp(key, value),
        Some(("dns" | "tls", _)) => names_and_tls(key, value),
        Some(("pool", key)) => pool(key, value),
        Some(("http" | "h2" | "cache", _)) => http(key, value),
        _ => calls(key, value),
    }
    .ok_or_else(|| {
        let known: Vec<&str> = Change::DEFAULTS.iter().map(Change::name).collect();
        format!("is unknown; known are {}", known.join(", "))
    })?;
    change.ok_or_else(|| format!("{} is not {expected}", show(value)))
}

/// What a value means and what is expected there; `None` of a key that nobody knows.
type Found = Option<(Option<Change>, &'static str)>;

fn tcp(key: &str, value: &DeValue<'_>) -> Found {
    Some(match key {
        "nodelay" => (switch(value).map(Change::Nodelay), TRUTH),
        "quickack" => (switch(value).map(Change::Quickack), TRUTH),
        "congestion_control" => (
            or(SYSTEM, value, congestion_control).map(Change::CongestionControl),
            ALGORITHM,
        ),
        "notsent_lowat" => (or(SYSTEM, value, bytes).map(Change::NotsentLowat), AMOUNT),
        "receive_buffer" => (or(SYSTEM, value, bytes).map(Change::ReceiveBuffer), AMOUNT),
        "send_buffer" => (or(SYSTEM, value, bytes).map(Change::SendBuffer), AMOUNT),
        "user_timeout" => (
            or(SYSTEM, value, timeout).map(Change::UserTimeout),
            OR_SYSTEM,
        ),
        "fast_open" => (switch(value).map(Change::FastOpen), TRUTH),
        "address_racing" => (switch(value).map(Change::AddressRacing), TRUTH),
        _ => return None,
    })
}

fn names_and_tls(key: &str, value: &DeValue<'_>) -> Found {
    let time = || or(OFF, value, duration).map(|time| time.unwrap_or(Duration::ZERO));
    Some(match key {
        "dns.cache_ttl" => (time().map(Change::DnsCacheTtl), TIME),
        "dns.serve_stale" => (time().map(Change::ServeStale), TIME),
        "tls.resumption" => (switch(value).map(Change::Resumption), TRUTH),
        _ => return None,
    })
}

fn pool(key: &str, value: &DeValue<'_>) -> Found {
    Some(match key {
        "max_connections" => (
            or(UNLIMITED, value, |value| positive(value, MOST_CONNECTIONS))
                .map(Change::MaxConnections),
            "a number from 1 to 65535, or \"unlimited\"",
        ),
        "min_idle" => (
            number(value, MOST_CONNECTIONS).map(Change::MinIdle),
            "a number from 0 to 65535",
        ),
        "idle_timeout" => (timeout(value).map(Change::IdleTimeout), BOUND),
        "lifetime" => (
            or(UNLIMITED, value, timeout).map(Change::Lifetime),
            OR_UNLIMITED,
        ),
        "fifo" => (switch(value).map(Change::FirstInFirstOut), TRUTH),
        _ => return None,
    })
}

fn http(key: &str, value: &DeValue<'_>) -> Found {
    Some(match key {
        "http.keep_alive" => (switch(value).map(Change::KeepAlive), TRUTH),
        "http.version" => (
            version(value).map(Change::Version),
            "one of \"auto\", \"http1\", \"http2\"",
        ),
        "http.accept_encoding" => (
            encodings(value).map(Change::AcceptEncoding),
            "a list of \"zstd\", \"br\", \"gzip\"",
        ),
        "http.request_encoding" => (
            or(OFF, value, encoding).map(Change::RequestEncoding),
            "one of \"zstd\", \"br\", \"gzip\", or \"off\"",
        ),
        "http.redirects" => (
            number(value, MOST_REDIRECTS).map(Change::Redirects),
            "a number from 0 to 20",
        ),
        "http.coalesce" => (switch(value).map(Change::Coalesce), TRUTH),
        "h2.connections" => (
            positive(value, MOST_H2_CONNECTIONS).map(Change::H2Connections),
            "a number from 1 to 64",
        ),
        "h2.window" => (
            window(value).map(Change::H2Window),
            "an amount from \"64KiB\" to \"1GiB\", \"adaptive\" or \"default\"",
        ),
        "cache.size" => (
            or(OFF, value, bytes).map(|size| Change::CacheSize(size.unwrap_or(Bytes::ZERO))),
            "an amount from \"1B\" to \"1GiB\", such as \"64MB\", or \"off\"",
        ),
        _ => return None,
    })
}

fn calls(key: &str, value: &DeValue<'_>) -> Found {
    Some(match key {
        "retry.attempts" => (
            number(value, MOST_RETRIES).map(Change::RetryAttempts),
            "a number from 0 to 10",
        ),
        "retry.budget" => (
            or(UNLIMITED, value, share).map(Change::RetryBudget),
            "a share such as \"20%\", or \"unlimited\"",
        ),
        "hedge.after" => (
            or(OFF, value, percentile).map(Change::HedgeAfter),
            "a percentile from \"p50\" to \"p99\", or \"off\"",
        ),
        "limit.concurrency" => (
            concurrency(value).map(Change::LimitConcurrency),
            "a number from 1 to 1000000, \"gradient2\", \"aimd\" or \"off\"",
        ),
        "limit.rate" => (
            or(OFF, value, |value| positive(value, MOST_CALLS)).map(Change::LimitRate),
            "calls a second from 1 to 1000000, or \"off\"",
        ),
        "timeout.attempt" => (or(OFF, value, timeout).map(Change::AttemptTimeout), OR_OFF),
        "timeout.stall" => (or(OFF, value, timeout).map(Change::StallTimeout), OR_OFF),
        _ => return None,
    })
}

fn concurrency(value: &DeValue<'_>) -> Option<ConcurrencyLimit> {
    use ConcurrencyLimit as L;
    match value.as_str() {
        Some(word) => [L::Off, L::Gradient2, L::Aimd]
            .into_iter()
            .find(|limit| limit.name() == word),
        None => positive(value, MOST_CALLS).map(L::Fixed),
    }
}
