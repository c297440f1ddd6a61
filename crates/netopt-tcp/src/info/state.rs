//! The kernel's small numbers as words: connection state, congestion state, negotiated options, fast open.
//!
//! A number that this list does not know is `None`, as a field is that the kernel did not fill.

use std::fmt;

/// Where a connection is in its life (RFC 9293, section 3.3.2), by the kernel's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Open in both directions.
    Established,
    /// SYN sent, nothing heard.
    SynSent,
    /// SYN received and answered.
    SynRecv,
    /// We closed; the peer has not acknowledged it.
    FinWait1,
    /// We closed and the peer acknowledged it; it has not closed.
    FinWait2,
    /// Closed by both; waits for stragglers.
    TimeWait,
    /// Not connected.
    Close,
    /// The peer closed and our program has not.
    CloseWait,
    /// The peer closed, then we; our close is not acknowledged.
    LastAck,
    /// Waits for connections.
    Listen,
    /// Both closed at the same time.
    Closing,
    /// A connection request that has no socket yet.
    NewSynRecv,
    /// Bound to a port and neither listening nor connected; since Linux 6.8, in listings only.
    BoundInactive,
}

impl State {
    /// All states, in the order of the kernel's numbers, which begin at 1.
    pub const ALL: [Self; 13] = [
        Self::Established,
        Self::SynSent,
        Self::SynRecv,
        Self::FinWait1,
        Self::FinWait2,
        Self::TimeWait,
        Self::Close,
        Self::CloseWait,
        Self::LastAck,
        Self::Listen,
        Self::Closing,
        Self::NewSynRecv,
        Self::BoundInactive,
    ];

    /// The state with the kernel's number; `None` for a number of kernels to come.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        let index = usize::from(number).checked_sub(1)?;
        Self::ALL.get(index).copied()
    }

    /// The kernel's number, 1 to 13.
    #[must_use]
    pub fn number(self) -> u8 {
        let index = Self::ALL.iter().position(|state| *state == self);
        index.map_or(0, |index| u8::try_from(index + 1).unwrap_or(u8::MAX))
    }

    /// The name as `ss` writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTAB",
            Self::SynSent => "SYN-SENT",
            Self::SynRecv | Self::NewSynRecv => "SYN-RECV",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Close => "UNCONN",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
            Self::BoundInactive => "BOUND",
        }
    }
}

/// What a sender's congestion control is about (`enum tcp_ca_state`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CongestionState {
    /// Nothing unusual.
    Open,
    /// Duplicate or selective acknowledgements came; it may be reordering or loss.
    Disorder,
    /// The window shrinks because of an explicit congestion mark or a full local queue.
    WindowReduced,
    /// Lost segments are sent again by fast retransmit.
    Recovery,
    /// The retransmission timer ran out.
    Loss,
}

impl CongestionState {
    /// The state with the kernel's number; `None` for a number of kernels to come.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::Disorder,
            2 => Self::WindowReduced,
            3 => Self::Recovery,
            4 => Self::Loss,
            _ => return None,
        })
    }
}

/// Why fast open did not work for a client (RFC 7413); since Linux 5.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FastOpenFail {
    /// Not tried, or it worked.
    None,
    /// There was no cookie for the server: the next connection has one.
    CookieUnavailable,
    /// The server acknowledged the SYN without its data.
    DataNotAcknowledged,
    /// The SYN with data was lost, or something on the path swallows such SYNs.
    SynRetransmitted,
}

impl FastOpenFail {
    pub(super) const fn from_number(number: u8) -> Self {
        match number & 3 {
            1 => Self::CookieUnavailable,
            2 => Self::DataNotAcknowledged,
            3 => Self::SynRetransmitted,
            _ => Self::None,
        }
    }
}

/// What both ends agreed on in the handshake (`tcpi_options`), a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Negotiated(pub(super) u8);

impl Negotiated {
    /// Names and bits.
    const BITS: [(&'static str, u8); 8] = [
        ("timestamps", 1),
        ("sack", 2),
        ("wscale", 4),
        ("ecn", 8),
        ("ecn_seen", 16),
        ("syn_data", 32),
        ("usec_ts", 64),
        ("tfo_child", 128),
    ];

    /// Timestamps (RFC 7323).
    #[must_use]
    pub const fn timestamps(self) -> bool {
        self.0 & 1 != 0
    }

    /// Selective acknowledgements (RFC 2018).
    #[must_use]
    pub const fn sack(self) -> bool {
        self.0 & 2 != 0
    }

    /// Window scaling (RFC 7323). Without it no window exceeds 64 KiB.
    #[must_use]
    pub const fn window_scale(self) -> bool {
        self.0 & 4 != 0
    }

    /// Explicit congestion notification (RFC 3168, or RFC 9768 since Linux 6.18).
    #[must_use]
    pub const fn ecn(self) -> bool {
        self.0 & 8 != 0
    }

    /// At least one packet came in with an ECN-capable mark.
    #[must_use]
    pub const fn ecn_seen(self) -> bool {
        self.0 & 16 != 0
    }

    /// Data went with the SYN and was acknowledged: fast open worked.
    #[must_use]
    pub const fn syn_data(self) -> bool {
        self.0 & 32 != 0
    }

    /// Timestamps count microseconds instead of milliseconds; since Linux 6.7.
    #[must_use]
    pub const fn microsecond_timestamps(self) -> bool {
        self.0 & 64 != 0
    }

    /// Accepted from a SYN with a valid fast open cookie; since Linux 6.16.
    #[must_use]
    pub const fn fast_open_child(self) -> bool {
        self.0 & 128 != 0
    }

    /// The names of what was agreed on, as `ss` and the kernel write them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let bits = Self::BITS.into_iter();
        bits.filter_map(move |(name, bit)| (self.0 & bit != 0).then_some(name))
    }
}

impl fmt::Debug for Negotiated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_states_are_one_to_one() {
        for (number, state) in (1..).zip(State::ALL) {
            assert_eq!(
                (State::from_number(number), state.number()),
                (Some(state), number)
            );
        }
        assert_eq!(
            (State::from_number(0), State::from_number(14)),
            (None, None)
        );
        assert_eq!(State::from_number(10), Some(State::Listen));
        assert_eq!(CongestionState::from_number(4), Some(CongestionState::Loss));
        assert_eq!(CongestionState::from_number(5), None);
    }

    #[test]
    fn each_bit_has_its_name() {
        let agreed = Negotiated(2 | 4 | 32);
        assert!(agreed.sack() && agreed.window_scale() && agreed.syn_data());
        assert!(!agreed.timestamps() && !agreed.ecn() && !agreed.fast_open_child());
        assert_eq!(format!("{agreed:?}"), r#"["sack", "wscale", "syn_data"]"#);
    }
}
