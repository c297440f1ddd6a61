//! What may be made again, and when: the decision, without a clock, a connection or a coin.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use netopt_core::outcome::FailureKind;

use super::backoff::Backoff;

/// One attempt for a hiccup, one more for a connection that was about to close.
const DEFAULT_ATTEMPTS: u32 = 2;
/// Who is told to come again later than this had better be told so.
const DEFAULT_LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How a failed call is made again. All values are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often, at most; zero is never. Default: 2.
    pub attempts: u32,
    /// The waits in between.
    pub backoff: Backoff,
    /// The longest wait that a server may ask for by `Retry-After`; with a longer one its answer is handed on at once.
    /// Default: 30 s.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: DEFAULT_ATTEMPTS,
            backoff: Backoff::default(),
            longest_wait: DEFAULT_LONGEST_WAIT,
        }
    }
}

/// Why a call that failed was not made again. It stands in the message of the error, or in the extensions of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GaveUp {
    /// It may have been processed, and its method is not idempotent.
    Unsafe,
    /// Its body is a stream, which comes once.
    Stream,
    /// It was made as often as it may be.
    Attempts,
    /// The wait would have been longer than the longest that is allowed.
    Wait,
    /// The wait would have been longer than the call may take.
    Deadline,
    /// There are too many retries already.
    Budget,
}

impl GaveUp {
    /// All reasons.
    pub(super) const ALL: [Self; 6] = [
        Self::Unsafe,
        Self::Stream,
        Self::Attempts,
        Self::Wait,
        Self::Deadline,
        Self::Budget,
    ];

    /// The name in metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Unsafe => "unsafe",
            Self::Stream => "stream",
            Self::Attempts => "attempts",
            Self::Wait => "wait",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
        }
    }
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsafe => "it may have been processed",
            Self::Stream => "its body is a stream, which cannot be sent twice",
            Self::Attempts => "no attempts are left",
            Self::Wait => "the server asks for a longer wait than is allowed",
            Self::Deadline => "the wait would be longer than the call may take",
            Self::Budget => "the budget for retries is used up",
        })
    }
}

/// A call, as far as the decision needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) is_idempotent: bool,
    pub(super) is_replayable: bool,
    /// Attempts that were made, 1 after the first.
    pub(super) made: u32,
    /// What is left until its deadline.
    pub(super) left: Option<Duration>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    Answered(StatusCode, Option<Duration>),
    Failed { kind: FailureKind, is_unsent: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It stays as it is: it succeeded, or would not another time.
    Keep,
    /// It could be made again if that were allowed.
    GiveUp(GaveUp),
    /// It is made again after this wait, if the budget allows.
    Again(Duration),
}

impl Retries {
    /// What is to be done; `jitter` is drawn evenly from 0 to 1.
    pub(super) fn judge(&self, call: &Call, ended: &Ended, jitter: f64) -> Verdict {
        let (is_passing, is_unsent, asked) = match *ended {
            Ended::Answered(status, asked) => (is_passing_status(status), false, asked),
            Ended::Failed { kind, is_unsent } => (is_passing_failure(kind), is_unsent, None),
        };
        if !is_passing {
            return Verdict::Keep;
        }
        let wait = self.backoff.wait(call.made, jitter);
        // Who is asked to wait comes a little later, and not at the same time as all others.
        let wait = wait.saturating_add(asked.unwrap_or_default());
        let obstacle = if !(call.is_idempotent || is_unsent) {
            GaveUp::Unsafe
        } else if !call.is_replayable {
            GaveUp::Stream
        } else if call.made > self.attempts {
            GaveUp::Attempts
        } else if asked.is_some_and(|asked| asked > self.longest_wait) {
            GaveUp::Wait
        } else if call.left.is_some_and(|left| wait >= left) {
            GaveUp::Deadline
        } else {
            return Verdict::Again(wait);
        };
        Verdict::GiveUp(obstacle)
    }
}

/// Whether another attempt may have another answer: the server, or one between, is overloaded or not up yet.
const fn is_passing_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

/// Whether another attempt may fare better.
const fn is_passing_failure(kind: FailureKind) -> bool {
    use FailureKind as K;
    match kind {
        K::DnsTimeout
        | K::ConnectRefused
        | K::ConnectTimeout
        | K::Unreachable
        | K::Proxy
        | K::TlsHandshake
        | K::Reset
        | K::ClosedEarly
        | K::RequestTimeout
        | K::BodyTimeout => true,
        // Bounds of our own are not widened by asking twice, and what is wrong for good stays so.
        K::DnsNotFound
        | K::TlsCertificate
        | K::PoolTimeout
        | K::Limited
        | K::SourceTimeout
        | K::Redirects
        | K::Lost
        | K::Protocol
        | K::Other => false,
    }
}

#[cfg(test)]
mod tests;
