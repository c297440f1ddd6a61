//! Who we say that we are.

use http::HeaderValue;

/// To servers and proxies, unless the caller says otherwise.
pub(crate) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("netopt/", env!("CARGO_PKG_VERSION")));
