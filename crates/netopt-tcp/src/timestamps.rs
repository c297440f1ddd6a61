//! When bytes passed through the kernel: `SO_TIMESTAMPING` on a connected TCP socket.
//!
//! ```text
//! write ─▶ scheduled ─▶ sent ─▶ acknowledged      told on the socket's error queue, by the offset of the last byte
//! arrived ─▶ read                                 told with what is read
//! ```
//!
//! Off by default, and then it costs nothing. Decisions:
//!
//! - **A stamp counts only for the byte that it is about.** The kernel names the last byte of a piece by its offset in the
//!   stream (`SOF_TIMESTAMPING_OPT_ID`). When it joins two pieces, the first has no stamp, and none is made up.
//! - **Two clocks.** The kernel stamps by the wall clock. It is read beside the monotonic one when an exchange begins and
//!   when it is asked about; if the two have moved against each other in between, somebody has set the clock and the stamps
//!   of this exchange are unknown.
//! - **The error queue is emptied.** What is in it takes room of the receive buffer, so it is read every few writes, never
//!   waiting, and at the end of an exchange.
//! - **Writable means writable.** A stamp in the error queue looks to tokio like the end of the write side, so
//!   a stream with stamps waits for room by [`gate`], not by the readiness of its socket.
//! - **One call at a time.** When two calls are under way on one connection, no byte can be said to be of one of them, so
//!   neither gets stamps.
//!
//! What it leaves alone: what the stamps mean, which is `netopt_core::stamps`, and how the protocol above frames its bytes,
//! but for the borders of TLS records.

mod clock;
mod control;
mod gate;
mod journal;
mod observation;
mod records;
pub(crate) mod request;
mod warmth;
mod watch;

pub(crate) use journal::Journal;
pub use journal::question::{Edges, Question};
pub use observation::Observation;
pub use warmth::Warmth;
pub(crate) use watch::Watch;
