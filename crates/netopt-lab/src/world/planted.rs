//! One planted fault: the answer key of a world.
//!
//! The id is the one a finding about this fault must carry. What it leaves alone: whether anybody finds it.

use std::fmt;

/// A fault that is known to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// The id of the finding that names it, such as `http.connection-reuse`.
    pub finding: String,
    /// Where it is.
    pub side: Side,
    /// What was planted, in one sentence.
    pub sentence: String,
}

impl Planted {
    /// A fault with its id, side and sentence.
    #[must_use]
    pub fn new(finding: &str, side: Side, sentence: &str) -> Self {
        Self {
            finding: finding.to_owned(),
            side,
            sentence: sentence.to_owned(),
        }
    }
}

impl fmt::Display for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.finding, self.side, self.sentence)
    }
}

/// Whose fault it is, and so who can remove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The program that makes the calls: its plan can change it.
    Client,
    /// The origin: advice for whoever runs it.
    Server,
    /// Distance, rate and loss in between.
    Path,
    /// The name server.
    Resolver,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Path => "path",
            Self::Resolver => "resolver",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_one_line() {
        let planted = Planted::new("dns.slow-resolver", Side::Resolver, "It is slow.");
        assert_eq!(
            planted.to_string(),
            "dns.slow-resolver (resolver): It is slow."
        );
    }
}
