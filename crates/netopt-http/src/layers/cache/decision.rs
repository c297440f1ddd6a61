//! What to do with a request of which an answer is kept: RFC 9111 §4, and RFC 5861, as one function of both and the time.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{self, HeaderMap};

use super::Config;
use super::age;
use super::directives::Directives;
use super::stored::{Stored, weak};

/// What to do with a kept answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is the answer.
    Use,
    /// It is the answer, and is to be fetched anew behind the caller's back.
    UseAndRefresh,
    /// The server has to be asked first.
    Ask,
}

/// Whether a kept answer may be used for a request with these directives now.
pub(super) fn decide(
    stored: &Stored,
    request: &Directives,
    config: &Config,
    now: SystemTime,
) -> Decision {
    let age = stored.age(now);
    let left = stored.lifetime.saturating_sub(age);
    if request.has("no-cache")
        || stored.directives.has("no-cache")
        || request.seconds("max-age").is_some_and(|most| age > most)
        || request
            .seconds("min-fresh")
            .is_some_and(|least| left < least)
    {
        return Decision::Ask;
    }
    if left > Duration::ZERO {
        return Decision::Use;
    }
    let stale = age.saturating_sub(stored.lifetime);
    if stored.directives.has("must-revalidate") {
        return Decision::Ask;
    }
    let accepted = request.seconds_or_forever("max-stale");
    if accepted.is_some_and(|most| stale <= most) {
        return Decision::Use;
    }
    let behind = stored.directives.seconds("stale-while-revalidate");
    if stale < behind.unwrap_or(config.stale_while_revalidate) {
        return Decision::UseAndRefresh;
    }
    Decision::Ask
}

/// Whether a kept answer may be given because the server failed (RFC 5861 §4).
pub(super) fn may_stand_in(
    stored: &Stored,
    request: &Directives,
    config: &Config,
    now: SystemTime,
) -> bool {
    let ours = &stored.directives;
    if ours.has("must-revalidate") || ours.has("no-cache") || request.has("no-cache") {
        return false;
    }
    let stale = stored.age(now).saturating_sub(stored.lifetime);
    let most = [request, ours]
        .iter()
        .find_map(|directives| directives.seconds("stale-if-error"))
        .unwrap_or(config.stale_if_error);
    stale < most
}

/// The statuses that count as a failed server there.
pub(super) const fn is_error(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

/// Whether the caller asks for an answer only if it is not the one that it has, and it is (RFC 9111 §4.3.2).
pub(super) fn is_known_to_caller(stored: &Stored, asked: &HeaderMap) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        let ours = stored.headers.get(header::ETAG).map(weak);
        return asked.get_all(header::IF_NONE_MATCH).iter().any(|line| {
            let line = line.as_bytes();
            line.trim_ascii() == b"*"
                || ours.is_some_and(|ours| {
                    line.split(|byte| *byte == b',').any(|tag| {
                        let tag = tag.trim_ascii();
                        tag.strip_prefix(b"W/").unwrap_or(tag) == ours
                    })
                })
        });
    }
    let Some(since) = age::date(asked, &header::IF_MODIFIED_SINCE) else {
        return false;
    };
    [header::LAST_MODIFIED, header::DATE]
        .iter()
        .find_map(|name| age::date(&stored.headers, name))
        .is_some_and(|changed| changed <= since)
}

#[cfg(test)]
mod tests {
    use super::super::age::Times;
    use super::*;
    use bytes::Bytes;
    use http::{HeaderValue, Response};
    use proptest::prelude::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn stored(cache_control: &str) -> Stored {
        let answer = Response::builder().header("cache-control", cache_control);
        let answer = answer.header("etag", "\"a\"").body(()).unwrap();
        let times = Times {
            asked: START,
            answered: START,
        };
        Stored::new(
            &HeaderMap::new(),
            &answer.into_parts().0,
            Bytes::new(),
            times,
        )
    }

    fn directives(cache_control: &str) -> Directives {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(cache_control).unwrap();
        headers.insert(header::CACHE_CONTROL, value);
        Directives::of_request(&headers)
    }

    fn decided(answer: &str, request: &str, age: u64) -> Decision {
        let now = START + Duration::from_secs(age);
        decide(
            &stored(answer),
            &directives(request),
            &Config::default(),
            now,
        )
    }

    #[test]
    fn each_directive_decides() {
        for (answer, request, age, decision) in [
            ("max-age=9", "", 8, Decision::Use),
            ("max-age=9", "", 9, Decision::Ask),
            ("max-age=9", "no-cache", 0, Decision::Ask),
            ("max-age=9, no-cache", "", 0, Decision::Ask),
            ("max-age=9", "max-age=4", 5, Decision::Ask),
            ("max-age=9", "max-age=4", 4, Decision::Use),
            ("max-age=9", "min-fresh=5", 5, Decision::Ask),
            ("max-age=9", "min-fresh=5", 4, Decision::Use),
            ("max-age=9", "max-stale", 10_000, Decision::Use),
            ("max-age=9", "max-stale=5", 14, Decision::Use),
            ("max-age=9", "max-stale=5", 15, Decision::Ask),
            ("max-age=9, must-revalidate", "max-stale", 10, Decision::Ask),
            (
                "max-age=9, stale-while-revalidate=5",
                "",
                13,
                Decision::UseAndRefresh,
            ),
            ("max-age=9, stale-while-revalidate=5", "", 14, Decision::Ask),
            (
                "max-age=9, stale-while-revalidate=5, must-revalidate",
                "",
                13,
                Decision::Ask,
            ),
        ] {
            let found = decided(answer, request, age);
            assert_eq!(found, decision, "{answer} | {request} | {age}");
        }
    }

    #[test]
    fn a_kept_answer_stands_in_for_a_failed_server_if_it_may() {
        for (answer, request, age, may) in [
            ("max-age=9, stale-if-error=5", "", 13, true),
            ("max-age=9, stale-if-error=5", "", 14, false),
            ("max-age=9", "", 10, false),
            ("max-age=9", "stale-if-error=5", 10, true),
            (
                "max-age=9, stale-if-error=50",
                "stale-if-error=0",
                10,
                false,
            ),
            (
                "max-age=9, stale-if-error=5, must-revalidate",
                "",
                10,
                false,
            ),
            ("max-age=9, stale-if-error=5, no-cache", "", 10, false),
        ] {
            let now = START + Duration::from_secs(age);
            let found = may_stand_in(
                &stored(answer),
                &directives(request),
                &Config::default(),
                now,
            );
            assert_eq!(found, may, "{answer} | {request} | {age}");
        }
    }

    #[test]
    fn a_caller_who_has_it_is_told_so() {
        let kept = stored("max-age=9");
        for (tags, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static(tags));
            assert_eq!(is_known_to_caller(&kept, &asked), known, "{tags}");
        }
        assert!(!is_known_to_caller(&kept, &HeaderMap::new()));
    }

    proptest! {
        /// Nobody gets an answer older than the answer and the request together allow.
        #[test]
        fn no_answer_is_used_beyond_what_was_allowed(
            life in 0u64..100, age in 0u64..300, stale in proptest::option::of(0u64..100),
            behind in 0u64..100, most in proptest::option::of(0u64..300),
        ) {
            let answer = format!("max-age={life}, stale-while-revalidate={behind}");
            let mut request = String::from("x");
            if let Some(stale) = stale { request += &format!(", max-stale={stale}"); }
            if let Some(most) = most { request += &format!(", max-age={most}"); }
            let decision = decided(&answer, &request, age);
            let bound = life + stale.unwrap_or(0).max(behind);
            if decision != Decision::Ask {
                prop_assert!(age <= bound && most.is_none_or(|most| age <= most));
            }
            if age < life && most.is_none_or(|most| age <= most) {
                prop_assert_eq!(decision, Decision::Use);
            }
        }
    }
}
