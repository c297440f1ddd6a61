//! The bound on a call and on an attempt, as a layer.
//!
//! Around everything it bounds the call: waiting, attempts, and the body of the answer. Inside of retries it bounds each
//! attempt, and only until the head of the answer is here: what comes after cannot be made again, so breaking it off would
//! help nobody. Within a client the bound is hit there, and the error names the phase; what is here is for services that
//! know nothing of deadlines.

use std::time::Duration;

use http::Request;
use metrics::Counter;
use netopt_core::names;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use tokio::time::{Instant, timeout_at};
use tower::Layer;

use super::watched::Watched;
use crate::body::Body;
use crate::deadline::{Deadline, HeadBy};
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::layers::telemetry::counter_of;
use crate::service::{HttpService, ResponseFuture};

/// Bounds a call, or each attempt of one.
#[derive(Debug, Clone)]
pub struct TimeoutLayer {
    bound: Duration,
    scope: Scope,
    hit: Counter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Call,
    Attempt,
}

impl TimeoutLayer {
    /// The bound on a whole call, to the end of the body of its answer; of several such layers the tightest counts. To be
    /// put around all other layers.
    #[must_use]
    pub fn call(bound: Duration) -> Self {
        Self {
            bound,
            scope: Scope::Call,
            hit: counter_of(&names::TIMEOUTS, "call"),
        }
    }

    /// The bound on an attempt until the head of its answer is here. To be put inside of retries and hedges.
    #[must_use]
    pub fn attempt(bound: Duration) -> Self {
        Self {
            bound,
            scope: Scope::Attempt,
            hit: counter_of(&names::TIMEOUTS, "attempt"),
        }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose calls, or attempts, are bounded.
///
/// Not cancel safe for the peer: an attempt that is given up may have been processed.
pub type Timeout<S> = Layered<S, TimeoutLayer>;

impl<S> Around<S> for TimeoutLayer
where
    S: HttpService,
{
    fn call(&self, inner: &mut S, mut request: Request<Body>) -> ResponseFuture {
        let Self { bound, scope, hit } = self.clone();
        let extensions = request.extensions_mut();
        let mine = Deadline::within(Instant::now(), bound).tighter(Deadline::of(extensions));
        match scope {
            Scope::Call => {
                extensions.insert(mine);
            }
            Scope::Attempt => {
                extensions.insert(HeadBy(mine));
            }
        }
        let answer = inner.call(request);
        Box::pin(async move {
            let answer = timeout_at(mine.at, answer).await;
            let answer = answer.unwrap_or_else(|_| Err(late(mine.bound)));
            if answer.as_ref().is_err_and(Error::is_timeout) && Instant::now() >= mine.at {
                hit.increment(1);
            }
            let response = answer?;
            Ok(match scope {
                Scope::Call => response.map(|body| Watched::until(body, mine)),
                Scope::Attempt => response,
            })
        })
    }
}

fn late(bound: Duration) -> Error {
    let message = format!("no answer came within {}", show_duration(bound));
    Error::new(FailureKind::RequestTimeout, Phase::Wait, message)
}
