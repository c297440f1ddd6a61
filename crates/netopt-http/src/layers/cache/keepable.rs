//! What a cache could do with an answer, for those who want to know without one.
//!
//! The same rules as those of the cache itself, so what is told here is what `cache.size` would do. Nothing is kept.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode};
use netopt_core::asked::{Afterwards, Keepable};

use super::age::{self, Times};
use super::clock::Clock;
use super::directives::Directives;
use super::stored::{allows_keeping, is_validatable, is_worth_keeping};

/// A request whose answer is to be looked at.
#[derive(Debug)]
pub(crate) struct Onlooker {
    clock: Clock,
    asked: SystemTime,
    is_open: bool,
}

impl Onlooker {
    /// The request goes out now.
    pub(crate) fn begin(method: &Method, headers: &HeaderMap) -> Self {
        let clock = Clock::start();
        Self {
            asked: clock.now(),
            is_open: allows_keeping(method, headers),
            clock,
        }
    }

    /// What may be done with the answer whose head is here now; `None` if it may not be kept, or is of no use.
    pub(crate) fn look(&self, status: StatusCode, headers: &HeaderMap) -> Option<Keepable> {
        let times = Times {
            asked: self.asked,
            answered: self.clock.now(),
        };
        (self.is_open && is_worth_keeping(status, headers, times))
            .then(|| keepable(status, headers, times))
    }
}

fn keepable(status: StatusCode, headers: &HeaderMap, times: Times) -> Keepable {
    let directives = Directives::of_answer(headers);
    let fresh_for = if directives.has("no-cache") {
        Duration::ZERO
    } else {
        let lifetime = age::lifetime(status, headers, &directives, times.answered);
        lifetime.saturating_sub(age::initial(headers, times))
    };
    Keepable {
        fresh_for,
        then: if is_validatable(headers) {
            Afterwards::Revalidate
        } else {
            Afterwards::FetchAnew
        },
    }
}

#[cfg(test)]
mod tests {
    use http::header::{AGE, CACHE_CONTROL, ETAG};
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn look(method: &Method, answer: &[(HeaderName, &'static str)]) -> Option<(u64, Afterwards)> {
        let mut headers = HeaderMap::new();
        for (name, value) in answer {
            headers.append(name, HeaderValue::from_static(value));
        }
        let onlooker = Onlooker::begin(method, &HeaderMap::new());
        let found = onlooker.look(StatusCode::OK, &headers)?;
        // Less what passed between request and answer, which is less than a second.
        let half = Duration::from_millis(500);
        Some(((found.fresh_for + half).as_secs(), found.then))
    }

    #[test]
    fn what_an_answer_says_is_told_less_its_age() {
        let (ask, anew) = (Afterwards::Revalidate, Afterwards::FetchAnew);
        for (answer, told) in [
            (vec![(CACHE_CONTROL, "max-age=60")], Some((60, anew))),
            (
                vec![(CACHE_CONTROL, "max-age=60"), (AGE, "20")],
                Some((40, anew)),
            ),
            (
                vec![(CACHE_CONTROL, "max-age=60"), (ETAG, "\"a\"")],
                Some((60, ask)),
            ),
            (vec![(ETAG, "\"a\"")], Some((0, ask))),
            (
                vec![(CACHE_CONTROL, "no-cache, max-age=9"), (ETAG, "\"a\"")],
                Some((0, ask)),
            ),
            (vec![(CACHE_CONTROL, "no-store, max-age=60")], None),
            (vec![(CACHE_CONTROL, "max-age=0")], None),
            (vec![], None),
        ] {
            assert_eq!(look(&Method::GET, &answer), told, "{answer:?}");
        }
        let fresh = [(CACHE_CONTROL, "max-age=60")];
        assert_eq!(look(&Method::POST, &fresh), None);
    }
}
