//! What an answer says about itself in its head.

use std::time::Duration;

use http::header;
use http::response::Parts;
use netopt_core::exchange::Answer;

/// A `Server` header is quoted up to here.
const SERVER_QUOTED: usize = 60;

/// Reads the headers that findings are made of.
pub(crate) fn describe(head: &Parts) -> Answer {
    let text =
        |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let connection = text(header::CONNECTION)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let says = |token: &str| connection.split(',').any(|part| part.trim() == token);
    let old = head.version == http::Version::HTTP_10 && !says("keep-alive");
    Answer {
        encoding: text(header::CONTENT_ENCODING).map(|value| value.trim().to_ascii_lowercase()),
        content_type: text(header::CONTENT_TYPE).map(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        }),
        server: text(header::SERVER).map(|value| value.chars().take(SERVER_QUOTED).collect()),
        closes: says("close") || old,
        server_time: head
            .headers
            .get("server-timing")
            .and_then(|value| value.to_str().ok())
            .and_then(total_server_time),
        cut: false,
        // Who measures the call adds these.
        keepable: None,
        came_from: None,
    }
}

/// The metric named `total` of a `Server-Timing` header, in milliseconds there (W3C Server Timing §3).
fn total_server_time(header: &str) -> Option<Duration> {
    let total = header
        .split(',')
        .find(|metric| metric.trim().split(';').next() == Some("total"))?;
    let millis = total
        .split(';')
        .find_map(|part| part.trim().strip_prefix("dur="))?;
    let millis: f64 = millis.trim_matches('"').parse().ok()?;
    Duration::try_from_secs_f64(millis / 1e3).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_timing_total_is_found() {
        let cases = [
            ("db;dur=53.2, total;dur=120.5", Some(120_500)),
            ("total;desc=\"all\";dur=2", Some(2_000)),
            ("db;dur=53", None),
            ("total;dur=-1", None),
        ];
        for (header, micros) in cases {
            assert_eq!(
                total_server_time(header),
                micros.map(Duration::from_micros),
                "{header}"
            );
        }
    }
}
