//! What a transfer shall do: the work, how much of it, and on which sockets.

use std::fmt;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, show_duration};

/// The most streams each way. More say nothing new about a path, and each has a thread at both ends.
pub const MOST_STREAMS: u16 = 64;
/// The longest transfer.
pub const LONGEST: Duration = Duration::from_secs(3600);
/// The largest request, response or message.
pub const LARGEST_MESSAGE: Bytes = Bytes::new(64 * 1024 * 1024);
/// The largest datagram: what fits the length of a UDP header over IPv4.
pub const LARGEST_DATAGRAM: Bytes = Bytes::new(65_507);
/// The smallest datagram: its header.
pub const SMALLEST_DATAGRAM: Bytes = Bytes::new(super::datagrams::HEADER as u64);
/// The smallest message on a saturated connection: its header.
pub const SMALLEST_MESSAGE: Bytes = Bytes::new(super::mixed::HEADER as u64);

/// Which way the bytes go, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

impl Way {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// One way or both at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ways {
    /// Up only.
    Up,
    /// Down only.
    Down,
    /// Both at the same time.
    Both,
}

impl Ways {
    /// Each way that is in it.
    #[must_use]
    pub const fn all(self) -> &'static [Way] {
        match self {
            Self::Up => &[Way::Up],
            Self::Down => &[Way::Down],
            Self::Both => &[Way::Up, Way::Down],
        }
    }

    /// Whether it has that way.
    #[must_use]
    pub fn has(self, way: Way) -> bool {
        self.all().contains(&way)
    }
}

/// What is done on the connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Work {
    /// As many bytes as go through; with both ways each has connections of its own.
    Bulk(Ways),
    /// A request, then its response, then the next request, on one connection.
    Exchanges {
        /// Bytes of a request.
        request: Bytes,
        /// Bytes of a response.
        response: Bytes,
    },
    /// A new connection for each request and response.
    Connects {
        /// Bytes of a request.
        request: Bytes,
        /// Bytes of a response.
        response: Bytes,
    },
    /// Messages on a connection that is full in these ways; each is answered by one of its size.
    Mixed {
        /// Which ways are full; `None` leaves the connection to the messages.
        full: Option<Ways>,
        /// Bytes of a message and of its answer.
        size: Bytes,
        /// From one message to the next, whatever became of the last.
        every: Duration,
    },
    /// UDP datagrams at a rate.
    Datagrams {
        /// Which ways.
        ways: Ways,
        /// Bytes of a datagram.
        size: Bytes,
        /// How fast, counting what is in the datagrams.
        rate: BitRate,
    },
}

/// When it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// After so long.
    Time(Duration),
    /// After so many bytes each way, over all streams. Of bulk only.
    Bytes(Bytes),
}

/// What the receiver does with bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Lets the kernel throw it away (`MSG_TRUNC`, Linux): measures the path, not the copying.
    #[default]
    Discard,
    /// Copies it to memory, as an application would.
    Copy,
}

/// A whole transfer. The default is bulk up on one connection for 10 s.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// What is done.
    pub work: Work,
    /// How many connections each way, 1 to [`MOST_STREAMS`].
    pub streams: u16,
    /// When it is over.
    pub amount: Amount,
    /// The bound on each sender of bulk; `None` for as fast as it goes.
    pub rate: Option<BitRate>,
    /// What the receiver of bulk does.
    pub reading: Reading,
    /// What both ends ask the kernel for.
    pub sockets: Sockets,
    /// How much later than the one before each stream begins; zero for all at once.
    pub stagger: Duration,
    /// How long an end may say nothing, and how long a connect may take.
    pub patience: Duration,
}

/// What the kernel is asked for at both ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sockets {
    /// `TCP_CONGESTION`; `None` leaves the system's.
    pub congestion_control: Option<String>,
    /// `TCP_NOTSENT_LOWAT`; `None` leaves it without a bound.
    pub notsent_lowat: Option<Bytes>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            work: Work::Bulk(Ways::Up),
            streams: 1,
            amount: Amount::Time(Duration::from_secs(10)),
            rate: None,
            reading: Reading::Discard,
            sockets: Sockets::default(),
            stagger: Duration::ZERO,
            patience: Duration::from_secs(5),
        }
    }
}

/// Every value of a [`Spec`] that is out of its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Vec<String>);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Refusal {}

impl Spec {
    /// Whether both ends can do it.
    ///
    /// # Errors
    /// Names every value that is out of its range, with the range.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut wrong = Vec::new();
        let mut within = |ok: bool, line: String| {
            if !ok {
                wrong.push(line);
            }
        };
        within(
            (1..=MOST_STREAMS).contains(&self.streams),
            format!("{} streams: 1 to {MOST_STREAMS} are possible", self.streams),
        );
        let time = |time| {
            format!(
                "a time of {}: 10 ms to 1 h are possible",
                show_duration(time)
            )
        };
        let bounds = Duration::from_millis(10)..=LONGEST;
        match self.amount {
            Amount::Time(span) => within(bounds.contains(&span), time(span)),
            Amount::Bytes(bytes) => within(
                bytes.get() > 0 && matches!(self.work, Work::Bulk(_)),
                format!("an amount of {bytes}: it must be above zero, and of bulk; give a time"),
            ),
        }
        within(bounds.contains(&self.patience), time(self.patience));
        within(self.stagger <= LONGEST, time(self.stagger));
        let size = |bytes: Bytes, least: Bytes, most: Bytes| {
            let line = format!("{bytes} at once: {least} to {most} are possible");
            (bytes >= least && bytes <= most, line)
        };
        for (ok, line) in self.work.sizes(size) {
            within(ok, line);
        }
        if let Work::Mixed { every, .. } = self.work {
            let line = format!(
                "a message every {}: 1 ms to 1 h are possible",
                show_duration(every)
            );
            within(every >= Duration::from_millis(1) && every <= LONGEST, line);
        }
        if let Some(name) = &self.sockets.congestion_control {
            let plain = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let line =
                format!("\"{name}\" is no name of a congestion control, as cubic, bbr or reno");
            within(plain && (1..16).contains(&name.len()), line);
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Refusal(wrong))
        }
    }
}

impl Work {
    fn sizes<T>(self, check: impl Fn(Bytes, Bytes, Bytes) -> T) -> Vec<T> {
        let one = Bytes::new(1);
        match self {
            Self::Bulk(_) => Vec::new(),
            Self::Exchanges { request, response } | Self::Connects { request, response } => vec![
                check(request, one, LARGEST_MESSAGE),
                check(response, one, LARGEST_MESSAGE),
            ],
            Self::Mixed { size, .. } => vec![check(size, SMALLEST_MESSAGE, LARGEST_MESSAGE)],
            Self::Datagrams { size, .. } => {
                vec![check(size, SMALLEST_DATAGRAM, LARGEST_DATAGRAM)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_value_is_named_at_once() {
        let spec = Spec {
            streams: 0,
            amount: Amount::Time(Duration::from_secs(7200)),
            sockets: Sockets {
                congestion_control: Some("no such; thing".to_owned()),
                ..Sockets::default()
            },
            ..Spec::default()
        };
        let line = spec.check().unwrap_err().to_string();
        for part in ["0 streams", "7200", "no such; thing"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert_eq!(Spec::default().check(), Ok(()));
    }
}
