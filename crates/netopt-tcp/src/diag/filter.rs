//! Which sockets a listing is about.

use crate::info::State;

use super::Socket;

/// Which sockets a listing is about. The default are all connections that carry data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// In one of these states.
    pub states: States,
    /// With this port at either end; any without.
    pub port: Option<u16>,
}

impl Filter {
    /// Whether the socket is meant. The kernel looks at the states itself and at no port, because it would look at one
    /// end only.
    #[must_use]
    pub fn lets_through(&self, socket: &Socket) -> bool {
        self.states.contains(socket.state)
            && self
                .port
                .is_none_or(|port| [socket.local.port(), socket.peer.port()].contains(&port))
    }
}

/// A set of states, as the kernel's mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct States(u32);

impl States {
    /// Every state.
    pub const ALL: Self = Self(u32::MAX);

    /// These states.
    #[must_use]
    pub fn of(states: &[State]) -> Self {
        let mask = states.iter().fold(0, |mask, state| mask | bit(*state));
        Self(mask)
    }

    /// Whether the state is in the set.
    #[must_use]
    pub fn contains(self, state: State) -> bool {
        self.0 & bit(state) != 0
    }

    /// The kernel's mask.
    pub(super) const fn mask(self) -> u32 {
        self.0
    }
}

/// Those in which data flows or waits: established, and half closed with the program still there.
impl Default for States {
    fn default() -> Self {
        Self::of(&[
            State::Established,
            State::CloseWait,
            State::FinWait1,
            State::LastAck,
            State::SynSent,
        ])
    }
}

fn bit(state: State) -> u32 {
    1_u32 << state.number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_the_kernels() {
        // 1 << TCP_ESTABLISHED and 1 << TCP_LISTEN of net/tcp_states.h.
        assert_eq!(States::of(&[State::Established]).mask(), 2);
        assert_eq!(States::of(&[State::Listen]).mask(), 1 << 10);
        assert!(States::ALL.contains(State::BoundInactive));
        assert!(!States::default().contains(State::TimeWait));
    }
}
