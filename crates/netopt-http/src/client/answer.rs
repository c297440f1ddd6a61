//! What an answer says about itself in its head.

use std::time::Duration;

use http::header::{self, HeaderName};
use http::response::Parts;
use http::{HeaderValue, Version};
use netopt_core::exchange::Answer;

/// A `Server` header is quoted up to here.
const SERVER_QUOTED: usize = 60;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Reads the headers that findings are made of.
pub(crate) fn describe(head: &Parts) -> Answer {
    // One way through the headers: each look-up would hash its name.
    let (mut encoding, mut kind, mut server, mut timing) = (None, None, None, None);
    for (name, value) in &head.headers {
        let place = match *name {
            header::CONTENT_ENCODING => &mut encoding,
            header::CONTENT_TYPE => &mut kind,
            header::SERVER => &mut server,
            _ if *name == SERVER_TIMING => &mut timing,
            _ => continue,
        };
        place.get_or_insert(value);
    }
    let low = |value: &str| value.trim().to_ascii_lowercase();
    Answer {
        encoding: text(encoding).map(low),
        content_type: text(kind)
            .map(|value| low(value.split_once(';').map_or(value, |(kind, _)| kind))),
        // What is text here is ASCII.
        server: text(server).map(|value| value[..value.len().min(SERVER_QUOTED)].to_owned()),
        closes: closes(head),
        server_time: text(timing).and_then(total_server_time),
        cut: false,
        // Who measures the call adds these.
        keepable: None,
        came_from: None,
    }
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}

/// Whether the peer closes the connection behind this answer (RFC 9112 §9.3).
pub(crate) fn closes(head: &Parts) -> bool {
    let connection = head.headers.get(header::CONNECTION);
    let connection = connection.map_or(&b""[..], HeaderValue::as_bytes);
    let says = |token: &[u8]| {
        let mut parts = connection.split(|byte| *byte == b',');
        parts.any(|part| part.trim_ascii().eq_ignore_ascii_case(token))
    };
    says(b"close") || head.version == Version::HTTP_10 && !says(b"keep-alive")
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
