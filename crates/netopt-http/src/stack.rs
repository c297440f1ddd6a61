//! A client with layers around it.
//!
//! Each layer is a tower layer over `Request<Body>` and `Response<Body>`, of use by itself. Here they are put around a
//! client, outermost last, and the whole has the two ways to call that the client has: one for a program, and one that
//! tells all about the call.

mod outer;

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::Outcome;
use netopt_pool::Stats;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::body::Body;
use crate::client::Client;
use crate::error::Error;
use crate::ledger::{AttemptId, Ledger};
use crate::service::HttpService;

pub use self::outer::Outer;

/// A client with layers around it. Cloning shares all of it.
#[derive(Clone)]
pub struct Stack {
    client: Client,
    outer: Option<Outer>,
}

impl Stack {
    /// The client without layers.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self {
            client,
            outer: None,
        }
    }

    /// The same with one more layer around all that there are.
    #[must_use]
    pub fn around<L, S>(self, layer: L) -> Self
    where
        L: Layer<Outer, Service = S>,
        S: HttpService + Clone + Send + Sync + 'static,
    {
        let inner = self
            .outer
            .unwrap_or_else(|| Outer::new(self.client.clone()));
        Self {
            client: self.client,
            outer: Some(Outer::new(layer.layer(inner))),
        }
    }

    /// What the pool of the client is doing.
    #[must_use]
    pub fn pool_stats(&self) -> Stats {
        self.client.pool_stats()
    }

    /// Sends a request with an absolute URI and returns the answer as soon as its head is here.
    ///
    /// Not cancel safe for the peer: a call that is dropped after it was sent may have been processed.
    ///
    /// # Errors
    /// Says which phase failed and why. Statuses are answers, not errors.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Error> {
        match &self.outer {
            Some(outer) => outer.ask(request).await,
            None => self.client.clone().call(request).await,
        }
    }

    /// Makes one call, reads its answer to the end (or the body limit), and tells all about it; failures too.
    pub async fn exchange(&self, request: Request<Bytes>) -> Exchange {
        let Some(outer) = &self.outer else {
            return self.client.exchange(request).await;
        };
        let mut inquiry = self.client.inquiry(&request);
        let asked = Instant::now();
        let ledger = Ledger::default();
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(ledger.clone());
        let (used, outcome) = match outer.ask(request).await {
            Ok(response) => {
                inquiry.hear(response.status(), response.headers(), response.extensions());
                read(response).await
            }
            Err(error) => (None, Outcome::Failed(error.failure().clone())),
        };
        let mut exchange = ledger.settle(asked, used, outcome);
        inquiry.tell(&mut exchange);
        exchange
    }
}

/// Reads the answer to its end.
async fn read(response: Response<Body>) -> (Option<AttemptId>, Outcome) {
    let used = response.extensions().get().copied();
    let status = response.status().as_u16();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Err(error) = frame {
            return (used, Outcome::Failed(error.failure().clone()));
        }
    }
    (used, Outcome::Answered(status))
}

impl From<Client> for Stack {
    fn from(client: Client) -> Self {
        Self::new(client)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("client", &self.client)
            .field("layered", &self.outer.is_some())
            .finish()
    }
}
