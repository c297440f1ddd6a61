//! Bounds on time: of a whole call, of one attempt, and of a silence within a body.
//!
//! A bound travels with the request, in its extensions, so that whoever waits on its behalf knows it: the client names
//! the phase in which it ran out, a retry does not wait beyond it, a limit refuses at once who could not be served in
//! time. [`TimeoutLayer`] sets it and keeps it, too, for services that know nothing of it. [`StallLayer`] is about bodies:
//! one of 10 GB may take an hour, but no minute of it in silence.
//!
//! What it leaves alone: the bounds on lookup and handshakes, which are the connector's.

mod layer;
mod stall;
mod upload;
mod watched;

pub use layer::{Timeout, TimeoutLayer};
pub use stall::{Stall, StallLayer};
