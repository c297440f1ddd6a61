//! Following redirects (RFC 9110 §15.4).
//!
//! | status | the next request |
//! |---|---|
//! | 301, 302 | the same, but a POST becomes a GET without a body, as in every browser |
//! | 303 | a GET without a body; a HEAD stays one |
//! | 307, 308 | the same, body included; if that was a stream, the answer is handed on |
//!
//! To another origin no `Authorization`, `Cookie` or `Proxy-Authorization` goes along, and no `Host` that the caller set. From
//! `https` to `http` nothing is followed unless that is allowed. What was asked before is not asked again: that is a loop,
//! and it ends at once, not when the last redirect is used up. What is no redirect, or leads to something that is not HTTP,
//! is handed on as it is.
//!
//! What it leaves alone: cookies. So a page that sets one and sends its visitor back to itself is a loop here, which it
//! is for who does not keep cookies.

mod layer;
mod step;

pub use layer::{FinalUri, Redirect, RedirectLayer};
pub use step::{Downgrade, Redirects};
