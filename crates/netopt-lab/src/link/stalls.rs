//! Loss, as far as a relay of bytes can show it: a piece comes late, and everything behind it on its connection.
//!
//! That is what a program sees of a lost packet while TCP repairs it. What a relay cannot show is the rest: the smaller
//! window, the retransmission in `TCP_INFO`, the lost handshake. What it leaves alone: when pieces are due otherwise.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use netopt_core::unit::Ratio;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Payload of a full packet: 1,500 bytes less the headers of IPv4 and TCP with time stamps.
const PAYLOAD: usize = 1448;

/// How long a stall lasts when nothing is said: the least retransmission timeout of Linux (`TCP_RTO_MIN`).
pub const DEFAULT_STALL: Duration = Duration::from_millis(200);

/// Losses that show as stalls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stalls {
    /// The share of packets that would get lost, each for itself, if data went in full packets.
    pub loss: Ratio,
    /// How long TCP takes to repair one. Default: [`DEFAULT_STALL`]; a loss amid a long flow takes a round trip.
    pub lasts: Duration,
    /// Seed of what is drawn.
    pub seed: u64,
}

impl Stalls {
    /// Losses of that share, repaired by timeout.
    #[must_use]
    pub const fn of(loss: Ratio) -> Self {
        Self {
            loss,
            lasts: DEFAULT_STALL,
            seed: 1,
        }
    }
}

/// Draws stalls for all connections of a link.
#[derive(Debug)]
pub(super) struct Stalling {
    stalls: Stalls,
    // Held for one draw, never across a wait.
    random: Mutex<Xoshiro256PlusPlus>,
}

impl Stalling {
    pub(super) fn new(stalls: Stalls) -> Self {
        Self {
            stalls,
            random: Mutex::new(Xoshiro256PlusPlus::seed_from_u64(stalls.seed)),
        }
    }

    /// By how much a piece of that length comes late: not at all, or by one stall however many of its packets got lost.
    pub(super) fn draw(&self, length: usize) -> Duration {
        let packets = u32::try_from(length.div_ceil(PAYLOAD)).unwrap_or(u32::MAX);
        let arrive = (1.0 - self.stalls.loss.get()).powf(f64::from(packets));
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if random.random::<f64>() < arrive {
            Duration::ZERO
        } else {
            self.stalls.lasts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalled(loss: f64, length: usize) -> usize {
        let stalls = Stalls::of(Ratio::new(loss).unwrap());
        let stalling = Stalling::new(stalls);
        let late = |_: &usize| stalling.draw(length) == stalls.lasts;
        (0..10_000).filter(late).count()
    }

    #[test]
    fn a_piece_stalls_as_often_as_one_of_its_packets_gets_lost() {
        // Binomial with 10,000 draws: four standard deviations around 100, and around 1 - 0.99^10 = 9.56 %.
        assert!((60..=140).contains(&stalled(0.01, 1000)));
        assert!((838..=1074).contains(&stalled(0.01, 14_480)));
    }

    #[test]
    fn nothing_stalls_without_loss_or_data_and_everything_with_all_of_it() {
        assert_eq!(stalled(0.0, 16_384), 0);
        assert_eq!(stalled(0.5, 0), 0);
        assert_eq!(stalled(1.0, 1), 10_000);
    }
}
