//! When the parts of one call happened inside the kernel of this machine.
//!
//! The phases of a call are what the program saw. Between them lies the kernel: bytes wait in its socket buffer and in
//! the queue of a device before they leave, and they lie in it after they came, until the program reads them. A
//! program that is too busy to read takes its own delay for the server's. These stamps tell them apart.
//!
//! They are about two bytes: the last of the request and the first of the answer. What they say of the call is its
//! [`Split`]. Taking them is the affair of `netopt-tcp`.

pub mod split;

use std::time::Duration;

pub use split::Split;

/// When things happened to the last byte of a request and to the first of its answer.
///
/// Every time is since the call began, on the clock of its timeline. What the kernel did not tell, or told out of order, is
/// `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamps {
    /// The request was handed over, with a connection at hand.
    pub handed: Duration,
    /// The program began to write the piece that ends with the request's last byte.
    pub written: Option<Duration>,
    /// Of the time until then, the program wanted to write and the kernel had no room.
    pub blocked: Duration,
    /// The kernel gave that byte to the queue of the device: the window and the pacing let it go.
    pub scheduled: Option<Duration>,
    /// The device took it.
    pub sent: Option<Duration>,
    /// The peer's acknowledgement of it came. That can be later than the peer had it: an acknowledgement may wait for an
    /// answer to ride on.
    pub acknowledged: Option<Duration>,
    /// The first bytes of the answer came.
    pub arrived: Option<Arrival>,
    /// The program read them.
    pub read: Option<Duration>,
    /// The program read the last of what it needed to make anything of them: over TLS, the end of their record. The same
    /// as `read` when it all came at once.
    pub whole: Option<Duration>,
    /// The caller had the head of the answer.
    pub answered: Duration,
    /// The last bytes that the program read of the answer came.
    pub last_arrived: Option<Duration>,
    /// True when some of the request, or of what went before it, had to be sent again during the call.
    pub is_resent: bool,
    /// The smallest round trip that the kernel had seen on the connection by then.
    pub min_rtt: Option<Duration>,
    /// How long an earlier piece of the same request took there and back, acknowledged at once because more came behind it: the
    /// round trip with the queues that the request met, its own among them.
    pub trip_before: Option<Duration>,
    /// By how much the kernel's times may be off against the program's, because two clocks were read.
    pub uncertainty: Duration,
}

/// When bytes came to this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The time.
    pub at: Duration,
    /// What the time is of.
    pub of: ArrivalOf,
}

/// What the time of an arrival is of. The kernel tells one time for all that one read takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrivalOf {
    /// The one segment that there was: the time is exact.
    OneSegment,
    /// The last of several segments: the first came then or earlier.
    LastOfSeveral,
}
