//! The limit on calls a second, as a layer.
//!
//! Calls are spaced evenly: no burst goes out, so no second sees more than the rate. Whoever comes too early
//! waits in line; whoever could not be served by its deadline is refused at once, before it has waited for nothing.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::sync::Arc;

use http::Request;
use metrics::{Counter, Histogram};
use netopt_core::names;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use tokio::time::Instant;
use tower::Layer;

use super::pace::Pace;
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

/// Limits the rate of calls to each destination.
#[derive(Debug, Clone)]
pub struct RateLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    a_second: NonZeroU32,
    paces: ByKey<Destination, Pace>,
    refused: Counter,
    waits: Histogram,
}

impl RateLayer {
    /// So many calls a second to each destination, evenly spaced.
    #[must_use]
    pub fn new(a_second: NonZeroU32) -> Self {
        Self {
            shared: Arc::new(Shared {
                a_second,
                paces: ByKey::new(MOST_DESTINATIONS),
                refused: counter_of(&names::REFUSALS, "rate"),
                waits: histogram_of(&names::LIMIT_WAIT, "rate"),
            }),
        }
    }
}

impl<S> Layer<S> for RateLayer {
    type Service = Rate<S>;

    fn layer(&self, inner: S) -> Rate<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service with a limit on the rate of its calls.
///
/// Cancel safe while it waits in line.
pub type Rate<S> = Layered<S, RateLayer>;

impl<S> Around<S> for RateLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let mut inner = take_ready(inner);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            if let Some(to) = Destination::of(request.uri()) {
                let pace = shared.paces.get(to.clone(), || Pace::new(shared.a_second));
                let asked = Instant::now();
                let own = Deadline::within(asked, LONGEST_WAIT);
                let deadline = own.tighter(Deadline::of(request.extensions()));
                if let Err(wait) = pace.turn(deadline.at).await {
                    if let Some(ledger) = Ledger::of(request.extensions()) {
                        ledger.note(|journey| journey.limited = true);
                    }
                    shared.refused.increment(1);
                    let message = format!(
                        "{} calls a second to {to} are the limit, and the wait would be {}, longer than {}",
                        shared.a_second,
                        show_duration(wait),
                        show_duration(deadline.bound)
                    );
                    return Err(Error::new(FailureKind::Limited, Phase::Queue, message));
                }
                shared.waits.record(asked.elapsed());
            }
            poll_fn(|cx| inner.poll_ready(cx)).await?;
            inner.call(request).await
        })
    }
}
