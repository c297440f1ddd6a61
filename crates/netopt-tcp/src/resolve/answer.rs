//! What a lookup comes to: addresses, or the reason why there are none. Both can be kept and shared.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;

/// Addresses, and how long they may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// At least one, the preferred family first.
    pub(super) addresses: Vec<IpAddr>,
    /// The smallest lifetime among them; `None` where the source does not tell.
    pub(super) lifetime: Option<Duration>,
}

/// The other family's addresses, still on their way; empty when there are none.
pub(crate) type Late = BoxFuture<'static, Vec<IpAddr>>;

/// An answer as it comes: what is there, and what may follow.
pub(super) struct Coming {
    pub(super) answer: Answer,
    /// Yields the rest: its addresses and their lifetime.
    pub(super) rest: Option<BoxFuture<'static, Option<Answer>>>,
}

impl Coming {
    pub(super) const fn whole(answer: Answer) -> Self {
        Self { answer, rest: None }
    }
}

impl Answer {
    /// Both families together; the earlier one first.
    pub(super) fn and(mut self, other: Self) -> Self {
        for address in other.addresses {
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
        }
        self.lifetime = match (self.lifetime, other.lifetime) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self
    }
}

/// Why there is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Miss {
    pub(super) cause: Cause,
    /// How long the absence may be believed (RFC 2308 §5); `None` when it may not.
    pub(super) lifetime: Option<Duration>,
}

/// The kinds of no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// NXDOMAIN: the name does not exist.
    NoSuchName,
    /// The name exists, without an address.
    Empty,
    /// The system's resolver found none and tells no more than this.
    System(String),
    /// The name server answered with an error, such as SERVFAIL or REFUSED.
    Refused(String),
    /// The answer was too long for UDP, and TCP did not help.
    Truncated,
    /// Nobody answered in time.
    Silent,
    /// The name server could not be reached, or its answer not be understood.
    Broken(String),
}

impl Cause {
    /// True when it is an answer and no trouble: the name has no address.
    pub(crate) const fn is_absence(&self) -> bool {
        matches!(self, Self::NoSuchName | Self::Empty | Self::System(_))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("the name does not exist (NXDOMAIN)"),
            Self::Empty => f.write_str("the name exists, but the answer is empty"),
            Self::System(text) => write!(f, "the system's resolver says: {text}"),
            Self::Refused(code) => write!(f, "the name server answered {code}"),
            Self::Truncated => f.write_str("the answer was cut short, over TCP too"),
            Self::Silent => f.write_str("no name server answered"),
            Self::Broken(text) => f.write_str(text),
        }
    }
}

impl From<Cause> for Miss {
    fn from(cause: Cause) -> Self {
        Self {
            cause,
            lifetime: None,
        }
    }
}
