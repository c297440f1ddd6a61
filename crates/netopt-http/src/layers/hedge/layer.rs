//! Hedges as a layer.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Extensions, Request, Response};
use metrics::Counter;
use netopt_core::change::Percentile;
use netopt_core::names;
use tokio::time::{Instant, sleep};
use tower::Layer;

use super::latencies::Latencies;
use super::loser::let_go;
use crate::body::Body;
use crate::destination::Destination;
use crate::error::Error;
use crate::layers::by_key::ByKey;
use crate::layers::layered::{Around, Layered};
use crate::layers::retry::Budget;
use crate::layers::telemetry::{counter, counter_of};
use crate::layers::template::Template;
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture};

/// Routes whose latencies are kept: 60 KiB each.
const MOST_ROUTES: usize = 64;

/// What a request is of a kind with, for its latency: in the extensions of the request, set by the caller. Without one,
/// all requests to a destination are of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route(pub &'static str);

/// Makes a safe call a second time when it takes longer than most others did.
#[derive(Debug, Clone)]
pub struct HedgeLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    after: Percentile,
    budget: Budget,
    routes: ByKey<(Destination, Option<Route>), Mutex<Latencies>>,
    made: Counter,
    won: Counter,
}

impl HedgeLayer {
    /// Hedges what takes longer than `after` of its kind; `budget` should be that of the retries around it.
    #[must_use]
    pub fn new(after: Percentile, budget: Budget) -> Self {
        Self {
            shared: Arc::new(Shared {
                after,
                budget,
                routes: ByKey::new(MOST_ROUTES),
                made: counter_of(&names::ATTEMPTS, "hedge"),
                won: counter(&names::HEDGE_WINS),
            }),
        }
    }
}

impl Shared {
    fn latencies(&self, request: &Request<Body>) -> Option<Arc<Mutex<Latencies>>> {
        let to = Destination::of(request.uri())?;
        let key = (to, route(request.extensions()));
        let fresh = || Mutex::new(Latencies::new(Instant::now()));
        Some(self.routes.get(key, fresh))
    }
}

fn route(extensions: &Extensions) -> Option<Route> {
    extensions.get().copied()
}

impl<S> Layer<S> for HedgeLayer {
    type Service = Hedge<S>;

    fn layer(&self, inner: S) -> Hedge<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose slow calls are made twice.
///
/// Not cancel safe for the peer: what is dropped after it was sent may have been processed.
pub type Hedge<S> = Layered<S, HedgeLayer>;

impl<S> Around<S> for HedgeLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, mut request: Request<Body>) -> ResponseFuture {
        let shared = &self.shared;
        let now = Instant::now();
        shared.budget.count(request.extensions_mut(), now);
        let kind = if request.method().is_safe() {
            shared.latencies(&request)
        } else {
            None
        };
        let (Some(latencies), Some(template)) = (kind, Template::of(&request)) else {
            return Box::pin(inner.call(request));
        };
        let next = inner.clone();
        let mut ready = std::mem::replace(inner, next.clone());
        let first = Box::pin(ready.call(request));
        let hedge = Call {
            began: now,
            latencies,
            template,
            shared: Arc::clone(shared),
        };
        Box::pin(hedge.run(first, next))
    }
}

/// One call that may be made twice.
struct Call {
    began: Instant,
    latencies: Arc<Mutex<Latencies>>,
    template: Template,
    shared: Arc<Shared>,
}

impl Call {
    async fn run<S>(self, mut first: ResponseFuture, mut inner: S) -> Result<Response<Body>, Error>
    where
        S: HttpService,
    {
        let late = self.latencies().late(self.began, self.shared.after);
        let answer = match late {
            None => Some(first.as_mut().await),
            Some(late) => tokio::select! {
                biased;
                answer = &mut first => Some(answer),
                () = sleep(late) => None,
            },
        };
        if let Some(answer) = answer {
            self.record(Instant::now());
            return answer;
        }
        if !self.shared.budget.withdraw_earned(Instant::now()) {
            let answer = first.await;
            self.record(Instant::now());
            return answer;
        }
        let second = async {
            poll_fn(|cx| inner.poll_ready(cx)).await?;
            if let Some(ledger) = Ledger::of(&self.template.extensions) {
                ledger.note(|journey| journey.hedges += 1);
            }
            self.shared.made.increment(1);
            Ok::<ResponseFuture, Error>(Box::pin(inner.call(self.template.make())))
        };
        // Whoever lets a hedge wait for its turn has no room for it.
        let second = tokio::select! {
            biased;
            answer = &mut first => {
                self.record(Instant::now());
                return answer;
            }
            second = second => second,
        };
        match second {
            Ok(second) => self.race(first, second).await,
            Err(_) => first.await,
        }
    }

    /// The first good answer; when there is none, that of the first attempt.
    async fn race(
        self,
        mut first: ResponseFuture,
        mut second: ResponseFuture,
    ) -> Result<Response<Body>, Error> {
        let (answer, is_first) = tokio::select! {
            biased;
            answer = &mut first => (answer, true),
            answer = &mut second => (answer, false),
        };
        if is_first {
            self.record(Instant::now());
        }
        let rival = if is_first { second } else { first };
        match answer {
            Ok(response) if is_good(&response) => {
                if !is_first {
                    self.shared.won.increment(1);
                }
                let version = response.version();
                let_go(rival, version, move |now| {
                    if !is_first {
                        self.record(now);
                    }
                });
                Ok(response)
            }
            bad => {
                let other = rival.await;
                if !is_first {
                    self.record(Instant::now());
                }
                let is_unsent =
                    |answer: &Result<_, Error>| answer.as_ref().is_err_and(Error::is_unsent);
                let both_unsent = is_unsent(&bad) && is_unsent(&other);
                let answer = match (&other, is_first) {
                    (Ok(response), _) if is_good(response) => other,
                    (_, true) => bad,
                    (_, false) => other,
                };
                answer.map_err(|error| {
                    if both_unsent {
                        error
                    } else {
                        error.maybe_sent()
                    }
                })
            }
        }
    }

    /// The head of the first attempt's answer came at `now`, or would have come later.
    fn record(&self, now: Instant) {
        let latency = now.saturating_duration_since(self.began);
        self.latencies().record(now, latency);
    }

    fn latencies(&self) -> MutexGuard<'_, Latencies> {
        self.latencies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer for which it is not worth to wait for the other one.
fn is_good(response: &Response<Body>) -> bool {
    let status = response.status();
    !status.is_server_error() && status != http::StatusCode::TOO_MANY_REQUESTS
}
