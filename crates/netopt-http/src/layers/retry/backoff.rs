//! How long to wait before the next attempt.

use std::time::Duration;

/// Long enough for a server that restarts or sheds load to change its mind, and hardly felt by who waits for an answer.
const DEFAULT_BASE: Duration = Duration::from_millis(50);
/// Nobody waits longer between two attempts unless the server asks for it.
const DEFAULT_MOST: Duration = Duration::from_secs(5);

/// Waits that double, each drawn from zero to its bound ("full jitter").
///
/// Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): among the ways to spread clients that failed
/// together this one needs the fewest calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The bound on the first wait. Default: 50 ms.
    pub base: Duration,
    /// No bound grows beyond. Default: 5 s.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: DEFAULT_BASE,
            most: DEFAULT_MOST,
        }
    }
}

impl Backoff {
    /// The wait after so many failed attempts, 1 after the first; `jitter` from 0 to 1 is drawn evenly by the caller.
    #[must_use]
    pub fn wait(&self, failed: u32, jitter: f64) -> Duration {
        self.bound(failed).mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// The longest wait after so many failed attempts.
    fn bound(&self, failed: u32) -> Duration {
        let doublings = failed.saturating_sub(1);
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_double_up_to_the_most() {
        let backoff = Backoff::default();
        let bounds: Vec<_> = (1..=9)
            .map(|failed| backoff.wait(failed, 1.0).as_millis())
            .collect();
        assert_eq!(bounds, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    }

    proptest! {
        #[test]
        fn no_wait_is_beyond_its_bound_and_more_jitter_is_never_less(failed: u32, jitter in 0.0f64..=1.0, more in 0.0f64..=1.0) {
            let backoff = Backoff::default();
            let wait = backoff.wait(failed, jitter);
            prop_assert!(wait <= backoff.most);
            prop_assert!(backoff.wait(failed, jitter.max(more)) >= wait);
            prop_assert_eq!(backoff.wait(failed, 0.0), Duration::ZERO);
        }
    }
}
