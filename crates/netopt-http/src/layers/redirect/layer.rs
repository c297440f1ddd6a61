//! Redirects as a layer.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, Uri, header};
use metrics::Counter;
use netopt_core::names;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use tokio::time::Instant;
use tower::Layer;

use super::step::{Downgrade, Lasts, Redirects, Step};
use crate::body::Body;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::layers::layered::{Around, Layered};
use crate::layers::rest::discard;
use crate::layers::telemetry::counter_of;
use crate::layers::template::Template;
use crate::ledger::Ledger;
use crate::service::{HttpService, ResponseFuture, take_ready};

/// The longest that the body of a redirect is read for, to keep its connection.
const COURTESY: Duration = Duration::from_millis(500);

/// Follows redirects. To be put around a cache, which keeps each step by itself.
#[derive(Debug, Clone)]
pub struct RedirectLayer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    redirects: Redirects,
    followed: Counter,
    refused: Counter,
}

/// Where the answer came from in the end; in the extensions of an answer that was redirected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalUri(pub Uri);

impl RedirectLayer {
    /// Follows as `redirects` say.
    #[must_use]
    pub fn new(redirects: Redirects) -> Self {
        Self {
            shared: Arc::new(Shared {
                redirects,
                followed: counter_of(&names::REDIRECTS, "followed"),
                refused: counter_of(&names::REDIRECTS, "refused"),
            }),
        }
    }
}

impl<S> Layer<S> for RedirectLayer {
    type Service = Redirect<S>;

    fn layer(&self, inner: S) -> Redirect<S> {
        Layered::new(inner, self.clone())
    }
}

/// A service whose redirects are followed.
///
/// Not cancel safe for the peer: a call that is dropped after it was sent may have been processed.
pub type Redirect<S> = Layered<S, RedirectLayer>;

impl<S> Around<S> for RedirectLayer
where
    S: HttpService + Clone + Send + 'static,
{
    fn call(&self, inner: &mut S, request: Request<Body>) -> ResponseFuture {
        let ready = take_ready(inner);
        let begun = Instant::now();
        Box::pin(follow(ready, request, Arc::clone(&self.shared), begun))
    }
}

async fn follow<S>(
    mut inner: S,
    mut request: Request<Body>,
    shared: Arc<Shared>,
    begun: Instant,
) -> Result<Response<Body>, Error>
where
    S: HttpService,
{
    let redirects = &shared.redirects;
    let is_stream = request.body().in_memory().is_none();
    let mut template = Template::of(&request).unwrap_or_else(|| without_body(&request));
    let mut asked: Vec<(Method, Uri)> = Vec::new();
    loop {
        // The steps before it were made.
        let mut response = inner
            .call(request)
            .await
            .map_err(|error| match asked.len() {
                0 => error,
                _ => error.maybe_sent(),
            })?;
        let location = response.headers().get(header::LOCATION);
        let step = Step::of(&template.method, &template.uri, response.status(), location);
        let Some(step) = step.filter(|step| redirects.most > 0 && !(step.has_body && is_stream))
        else {
            if !asked.is_empty() {
                response.extensions_mut().insert(FinalUri(template.uri));
            }
            return Ok(response);
        };
        asked.push((template.method.clone(), template.uri.clone()));
        discard(response, Instant::now() + COURTESY).await;
        check(&step, &asked, redirects).inspect_err(|_| shared.refused.increment(1))?;
        shared.followed.increment(1);
        if asked.len() == 1
            && let Some(bound) = redirects.within
        {
            let mine = Deadline::within(begun, bound);
            let deadline = mine.tighter(Deadline::of(&template.extensions));
            template.extensions.insert(deadline);
        }
        step.strip(&mut template.headers);
        if !step.has_body {
            template.body = Bytes::new();
        }
        template.method = step.method;
        template.uri = step.uri;
        if let Some(ledger) = Ledger::of(&template.extensions) {
            ledger.note(|journey| {
                journey.redirects += 1;
                journey.moved += u32::from(step.lasts == Lasts::ForGood);
                journey.redirected = begun.elapsed();
            });
        }
        poll_fn(|cx| inner.poll_ready(cx)).await?;
        request = template.make();
    }
}

/// The same request with no body: what a POST of a stream becomes.
fn without_body(request: &Request<Body>) -> Template {
    Template {
        method: request.method().clone(),
        uri: request.uri().clone(),
        version: request.version(),
        headers: request.headers().clone(),
        extensions: request.extensions().clone(),
        body: Bytes::new(),
    }
}

/// Refuses to go where it is not safe, where it was before, or on and on.
fn check(step: &Step, asked: &[(Method, Uri)], redirects: &Redirects) -> Result<(), Error> {
    let (_, from) = &asked[asked.len() - 1];
    let count = asked.len();
    let message = if step.is_downgrade(from) && redirects.downgrade == Downgrade::Refused {
        format!("{from} leads to {}, which is not encrypted", step.uri)
    } else if asked
        .iter()
        .any(|(method, uri)| *method == step.method && *uri == step.uri)
    {
        format!("redirect {count} leads back to {}: a loop", step.uri)
    } else if count > redirects.most as usize {
        format!(
            "redirect {count} leads to {}, and at most {} are followed",
            step.uri, redirects.most
        )
    } else {
        return Ok(());
    };
    Err(Error::new(FailureKind::Redirects, Phase::Receive, message))
}
