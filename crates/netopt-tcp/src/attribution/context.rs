//! What the kernel's view of a sender does not say, and its owner may know.
//!
//! All of it is optional. What it leaves alone: how these facts are measured.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};

/// Facts from outside the socket.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Context {
    /// Whether the application always had more to send. Default: not known.
    pub supply: Supply,
    /// What the kernel grants as send buffer (`SO_SNDBUF` read back: twice what was asked for), if it was set. Default: not
    /// known.
    pub send_buffer: Option<Bytes>,
    /// How busy and how late the machines were. Default: not known.
    pub host: Host,
}

/// Whether an application always had more to send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Supply {
    /// Nobody says so.
    #[default]
    Unknown,
    /// Until the end it wrote whatever the socket would take. When nothing waits in the socket, then because it had no room.
    Endless,
}

/// How busy and how late the machines at the ends were.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Host {
    /// The share of one processor that the busiest thread of this end took.
    pub here: Option<Ratio>,
    /// The same of the other end.
    pub peer: Option<Ratio>,
    /// By how much the sending loop woke later than it should have, at the 99th percentile.
    pub lateness: Option<Duration>,
}

/// From this share of a processor on, an end is as fast as it can be.
const BUSIEST: f64 = 0.9;

/// A loop may be late by this share of the round trip.
const LATEST: f64 = 0.1;

/// A round trip shorter than this is judged as if it were as long: a wake-up takes some 60 µs on any machine.
const SHORTEST_JUDGED: Duration = Duration::from_millis(2);

impl Host {
    /// Whether the machines were the limit of a transfer with that round trip.
    #[must_use]
    pub fn limits(&self, rtt: Option<Duration>) -> bool {
        let busy = [self.here, self.peer].into_iter().flatten();
        let allowed = rtt.unwrap_or_default().max(SHORTEST_JUDGED).mul_f64(LATEST);
        busy.into_iter().any(|share| share.get() >= BUSIEST)
            || self.lateness.is_some_and(|late| late > allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_processor_at_either_end_or_a_late_loop_is_the_host() {
        let rtt = Some(Duration::from_millis(40));
        assert!(!Host::default().limits(rtt));
        for busy in [0.5, 0.95] {
            let busy = Ratio::new(busy);
            let ends = [
                Host {
                    here: busy,
                    ..Host::default()
                },
                Host {
                    peer: busy,
                    ..Host::default()
                },
            ];
            for host in ends {
                assert_eq!(host.limits(rtt), busy > Ratio::new(0.9), "{host:?}");
            }
        }
        for (late, limits) in [(3900, false), (4100, true)] {
            let host = Host {
                lateness: Some(Duration::from_micros(late)),
                ..Host::default()
            };
            assert_eq!(host.limits(rtt), limits, "{late}");
        }
    }

    #[test]
    fn a_wake_up_is_not_late_on_loopback() {
        let host = Host {
            lateness: Some(Duration::from_micros(150)),
            ..Host::default()
        };
        assert!(!host.limits(Some(Duration::from_micros(30))));
        assert!(!host.limits(None));
    }
}
