//! How old an answer is and how old it may become: RFC 9111 §4.2, as numbers.
//!
//! Time is an argument. A clock that was set back never makes an answer younger than it said it was.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use super::directives::{Directives, members, seconds};

/// The share of its time unchanged that an answer without a word about freshness may be kept (RFC 9111 §4.2.2).
const HEURISTIC_SHARE: u32 = 10;
/// The longest that is guessed; beyond, RFC 9111 wanted users to be warned.
const LONGEST_GUESS: Duration = Duration::from_secs(24 * 3600);

/// When an answer was asked for and when its head was there, by the clock of the cache.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) asked: SystemTime,
    pub(super) answered: SystemTime,
}

/// The age of an answer when its head was there (RFC 9111 §4.2.3).
pub(super) fn initial(headers: &HeaderMap, times: Times) -> Duration {
    let since = |from: SystemTime| times.answered.duration_since(from).unwrap_or_default();
    let apparent = date(headers, &header::DATE).map(since);
    let said = said(headers) + since(times.asked);
    apparent.unwrap_or_default().max(said)
}

/// What `Age` says. The first member counts; what is no number is ignored (RFC 9111 §5.1).
fn said(headers: &HeaderMap) -> Duration {
    let first = headers
        .get(header::AGE)
        .and_then(|value| value.to_str().ok());
    first
        .and_then(|value| members(value).next())
        .and_then(seconds)
        .unwrap_or_default()
}

/// How old it may become: said by `max-age` or `Expires`, else guessed from `Last-Modified` where that is allowed.
pub(super) fn lifetime(
    status: StatusCode,
    headers: &HeaderMap,
    directives: &Directives,
    answered: SystemTime,
) -> Duration {
    if let Some(said) = directives.seconds("max-age") {
        return said;
    }
    let made = date(headers, &header::DATE).unwrap_or(answered);
    if headers.contains_key(header::EXPIRES) {
        // More than one, or one that is no date, is in the past.
        let mut all = headers.get_all(header::EXPIRES).iter();
        let single = all.next().is_some() && all.next().is_none();
        let until = date(headers, &header::EXPIRES).filter(|_| single);
        return until
            .and_then(|until| until.duration_since(made).ok())
            .unwrap_or_default();
    }
    if !is_guessable(status) && !directives.has("public") {
        return Duration::ZERO;
    }
    date(headers, &header::LAST_MODIFIED)
        .and_then(|changed| made.duration_since(changed).ok())
        .map_or(Duration::ZERO, |unchanged| {
            (unchanged / HEURISTIC_SHARE).min(LONGEST_GUESS)
        })
}

/// The statuses of RFC 9110 §15.1 that may be kept without a word about freshness; 206 is not kept here.
pub(super) const fn is_guessable(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501
    )
}

/// The date in a header: HTTP's three forms (RFC 9110 §5.6.7).
pub(super) fn date(headers: &HeaderMap, name: &header::HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        NOW + Duration::from_secs(1_000_000_000 + seconds)
    }

    fn headers(all: &[(&'static str, String)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in all {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn stamp(seconds: u64) -> String {
        httpdate::fmt_http_date(at(seconds))
    }

    fn life(status: u16, all: &[(&'static str, String)]) -> u64 {
        let all = headers(all);
        let status = StatusCode::from_u16(status).unwrap();
        lifetime(status, &all, &Directives::of_answer(&all), at(0)).as_secs()
    }

    #[test]
    fn max_age_is_heard_before_expires_and_both_before_a_guess() {
        let changed = ("last-modified", stamp(0));
        let (made, until) = (("date", stamp(1000)), ("expires", stamp(1300)));
        assert_eq!(life(200, &[changed.clone(), made.clone()]), 100);
        assert_eq!(
            life(200, &[changed.clone(), made.clone(), until.clone()]),
            300
        );
        let said = ("cache-control", "max-age=7".to_owned());
        assert_eq!(life(200, &[changed.clone(), made.clone(), until, said]), 7);
        assert_eq!(life(302, &[changed, made]), 0, "a 302 is not guessed about");
    }

    #[test]
    fn an_expiry_that_is_no_single_date_is_over() {
        assert_eq!(life(200, &[("expires", "0".to_owned())]), 0);
        let twice = [("expires", stamp(50)), ("expires", stamp(90))];
        assert_eq!(life(200, &twice), 0);
    }

    #[test]
    fn the_largest_of_all_signs_of_age_counts() {
        let times = |asked, answered| Times {
            asked: at(asked),
            answered: at(answered),
        };
        for (all, times, age) in [
            (vec![], times(0, 0), 0),
            (vec![("age", "30".to_owned())], times(0, 5), 35),
            (vec![("date", stamp(0))], times(50, 60), 60),
            (vec![("date", stamp(900))], times(0, 0), 0),
            (vec![("age", "abc".to_owned())], times(0, 0), 0),
            (vec![("age", "7, 90".to_owned())], times(0, 0), 7),
        ] {
            let found = initial(&headers(&all), times);
            assert_eq!(found.as_secs(), age, "{all:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_guess_beyond_a_day(
            age in "[ -~]{0,24}", expires in "[ -~]{0,40}", changed in 0u64..4_000_000_000,
        ) {
            let changed = NOW + Duration::from_secs(changed);
            let all = [("age", age), ("last-modified", httpdate::fmt_http_date(changed))];
            let map = headers(&all);
            let times = Times { asked: at(0), answered: at(1) };
            prop_assert!(initial(&map, times) <= Duration::from_secs((1 << 31) + 1));
            prop_assert!(life(200, &all) <= 24 * 3600);
            life(200, &[("expires", expires)]);
        }
    }
}
