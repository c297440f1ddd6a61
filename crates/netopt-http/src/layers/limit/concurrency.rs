//! The limit on calls in flight, as a layer.

use std::future::poll_fn;
use std::sync::Arc;

use http::{Request, Response, StatusCode, Uri};
use metrics::{Counter, Histogram};
use netopt_core::names;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use tokio::time::Instant;
use tower::Layer;

use super::gate::{Gate, Gauges, NoPlace};
use super::machine::{InFlight, Went};
use super::{LONGEST_WAIT, MOST_DESTINATIONS};
use crate::body::Body;
use crate::deadline::Deadline;
use crate::destination::Destination;
use crate::error::Error;
use crate::layers::by_key::ByKey;
use crate::layers::layered::{Around, Layered};
use crate::layers::telemetry::{counter_of, histogram_of};
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture, take_ready};

/// Limits the calls in flight to each destination; a call is in flight until the end of its body.
#[derive(Debug, Clone)]
pub struct ConcurrencyLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    start: InFlight,
    gates: ByKey<Destination, Gate>,
    gauges: Gauges,
    refused: Counter,
    waits: Histogram,
}

impl ConcurrencyLayer {
    /// Each destination begins with the limit `start`.
    #[must_use]
    pub fn new(start: InFlight) -> Self {
        Self {
            shared: Arc::new(Shared {
                start,
                gates: ByKey::new(MOST_DESTINATIONS),
                gauges: Gauges::new(),
                refused: counter_of(&names::REFUSALS, "concurrency"),
                waits: histogram_of(&names::LIMIT_WAIT, "concurrency"),
            }),
        }
    }
}

impl<S> Layer<S> for ConcurrencyLayer {
    type Service = Concurrency<S>;

    fn layer(&self, inner: S) -> Concurrency<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service with a limit on its calls in flight.
///
/// Cancel safe while it waits for a place.
pub type Concurrency<S> = Layered<S, ConcurrencyLayer>;

impl<S> Around<S> for ConcurrencyLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ready = take_ready(inner);
        Box::pin(pass(ready, request, Arc::clone(&self.shared)))
    }
}

async fn pass<S>(
    mut inner: S,
    request: Request<Body>,
    shared: Arc<Shared>,
) -> Result<Response<Body>, Error>
where
    S: HttpService,
{
    let Some(to) = Destination::of(request.uri()) else {
        return inner.call(request).await;
    };
    let fresh = || Gate::new(shared.start.clone(), shared.gauges.clone());
    let gate = shared.gates.get(to, fresh);
    let asked = Instant::now();
    let deadline =
        Deadline::within(asked, LONGEST_WAIT).tighter(Deadline::of(request.extensions()));
    let place = gate.enter(deadline.at).await.map_err(|why| {
        if let Some(ledger) = Ledger::of(request.extensions()) {
            ledger.note(|journey| journey.limited = true);
        }
        shared.refused.increment(1);
        refusal(request.uri(), gate.limit(), why, deadline)
    })?;
    shared.waits.record(asked.elapsed());
    poll_fn(|cx| inner.poll_ready(cx)).await?;
    let answer = inner.call(request).await;
    place.learn(went(&answer));
    answer.map(|response| response.map(|body| body.holding(place)))
}

fn refusal(to: &Uri, (limit, how): (u32, &str), why: NoPlace, deadline: Deadline) -> Error {
    let to = Destination::of(to).map_or_else(String::new, |to| to.to_string());
    let why = match why {
        NoPlace::Late => format!("none ended within {}", show_duration(deadline.bound)),
        NoPlace::Crowd => "too many wait already".to_owned(),
    };
    let message =
        format!("{limit} calls to {to} are in flight, which is the limit ({how}), and {why}");
    Error::new(FailureKind::Limited, Phase::Queue, message)
}

/// What an answer says about the load of the server. Errors of its own program say nothing.
fn went(answer: &Result<Response<Body>, Error>) -> Went {
    use FailureKind as K;
    let dropped = match answer {
        Ok(response) => matches!(
            response.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ),
        Err(error) => matches!(
            error.failure().kind,
            K::ConnectTimeout | K::RequestTimeout | K::BodyTimeout | K::Reset | K::ConnectRefused
        ),
    };
    if dropped { Went::Dropped } else { Went::Well }
}
