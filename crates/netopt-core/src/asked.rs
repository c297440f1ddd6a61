//! What a call asked for, and what its answer allows to be kept: the facts of audits about whole workloads.
//!
//! A single call tells nothing about the next one. To see that the same thing is asked for twice, calls have to be
//! comparable, and a fingerprint is enough for that: a URL may hold secrets, so none is kept here. What this leaves
//! alone: reading requests and headers, which the client does.

use std::time::Duration;

use crate::unit::Bytes;

/// What a call asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Equal for calls that one answer could serve: method, URL and headers are the same. `None` for a call that must
    /// have an answer of its own, such as a POST.
    pub resource: Option<u64>,
    /// The head of the request in the form of HTTP/1.1, as far as the caller made it: what the client adds by itself,
    /// some fifty bytes, is not in it.
    pub head: Bytes,
    /// The part of the head that is cookies.
    pub cookies: Bytes,
    /// The body of the request.
    pub body: Bytes,
}

/// What a cache of the client may do with an answer (RFC 9111).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepable {
    /// For how long from its arrival on it may be used without a question: what it says or lets guess, less its age.
    pub fresh_for: Duration,
    /// What may be done with it afterwards.
    pub then: Afterwards,
}

/// What may be done with an answer that is no longer fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Afterwards {
    /// The server can be asked if it changed, and if not, no body is sent.
    Revalidate,
    /// Only a new one will do.
    FetchAnew,
}
