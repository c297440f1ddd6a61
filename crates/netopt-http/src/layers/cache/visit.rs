//! A request that a kept answer could answer: looked up, asked about, or fetched.

use std::sync::Arc;

use http::request::Parts as Asked;
use http::{Method, Request, Response, StatusCode, header};
use netopt_core::journey::CacheUse;
use netopt_core::unit::Bytes;
use tower::ServiceExt as _;

use super::Shared;
use super::age::Times;
use super::decision::{Decision, decide, is_error, is_known_to_caller, may_stand_in};
use super::directives::Directives;
use super::keeper::{Fetch, Keeper, drain};
use super::stored::{Stored, is_storable};
use crate::body::Body;
use crate::error::Error;
use crate::ledger::{AttemptId, Ledger};
use crate::service::HttpService;

/// A request that a kept answer could answer.
pub(super) struct Visit {
    pub(super) shared: Arc<Shared>,
    pub(super) key: String,
    pub(super) asked: Asked,
}

impl Visit {
    /// The answer to it, and a note in its ledger.
    pub(super) async fn answer<S>(self, mut inner: S) -> Result<Response<Body>, Error>
    where
        S: HttpService + Clone + Send + 'static,
    {
        let directives = Directives::of_request(&self.asked.headers);
        let now = self.shared.clock.now();
        let found = self.shared.store.find(&self.key, &self.asked.headers);
        let decision = found
            .as_ref()
            .map(|stored| decide(stored, &directives, &self.shared.config, now));
        match (found, decision) {
            (Some(stored), Some(Decision::Use)) => Ok(self.give(&stored, CacheUse::Hit)),
            (Some(stored), Some(Decision::UseAndRefresh)) => {
                self.refresh(&stored, inner);
                Ok(self.give(&stored, CacheUse::Stale))
            }
            _ if directives.has("only-if-cached") => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
                self.note(CacheUse::Miss);
                Ok(response)
            }
            (Some(stored), _) if self.asked.method == Method::GET => {
                self.ask(&stored, &directives, inner).await
            }
            (stored, _) => {
                let (response, fetch) = self.fetch(&mut inner, self.request()).await?;
                if let Some(stored) = stored {
                    self.compare(&stored, &response, fetch);
                }
                Ok(self.take(response, fetch))
            }
        }
    }

    /// Asks the server whether the kept answer is still good. A caller's own question goes out as it is.
    async fn ask<S>(
        &self,
        stored: &Arc<Stored>,
        directives: &Directives,
        mut inner: S,
    ) -> Result<Response<Body>, Error>
    where
        S: HttpService + Clone,
    {
        let own = self.asks_itself();
        let mut request = self.request();
        let asking = !own && stored.ask_whether_changed(request.headers_mut());
        let result = self.fetch(&mut inner, request).await;
        let now = self.shared.clock.now();
        let failed = match &result {
            Ok((response, _)) => is_error(response.status()),
            Err(_) => true,
        };
        if failed && may_stand_in(stored, directives, &self.shared.config, now) {
            if let Ok((response, _)) = result {
                drain(response.into_body()).await;
            }
            return Ok(self.give(stored, CacheUse::StaleOnError));
        }
        let (response, fetch) = result?;
        if response.status() != StatusCode::NOT_MODIFIED {
            return Ok(self.take(response, fetch));
        }
        let fresh = stored.freshened(&self.asked.headers, response.headers(), fetch.times);
        let fresh = fresh.map(Arc::new);
        if let Some(fresh) = &fresh {
            let (store, key) = (&self.shared.store, &self.key);
            store.keep(key, Arc::clone(fresh), fetch.epoch);
        }
        if !asking {
            self.note(CacheUse::Revalidated);
            return Ok(response);
        }
        let attempt = response.extensions().get::<AttemptId>().copied();
        drain(response.into_body()).await;
        let Some(fresh) = fresh else {
            // A 304 about another answer than the one that we have says nothing: ask for the whole.
            let again = inner.ready().await?.call(self.request());
            let fetch = self.begin();
            let response = again.await?;
            return Ok(self.take(response, self.answered(fetch)));
        };
        let mut response = self.give(&fresh, CacheUse::Revalidated);
        if let Some(attempt) = attempt {
            response.extensions_mut().insert(attempt);
        }
        Ok(response)
    }

    /// Fetches the answer anew while its caller has the old one.
    fn refresh<S>(&self, stored: &Arc<Stored>, mut inner: S)
    where
        S: HttpService + Send + 'static,
    {
        self.shared.refreshes.begin(stored, || {
            let mut request = self.request();
            // It is nobody's attempt.
            request.extensions_mut().clear();
            request.headers_mut().remove(header::IF_NONE_MATCH);
            request.headers_mut().remove(header::IF_MODIFIED_SINCE);
            *request.method_mut() = Method::GET;
            stored.ask_whether_changed(request.headers_mut());
            let (asked, _) = self.request().into_parts();
            let keeper = Keeper {
                store: Arc::clone(&self.shared.store),
                key: self.key.clone(),
                largest: self.largest(),
            };
            let (stored, clock, fetch) = (Arc::clone(stored), self.shared.clock, self.begin());
            async move {
                let Ok(response) = inner.call(request).await else {
                    return;
                };
                let fetch = fetch.answered(clock.now());
                if response.status() == StatusCode::NOT_MODIFIED {
                    let fresh = stored.freshened(&asked.headers, response.headers(), fetch.times);
                    if let Some(fresh) = fresh {
                        keeper.store.keep(&keeper.key, Arc::new(fresh), fetch.epoch);
                    }
                    drain(response.into_body()).await;
                } else if !is_error(response.status()) {
                    let most = Bytes::new(keeper.largest as u64);
                    let (head, body) = response.into_parts();
                    if !is_storable(&asked, &head, fetch.times) {
                        // The server has another answer now, and none that may be kept.
                        keeper.store.invalidate(&keeper.key);
                        return;
                    }
                    let response = Response::from_parts(head, body);
                    let body = keeper.keep(asked, response, fetch).into_body();
                    // Longer than what is kept, or broken off: then the old answer stays until it may not be used.
                    let _ = body.collect(most).await.is_ok();
                }
            }
        });
    }

    /// A `HEAD` tells whether the kept answer to a `GET` is still the one (RFC 9111 §4.3.5).
    fn compare(&self, stored: &Stored, response: &Response<Body>, fetch: Fetch) {
        if response.status() != StatusCode::OK || self.asked.method != Method::HEAD {
            return;
        }
        let told = response.headers();
        let length = told.get(header::CONTENT_LENGTH);
        let same = length.is_none() || length == stored.headers.get(header::CONTENT_LENGTH);
        let fresh = stored.freshened(&self.asked.headers, told, fetch.times);
        match fresh.filter(|_| same) {
            Some(fresh) => self
                .shared
                .store
                .keep(&self.key, Arc::new(fresh), fetch.epoch),
            None => self.shared.store.invalidate(&self.key),
        }
    }

    async fn fetch<S>(
        &self,
        inner: &mut S,
        request: Request<Body>,
    ) -> Result<(Response<Body>, Fetch), Error>
    where
        S: HttpService,
    {
        let fetch = self.begin();
        let response = inner.call(request).await?;
        Ok((response, self.answered(fetch)))
    }

    fn begin(&self) -> Fetch {
        let asked = self.shared.clock.now();
        Fetch {
            epoch: self.shared.store.epoch(&self.key),
            times: Times {
                asked,
                answered: asked,
            },
        }
    }

    fn answered(&self, fetch: Fetch) -> Fetch {
        fetch.answered(self.shared.clock.now())
    }

    /// The server's answer for the caller, kept on its way if it may be.
    fn take(&self, response: Response<Body>, fetch: Fetch) -> Response<Body> {
        self.note(CacheUse::Miss);
        let keeper = Keeper {
            store: Arc::clone(&self.shared.store),
            key: self.key.clone(),
            largest: self.largest(),
        };
        let (asked, _) = self.request().into_parts();
        keeper.keep(asked, response, fetch)
    }

    /// A kept answer for the caller; 304 if it has the same.
    fn give(&self, stored: &Stored, how: CacheUse) -> Response<Body> {
        self.note(how);
        let now = self.shared.clock.now();
        let mut response = stored.answer(&self.asked.method, now);
        if self.asks_itself() && is_known_to_caller(stored, &self.asked.headers) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        response
    }

    fn asks_itself(&self) -> bool {
        let headers = &self.asked.headers;
        headers.contains_key(header::IF_NONE_MATCH)
            || headers.contains_key(header::IF_MODIFIED_SINCE)
    }

    fn request(&self) -> Request<Body> {
        Request::from_parts(self.asked.clone(), Body::empty())
    }

    fn largest(&self) -> usize {
        let config = &self.shared.config;
        usize::try_from(config.largest.min(config.size).get()).unwrap_or(usize::MAX)
    }

    fn note(&self, how: CacheUse) {
        self.shared.counts.count(how);
        if let Some(ledger) = Ledger::of(&self.asked.extensions) {
            ledger.note(|journey| journey.cache = Some(how));
        }
    }
}
