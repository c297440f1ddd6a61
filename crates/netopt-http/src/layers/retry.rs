//! Making a failed call again, where that is safe and helps.
//!
//! | what failed | method | made again |
//! |---|---|---|
//! | nothing of it was sent, or the peer says that it was not worked on | any | yes |
//! | no answer, or it broke off before its head was here | idempotent (RFC 9110 §9.2.2) | yes |
//! | 408, 429, 502, 503, 504 | idempotent | yes |
//! | any of these | another, such as POST | no: it may have been processed |
//! | the name does not exist, a certificate is bad, no HTTP is spoken, a limit of our own | any | no: it would fail again |
//!
//! And only when its body is in memory, when there are attempts left, when the wait ends before the call's
//! [`Deadline`](crate::Deadline), and when the [`Budget`] allows it. Which of these stood in the way is told: [`GaveUp`].
//!
//! Waits grow exponentially with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015). A server that names a time by
//! `Retry-After` is not asked before.
//!
//! What it leaves alone: answers whose body breaks off. Their head was handed on, and nobody can take that back.

mod backoff;
mod budget;
mod counts;
mod layer;
mod policy;
mod retry_after;
mod window;

pub use backoff::Backoff;
pub use budget::Budget;
pub use layer::{Retry, RetryLayer};
pub use policy::{GaveUp, Retries};
