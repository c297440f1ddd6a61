//! What all keys of a pool share: its bounds, its clock, its chance, and the times that it measured.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;

use crate::clock::{Clock, Tick, millis};
use crate::config::Config;
use crate::stats::Counts;
use crate::told::Told;
use crate::total::Total;

/// One loan in so many is timed exactly: the clock for it costs as much as the loan.
const TIMED: u64 = 256;

/// What all keys of a pool share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    /// The bound on idle connections.
    pub(crate) idle: Tick,
    /// Groups of workers that keep their idle connections apart; a power of two.
    pub(crate) groups: u32,
    /// The bound on the connections of all keys.
    pub(crate) total: Option<Arc<Total>>,
    /// What was counted for keys that are gone.
    pub(crate) gone: Counts,
    pub(crate) told: Told,
    pub(crate) waits: Mutex<LatencyHistogram>,
    pub(crate) holds: Mutex<LatencyHistogram>,
    seed: u64,
    drawn: AtomicU64,
    /// A loan is timed when its number has none of these bits.
    untimed: AtomicU64,
}

impl Shared {
    pub(crate) fn new(config: Config, groups: u32) -> Self {
        let idle = millis(config.idle);
        let finest = config
            .upkeep
            .lifetime
            .map_or(idle, |most| idle.min(millis(most)));
        let seed = config.upkeep.seed.unwrap_or_else(drawn_anew);
        Self {
            clock: Clock::new(finest),
            idle,
            groups,
            total: config.total.map(|most| Arc::new(Total::new(most.get()))),
            config,
            gone: Counts::default(),
            told: Told::new(),
            waits: Mutex::default(),
            holds: Mutex::default(),
            seed,
            drawn: AtomicU64::new(0),
            untimed: AtomicU64::new(TIMED - 1),
        }
    }

    /// Whether the loan of this number is timed.
    #[inline]
    pub(crate) fn times(&self, loan: u64) -> bool {
        loan & self.untimed.load(Ordering::Relaxed) == 0
    }

    /// Whether every loan is timed.
    pub(crate) fn times_all(&self) -> bool {
        self.untimed.load(Ordering::Relaxed) == 0
    }

    /// Has every loan timed.
    pub(crate) fn time_all(&self) {
        self.untimed.store(0, Ordering::Relaxed);
    }

    /// Has one loan in [`TIMED`] timed.
    pub(crate) fn time_some(&self) {
        self.untimed.store(TIMED - 1, Ordering::Relaxed);
    }

    /// The next number from 0 to 1.
    pub(crate) fn chance(&self) -> f64 {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        share(mix(self.seed.wrapping_add(number.wrapping_mul(GOLDEN))))
    }
}

/// Adds a time to a histogram.
pub(crate) fn record(histogram: &Mutex<LatencyHistogram>, time: Duration) {
    let mut all = histogram.lock().unwrap_or_else(PoisonError::into_inner);
    all.record(time);
}

/// A copy of a histogram.
pub(crate) fn copy(histogram: &Mutex<LatencyHistogram>) -> LatencyHistogram {
    let all = histogram.lock().unwrap_or_else(PoisonError::into_inner);
    all.clone()
}

/// The odd number nearest to 2⁶⁴ over the golden ratio, the step of `SplitMix64`.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
const fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The upper 53 bits as a number from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
fn share(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// A seed that differs from pool to pool and from process to process: the standard library draws its hash keys so.
fn drawn_anew() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_spread_and_follow_from_the_seed() {
        let of = |seed| {
            let mut config = Config::default();
            config.upkeep.seed = seed;
            let shared = Shared::new(config, 1);
            (0..1_000).map(|_| shared.chance()).collect::<Vec<_>>()
        };
        let once = of(Some(7));
        assert_eq!(once, of(Some(7)));
        assert_ne!(once, of(Some(8)));
        assert_ne!(of(None), of(None));
        for tenth in 0..10 {
            let low = f64::from(tenth) / 10.0;
            let inside = once.iter().filter(|c| (low..low + 0.1).contains(*c));
            let count = inside.count();
            assert!((50..=150).contains(&count), "{count} in tenth {tenth}");
        }
    }
}
