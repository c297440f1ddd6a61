//! What `retry.attempts` and `retry.budget` make of the retries of reqwest.
//!
//! The same calls are made again as by [`netopt_http::RetryLayer`], with two differences that reqwest asks for: it has no waits
//! between attempts, and does not show the headers of an answer. So 429, which says "not so often", is handed on. The
//! budget is the same: a share of the calls of the last ten seconds, and ten a second beside.
//!
//! Setting a policy takes away the one that reqwest has by default, for streams that an HTTP/2 server refused. It is part of this one.

use std::error::Error;

use ::reqwest::retry::{self, Builder};
use ::reqwest::{Method, StatusCode};
use netopt_core::unit::Ratio;

/// A retry policy with `attempts` after the first, and the share of calls that may be retries; `None` is unlimited.
pub(super) fn policy(attempts: u32, budget: Option<Ratio>) -> Builder {
    let policy = retry::for_host(AnyHost)
        .max_retries_per_request(attempts)
        .classify_fn(|call| {
            let ended = call.error().map_or_else(
                || call.status().map_or(Ended::ForGood, Ended::Answered),
                Ended::failed,
            );
            if is_worth_another(call.method(), ended) {
                call.retryable()
            } else {
                call.success()
            }
        });
    match budget {
        None => policy.no_budget(),
        Some(share) => policy.max_extra_load(as_load(share)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share from 0 to 1, and nobody counts the eighth digit"
)]
const fn as_load(share: Ratio) -> f32 {
    share.get() as f32
}

/// The scope of a policy is a host; ours is every host.
struct AnyHost;

impl PartialEq<&str> for AnyHost {
    fn eq(&self, _: &&str) -> bool {
        true
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Answered(StatusCode),
    /// Without an answer, and the peer did not work on it.
    Unsent,
    /// Without an answer.
    Lost,
    /// As the next attempt would, too.
    ForGood,
}

impl Ended {
    fn failed(error: &(dyn Error + 'static)) -> Self {
        let known = error.downcast_ref::<::reqwest::Error>();
        if known.is_some_and(::reqwest::Error::is_dns) {
            // That a name does not exist looks the same as that nobody could be asked.
            Self::ForGood
        } else if known.is_some_and(::reqwest::Error::is_connect) || is_refused_stream(error) {
            Self::Unsent
        } else {
            Self::Lost
        }
    }
}

/// Whether an HTTP/2 server said that it did not work on the stream (RFC 9113 §8.7), or leaves in good order.
fn is_refused_stream(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<h2::Error>()
            && error.is_remote()
        {
            return match error.reason() {
                Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
                Some(h2::Reason::NO_ERROR) => error.is_go_away(),
                _ => false,
            };
        }
        next = error.source();
    }
    false
}

/// Whether a call that ended so may be made again, and may fare better then.
fn is_worth_another(method: &Method, ended: Ended) -> bool {
    match ended {
        Ended::Unsent => true,
        Ended::Lost => method.is_idempotent(),
        Ended::Answered(status) => {
            method.is_idempotent() && matches!(status.as_u16(), 408 | 502 | 503 | 504)
        }
        Ended::ForGood => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_made_again_only_if_it_was_not_worked_on() {
        for (ended, get, post) in [
            (Ended::Unsent, true, true),
            (Ended::Lost, true, false),
            (Ended::ForGood, false, false),
            (
                Ended::Answered(StatusCode::SERVICE_UNAVAILABLE),
                true,
                false,
            ),
            (Ended::Answered(StatusCode::TOO_MANY_REQUESTS), false, false),
            (
                Ended::Answered(StatusCode::INTERNAL_SERVER_ERROR),
                false,
                false,
            ),
            (Ended::Answered(StatusCode::OK), false, false),
        ] {
            assert_eq!(is_worth_another(&Method::GET, ended), get, "{ended:?}");
            assert_eq!(is_worth_another(&Method::POST, ended), post, "{ended:?}");
        }
    }
}
