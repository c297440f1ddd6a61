//! Whose time the calls of one kind took: the program's, this kernel's, the wire's, the server's.
//!
//! Each figure is the middle one of all calls that have it, so the figures are near to a sum and not one. Calls without
//! kernel stamps have none: another system, a shared connection, an answer that cannot be told from other bytes.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::stamps::Split;

use super::Share;
use super::kernel::middle;

/// Less than this is a program waking up.
const LEAST_UNREAD: Duration = Duration::from_millis(1);
/// From this share of its call on, an answer lay unread for long.
const LONG_UNREAD: f64 = 0.3;

/// The middle of each term of the splits of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Middles {
    /// The program, before the request was written.
    pub(crate) application: Option<Duration>,
    /// This machine's socket buffer, full or waiting.
    pub(crate) socket: Option<Duration>,
    /// The queue of this machine's device.
    pub(crate) device: Option<Duration>,
    /// Both of them.
    pub(crate) kernel: Option<Duration>,
    /// The way there and back.
    pub(crate) wire: Option<Duration>,
    /// The server.
    pub(crate) server: Option<Duration>,
    /// The server, at least.
    pub(crate) server_at_least: Option<Duration>,
    /// The server, at most.
    pub(crate) server_at_most: Option<Duration>,
    /// The answer lay here unread.
    pub(crate) runtime: Option<Duration>,
    /// The rest of its first record came in.
    pub(crate) rest: Option<Duration>,
    /// From then to having its head.
    pub(crate) unpacking: Option<Duration>,
    /// What no term covers.
    pub(crate) residual: Option<Duration>,
    /// Calls whose answer lay here unread for a good part of the call, of those with stamps.
    pub(crate) starved: Share,
    /// The longest that an answer lay here unread.
    pub(crate) longest_unread: Option<Duration>,
    /// The calls with stamps.
    pub(crate) n: u64,
}

impl Middles {
    /// Of calls of one kind.
    pub(super) fn of(exchanges: &[Exchange]) -> Self {
        let splits: Vec<Split> = exchanges.iter().filter_map(Exchange::split).collect();
        let of = |term: fn(&Split) -> Option<Duration>| middle(splits.iter().filter_map(term));
        Self {
            application: of(|split| split.application),
            socket: of(|split| split.socket),
            device: of(|split| split.device),
            kernel: of(Split::kernel),
            wire: of(|split| split.wire),
            server: of(|split| split.server),
            server_at_least: of(|split| split.server_at_least),
            server_at_most: of(|split| split.server_at_most),
            runtime: of(|split| split.runtime),
            rest: of(|split| split.rest),
            unpacking: of(|split| split.unpacking),
            residual: of(|split| Some(split.residual)),
            starved: Share {
                part: splits.iter().filter(|split| is_starved(split)).count() as u64,
                whole: splits.len() as u64,
            },
            longest_unread: splits.iter().filter_map(|split| split.runtime).max(),
            n: splits.len() as u64,
        }
    }

    /// What of a wait is not the server's, the path apart: the request that did not leave, the answer that nobody read, and the
    /// rest of its first record.
    pub(crate) fn not_served(&self) -> Duration {
        let parts = [self.kernel, self.runtime, self.rest];
        parts.into_iter().flatten().sum()
    }
}

fn is_starved(split: &Split) -> bool {
    let long = LEAST_UNREAD.max(split.total.mul_f64(LONG_UNREAD));
    split.runtime.is_some_and(|unread| unread >= long)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::scene::{answered, starved};

    #[test]
    fn calls_without_stamps_are_not_counted_as_zero() {
        let calls = [answered(&[]), starved(answered(&[]), 20), answered(&[])];
        let middles = Middles::of(&calls);
        assert_eq!(middles.n, 1);
        assert_eq!(middles.runtime, Some(Duration::from_millis(20)));
        assert_eq!(middles.starved, Share { part: 1, whole: 1 });
        assert_eq!(Middles::of(&calls[..1]), Middles::default());
    }
}
