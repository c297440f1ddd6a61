//! How a call gets its connection.

use clap::ValueEnum;
use netopt_core::model::flow_time::handshake::{Opening, Tls};

/// How a call gets its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Opens {
    /// It is open already
    Reused,
    /// A new one in plain text
    Tcp,
    /// A new one with TLS 1.3
    #[value(name = "tls1.3")]
    Tls13,
    /// A new one with TLS 1.3 and early data
    #[value(name = "tls1.3-early")]
    Tls13Early,
    /// A new one with TLS 1.2
    #[value(name = "tls1.2")]
    Tls12,
    /// A new one with TLS 1.2 that resumes a session
    #[value(name = "tls1.2-resumed")]
    Tls12Resumed,
}

impl From<Opens> for Opening {
    fn from(opens: Opens) -> Self {
        match opens {
            Opens::Reused => Self::Reused,
            Opens::Tcp => Self::Fresh(Tls::Absent),
            Opens::Tls13 => Self::Fresh(Tls::V13),
            Opens::Tls13Early => Self::Fresh(Tls::V13EarlyData),
            Opens::Tls12 => Self::Fresh(Tls::V12),
            Opens::Tls12Resumed => Self::Fresh(Tls::V12Resumed),
        }
    }
}

impl Opens {
    /// For the answer.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reused => "reused",
            Self::Tcp => "new, plain text",
            Self::Tls13 => "new, TLS 1.3",
            Self::Tls13Early => "new, TLS 1.3 with early data",
            Self::Tls12 => "new, TLS 1.2",
            Self::Tls12Resumed => "new, TLS 1.2 resumed",
        }
    }
}
