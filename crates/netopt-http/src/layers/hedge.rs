//! Asking a second time when an answer takes unusually long, and taking the answer that comes first.
//!
//! Dean and Barroso, "The Tail at Scale" (CACM 2013): waiting for the 95th percentile before the second request bounds the
//! extra load at 5 % and still cuts the tail, where the tail is bad luck of one attempt: a pause, a lost packet, a busy
//! worker. Where all attempts are slow it only adds load, so each hedge is paid from the [`Budget`](crate::Budget) of the
//! retries, and from the part that calls have earned.
//!
//! "Unusually long" is measured: a percentile of the latencies of this destination in the last half minute, or of its
//! [`Route`], if the caller names one; never less than 1 ms. Until there are enough of them nothing is hedged. Only safe
//! methods (RFC 9110 §9.2.1) with a body in memory are.
//!
//! The loser is given up on HTTP/2, where that ends a stream. On HTTP/1.1 it would end a connection, which costs more than
//! an answer that nobody reads: it goes on in the background, up to a bound, and its connection is used again.

mod latencies;
mod layer;
mod loser;

pub use latencies::fewest_before_hedging;
pub use layer::{Hedge, HedgeLayer, Route};
