//! Retries as a layer.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Request, Response};
use tokio::time::{Instant, sleep_until};
use tower::Layer;

use super::budget::Budget;
use super::counts::Counts;
use super::policy::{Call, Ended, GaveUp, Retries, Verdict};
use super::retry_after::retry_after;
use crate::body::Body;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::layers::rest::discard;
use crate::layers::template::Template;
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture, take_ready};

/// Makes failed calls again, as [`Retries`] say and a [`Budget`] allows.
///
/// The budget is shared by all services that this layer makes, and by whoever has a clone of it.
#[derive(Debug, Clone)]
pub struct RetryLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    retries: Retries,
    budget: Budget,
    seed: AtomicU64,
    counts: Counts,
}

impl RetryLayer {
    /// Retries with waits that nobody can foresee.
    #[must_use]
    pub fn new(retries: Retries, budget: Budget) -> Self {
        Self::seeded(retries, budget, fastrand::u64(..))
    }

    /// The same with waits that are drawn from a seed.
    #[must_use]
    pub fn seeded(retries: Retries, budget: Budget, seed: u64) -> Self {
        let seed = AtomicU64::new(seed);
        Self {
            shared: Arc::new(Shared {
                retries,
                budget,
                seed,
                counts: Counts::new(),
            }),
        }
    }
}

impl Shared {
    fn jitter(&self) -> f64 {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed);
        fastrand::Rng::with_seed(seed).f64()
    }

    /// Says why it ends like this.
    fn tell(
        &self,
        answer: Result<Response<Body>, Error>,
        why: GaveUp,
    ) -> Result<Response<Body>, Error> {
        self.counts.gave_up(why);
        match answer {
            Ok(mut response) => {
                response.extensions_mut().insert(why);
                Ok(response)
            }
            Err(error) => Err(error.noting(&format!("; not made again: {why}"))),
        }
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose failed calls are made again.
///
/// Not cancel safe for the peer: a call that is dropped after it was sent may have been processed.
pub type Retry<S> = Layered<S, RetryLayer>;

impl<S> Around<S> for RetryLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ready = take_ready(inner);
        Box::pin(run(ready, request, Arc::clone(&self.shared)))
    }
}

async fn run<S>(
    mut inner: S,
    mut request: Request<Body>,
    shared: Arc<Shared>,
) -> Result<Response<Body>, Error>
where
    S: HttpService,
{
    shared
        .budget
        .count(request.extensions_mut(), Instant::now());
    let deadline = Deadline::of(request.extensions());
    let is_idempotent = request.method().is_idempotent();
    let template = Template::of(&request);
    shared.counts.first.increment(1);
    let mut made = 0;
    let mut was_sent = false;
    loop {
        let answer = inner.call(request).await;
        made += 1;
        let ended = ended(&answer);
        // What is said of the last attempt is said of the call.
        let answer = match answer {
            Err(error) if was_sent => Err(error.maybe_sent()),
            answer => answer,
        };
        let now = Instant::now();
        let call = Call {
            is_idempotent,
            is_replayable: template.is_some(),
            made,
            left: deadline.map(|deadline| deadline.left(now)),
        };
        let wait = match shared.retries.judge(&call, &ended, shared.jitter()) {
            Verdict::Keep => return answer,
            Verdict::GiveUp(why) => return shared.tell(answer, why),
            Verdict::Again(wait) => wait,
        };
        let Some(template) = &template else {
            return shared.tell(answer, GaveUp::Stream);
        };
        if !shared.budget.withdraw(now) {
            return shared.tell(answer, GaveUp::Budget);
        }
        was_sent |= !matches!(
            ended,
            Ended::Failed {
                is_unsent: true,
                ..
            }
        );
        let due = now + wait;
        if let Ok(answer) = answer {
            discard(answer, due).await;
        }
        sleep_until(due).await;
        shared.counts.delays.record(wait);
        shared.counts.retries.increment(1);
        if let Some(ledger) = Ledger::of(&template.extensions) {
            ledger.note(|journey| journey.retries += 1);
        }
        poll_fn(|cx| inner.poll_ready(cx)).await?;
        request = template.make();
    }
}

fn ended(answer: &Result<Response<Body>, Error>) -> Ended {
    match answer {
        Ok(response) => Ended::Answered(response.status(), retry_after(response.headers())),
        Err(error) => Ended::Failed {
            kind: error.failure().kind,
            is_unsent: error.is_unsent(),
        },
    }
}
