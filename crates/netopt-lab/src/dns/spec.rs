//! What a name server knows and which faults it has: plain data, each default the healthy choice.
//!
//! What it leaves alone: answering.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use netopt_core::unit::{Ratio, show_duration};

use super::zone;
use crate::refuse;

/// How long answers may be cached when nothing is said: what many zones use.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60);

/// The longest delay of an answer: every resolver has given up by then.
pub const MAX_DELAY: Duration = Duration::from_secs(60);

/// The seed when nothing is said; any number would do.
const DEFAULT_SEED: u64 = 1;

/// What a name server knows and how late it says so. The default knows nothing, at once.
#[derive(Debug, Clone, PartialEq)]
pub struct NameServerSpec {
    /// From a query's arrival to its answer, at most [`MAX_DELAY`]. Default: zero.
    pub delay: Duration,
    /// What queries for these names wait instead of [`NameServerSpec::delay`]. Default: none.
    pub delays: Vec<(String, Duration)>,
    /// How long answers may be cached, in whole seconds rounded up. Default: [`DEFAULT_TTL`].
    pub ttl: Duration,
    /// Names with their addresses; a name may be listed several times. IPv4 addresses answer A queries and IPv6
    /// addresses AAAA queries, each in the order of this list and never shuffled: a dead address listed first is the
    /// one that clients try first.
    pub records: Vec<(String, IpAddr)>,
    /// The share of queries that get no answer at all, as if lost. Default: none.
    pub lost: Option<Ratio>,
    /// The share of the other queries that are answered by SERVFAIL. Default: none.
    pub failed: Option<Ratio>,
    /// Seed of what is drawn. Default: 1.
    pub seed: u64,
}

impl Default for NameServerSpec {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            delays: Vec::new(),
            ttl: DEFAULT_TTL,
            records: Vec::new(),
            lost: None,
            failed: None,
            seed: DEFAULT_SEED,
        }
    }
}

impl NameServerSpec {
    /// Names every value that is out of its range, and every name that is none.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] with all of them in one line.
    pub fn check(&self) -> io::Result<()> {
        let mut wrong = Vec::new();
        let names = self.records.iter().map(|(name, _)| name);
        for name in names.chain(self.delays.iter().map(|(name, _)| name)) {
            wrong.extend(zone::absolute(name).err().map(|error| error.to_string()));
        }
        let delays = self.delays.iter().map(|(_, delay)| *delay);
        for delay in delays.chain([self.delay]).filter(|d| *d > MAX_DELAY) {
            let bound = show_duration(MAX_DELAY);
            wrong.push(format!("delay {} is above {bound}", show_duration(delay)));
        }
        refuse(&wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_violation_is_named_at_once() {
        NameServerSpec::default().check().unwrap();
        let spec = NameServerSpec {
            delay: Duration::from_secs(61),
            delays: vec![("a..b".to_owned(), Duration::from_secs(62))],
            records: vec![("..".to_owned(), IpAddr::from([127, 0, 0, 1]))],
            ..NameServerSpec::default()
        };
        let message = spec.check().unwrap_err().to_string();
        for part in [
            "\"..\" is not",
            "\"a..b\" is not",
            "61.0 s is above 60.0 s",
            "62.0 s is",
        ] {
            assert!(message.contains(part), "{part} in: {message}");
        }
    }
}
