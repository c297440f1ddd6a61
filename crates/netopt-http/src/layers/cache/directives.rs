//! The `Cache-Control` of a message (RFC 9111 §5.2), read as strictly as a cache should.
//!
//! Names do not mind case, values may be quoted, and what is repeated with another value counts as the smallest: of two
//! readings the one that keeps less. What it leaves alone: what a directive means.

use std::time::Duration;

use http::{HeaderMap, header};

/// A cache that cannot count further says 2^31 seconds (RFC 9111 §1.2.2).
const FOREVER: Duration = Duration::from_secs(1 << 31);

/// The directives of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    /// Of a request or an answer. `Pragma: no-cache` counts where there is no `Cache-Control` (RFC 9111 §5.4).
    pub(super) fn of_request(headers: &HeaderMap) -> Self {
        let mut all = Self::of_answer(headers);
        let pragma = headers.get(header::PRAGMA);
        let says = pragma
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().contains("no-cache"));
        if says && !headers.contains_key(header::CACHE_CONTROL) {
            all.0.push(("no-cache".to_owned(), None));
        }
        all
    }

    /// Of an answer, where `Pragma` means nothing.
    pub(super) fn of_answer(headers: &HeaderMap) -> Self {
        let mut all = Vec::new();
        for line in headers.get_all(header::CACHE_CONTROL) {
            let Ok(line) = line.to_str() else { continue };
            for member in members(line) {
                let (name, value) = match member.split_once('=') {
                    Some((name, value)) => (name, Some(unquoted(value))),
                    None => (member, None),
                };
                if !name.is_empty() {
                    all.push((name.trim_end().to_ascii_lowercase(), value));
                }
            }
        }
        Self(all)
    }

    /// Whether it is there, with a value or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Its seconds; what is there and is no number counts as zero.
    pub(super) fn seconds(&self, name: &str) -> Option<Duration> {
        self.values(name)
            .map(|value| value.and_then(seconds).unwrap_or_default())
            .min()
    }

    /// As [`Directives::seconds`], where no value at all means for ever: `max-stale`.
    pub(super) fn seconds_or_forever(&self, name: &str) -> Option<Duration> {
        self.values(name)
            .map(|value| value.map_or(FOREVER, |value| seconds(value).unwrap_or_default()))
            .min()
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<&'a str>> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_deref())
    }
}

/// `delta-seconds` of RFC 9111 §1.2.2: digits and nothing else.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits that no number can hold are a large number.
    let known = text.parse().map_or(FOREVER, Duration::from_secs);
    Some(known.min(FOREVER))
}

/// The members of a list, where a comma in quotes is no comma.
pub(super) fn members(line: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |c| {
        let was_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            _ => {}
        }
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|member| !member.is_empty())
}

/// The content of a quoted string; a space around it is not taken off, since it may not be there.
fn unquoted(value: &str) -> String {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map_or_else(|| value.to_owned(), |inner| inner.replace('\\', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn read(lines: &[&str]) -> Directives {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::CACHE_CONTROL, HeaderValue::from_str(line).unwrap());
        }
        Directives::of_answer(&headers)
    }

    #[test]
    fn names_do_not_mind_case_and_values_may_be_quoted() {
        let all = read(&["Max-Age=\"60\", NO-STORE", "private=\"a, max-age=5\""]);
        assert_eq!(all.seconds("max-age"), Some(Duration::from_secs(60)));
        assert!(all.has("no-store") && all.has("private") && !all.has("a"));
    }

    #[test]
    fn what_is_no_number_or_contradicts_itself_keeps_least() {
        for (line, left) in [
            ("max-age=3600, max-age=1", 1),
            ("max-age=3600.0", 0),
            ("max-age=-1", 0),
            ("max-age='60'", 0),
            ("max-age", 0),
            ("max-age=99999999999999999999999", 1 << 31),
        ] {
            let left = Duration::from_secs(left);
            assert_eq!(read(&[line]).seconds("max-age"), Some(left), "{line}");
        }
        assert_eq!(
            read(&["max-stale"]).seconds_or_forever("max-stale"),
            Some(FOREVER)
        );
        assert_eq!(read(&[]).seconds("max-age"), None);
    }

    #[test]
    fn pragma_counts_in_a_request_without_cache_control() {
        let mut headers = HeaderMap::new();
        headers.insert(header::PRAGMA, HeaderValue::from_static("No-Cache"));
        assert!(Directives::of_request(&headers).has("no-cache"));
        assert!(!Directives::of_answer(&headers).has("no-cache"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=1"));
        assert!(!Directives::of_request(&headers).has("no-cache"));
    }

    proptest! {
        #[test]
        fn any_line_is_read_and_no_time_is_beyond_the_bound(line in "[ -~]{0,80}") {
            let all = read(&[&line]);
            for (name, _) in &all.0 {
                prop_assert!(all.has(name));
                prop_assert!(all.seconds(name).unwrap() <= FOREVER);
            }
        }
    }
}
