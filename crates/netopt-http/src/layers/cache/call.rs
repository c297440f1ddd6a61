//! One call through the cache: which requests are for it, and what a change forgets.

use std::sync::Arc;

use http::{HeaderName, Method, Request, Response, header};
use http_body::Body as _;

use super::visit::Visit;
use super::{Shared, key};
use crate::body::Body;
use crate::error::Error;
use crate::service::HttpService;

/// With these a request is not for a cache that keeps whole answers.
const NOT_FOR_US: [HeaderName; 4] = [
    header::RANGE,
    header::IF_MATCH,
    header::IF_UNMODIFIED_SINCE,
    header::IF_RANGE,
];

/// The answer to a request: kept, or of the server.
pub(super) async fn answer<S>(
    shared: Arc<Shared>,
    mut inner: S,
    request: Request<Body>,
) -> Result<Response<Body>, Error>
where
    S: HttpService + Clone + Send + 'static,
{
    let Some(key) = key::of(request.uri(), request.headers()) else {
        return inner.call(request).await;
    };
    let readable = [Method::GET, Method::HEAD].contains(request.method());
    if !readable {
        return change(&shared, inner, request, &key).await;
    }
    let partial = NOT_FOR_US
        .iter()
        .any(|name| request.headers().contains_key(name));
    if partial || !request.body().is_end_stream() {
        return inner.call(request).await;
    }
    let (asked, _) = request.into_parts();
    let visit = Visit { shared, key, asked };
    visit.answer(inner).await
}

/// A method that may change something: what is kept of the URL is forgotten if it may have (RFC 9111 §4.4).
async fn change<S>(
    shared: &Shared,
    mut inner: S,
    request: Request<Body>,
    key: &str,
) -> Result<Response<Body>, Error>
where
    S: HttpService,
{
    let safe = request.method().is_safe();
    let response = inner.call(request).await?;
    let status = response.status();
    if !safe && (status.is_success() || status.is_redirection()) {
        shared.store.invalidate(key);
        for name in [header::LOCATION, header::CONTENT_LOCATION] {
            let named = response.headers().get(name);
            if let Some(named) = named.and_then(|value| key::named(key, value)) {
                shared.store.invalidate(&named);
            }
        }
    }
    Ok(response)
}
