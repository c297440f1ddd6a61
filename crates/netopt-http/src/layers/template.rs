//! A request that can be made again.
//!
//! Retries, hedges and redirects make requests of their own. What they are made from is kept here, extensions included,
//! so that the attempts count in the ledger of their call.

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

use crate::body::Body;

/// All of a request, ready to be made once more.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) body: Bytes,
}

impl Template {
    /// `None` when the body comes once.
    pub(crate) fn of(request: &Request<Body>) -> Option<Self> {
        let body = request.body().in_memory()?;
        Some(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers: request.headers().clone(),
            extensions: request.extensions().clone(),
            body,
        })
    }

    /// The request once more.
    pub(crate) fn make(&self) -> Request<Body> {
        let body = Body::from(self.body.clone());
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.clone();
        *request.extensions_mut() = self.extensions.clone();
        request
    }
}
