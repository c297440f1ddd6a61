//! Whether a body is worth compressing, by what its headers say.

use http::header::{self, HeaderMap};

/// Media types, besides all of `text/` and what ends in `+json`, `+xml` or `+text`, that shrink.
const SHRINK: [&str; 11] = [
    "application/json",
    "application/x-ndjson",
    "application/xml",
    "application/javascript",
    "application/graphql",
    "application/x-www-form-urlencoded",
    "application/sql",
    "application/toml",
    "application/yaml",
    "application/wasm",
    "image/svg+xml",
];

/// Whole families, and types, that are compressed already.
const PACKED: [&str; 13] = [
    "image/",
    "video/",
    "audio/",
    "font/woff",
    "multipart/",
    "application/zip",
    "application/gzip",
    "application/zstd",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-xz",
    "application/pdf",
    "application/grpc",
];

/// What is said about what a body would gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It is text.
    Yes,
    /// Nothing is known: try, if it is in memory.
    Try,
    /// It is packed, or must stay as it is.
    No,
}

/// By the headers of a message: its media type, and whether it is encoded, signed by its digest, or not to be touched.
pub(super) fn worth(headers: &HeaderMap) -> Worth {
    let untouchable = [
        "content-encoding",
        "content-range",
        "content-md5",
        "content-digest",
        "repr-digest",
        "digest",
    ];
    let no_transform = headers.get_all(header::CACHE_CONTROL).iter().any(|line| {
        let line = line.to_str().unwrap_or_default().to_ascii_lowercase();
        line.split(',').any(|part| part.trim() == "no-transform")
    });
    if no_transform || untouchable.iter().any(|name| headers.contains_key(*name)) {
        return Worth::No;
    }
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Worth::Try;
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let text = kind.starts_with("text/")
        || ["+json", "+xml", "+text"]
            .iter()
            .any(|end| kind.ends_with(end))
        || SHRINK.contains(&kind);
    if text {
        Worth::Yes
    } else if PACKED.iter().any(|start| kind.starts_with(start)) {
        Worth::No
    } else {
        Worth::Try
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn of(name: &'static str, value: &str) -> Worth {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        worth(&headers)
    }

    #[test]
    fn text_is_packed_is_not_and_the_rest_is_tried() {
        for (kind, expected) in [
            ("application/json", Worth::Yes),
            ("Application/JSON; charset=utf-8", Worth::Yes),
            ("application/problem+json", Worth::Yes),
            ("image/svg+xml", Worth::Yes),
            ("text/csv", Worth::Yes),
            ("image/png", Worth::No),
            ("application/zip", Worth::No),
            ("application/octet-stream", Worth::Try),
            ("application/x-protobuf", Worth::Try),
        ] {
            assert_eq!(of("content-type", kind), expected, "{kind}");
        }
        assert_eq!(worth(&HeaderMap::new()), Worth::Try);
    }

    #[test]
    fn what_is_encoded_or_signed_stays_as_it_is() {
        for (name, value) in [
            ("content-encoding", "gzip"),
            ("content-digest", "sha-256=:x:"),
            ("content-range", "bytes 0-1/2"),
            ("cache-control", "private, No-Transform"),
        ] {
            assert_eq!(of(name, value), Worth::No, "{name}");
        }
    }

    proptest! {
        #[test]
        fn parameters_and_case_make_no_difference(at in 0..SHRINK.len(), parameter in "[a-z=]{0,9}") {
            let kind = format!("{} ;{parameter}", SHRINK[at].to_uppercase());
            prop_assert_eq!(of("content-type", &kind), Worth::Yes);
        }
    }
}
