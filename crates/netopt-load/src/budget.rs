//! Politeness: how fast and how often an origin may be called, whatever the load asks for.
//!
//! Two promises, each checked by a law below: no sliding window of one second contains more calls than the rate, and
//! no more than the total are made at all. A token bucket keeps neither the first (it lets a burst through) nor a
//! margin, so calls are spaced evenly instead, and a little wider than needed: a call that comes a little late does not
//! push the ones behind it, and the receiver, who counts too, sees them with the jitter of the path. A call that comes
//! later than that pushes: its slot is not made up for.
//!
//! One budget is shared by everything that calls the same origin, retries and probes included, through an `Arc`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use netopt_core::unit::PerSecond;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::pace;

/// Calls are spaced wider than the rate needs by this factor: of the 60 ms that a second wins, one half is for calls that
/// come late, the other for the jitter that the receiver sees.
const MARGIN: f64 = 1.06;

/// A call that comes late by up to this does not push the next one.
const FORGIVEN: Duration = Duration::from_millis(30);

/// Rates below one call in this time are that: a longer gap might overflow the clock.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A plan recovers from lateness if its gaps are wider than the spacing by this factor.
const RECOVERY: f64 = 1.02;

/// A hard bound on calls: spaced in time, and limited in total.
#[derive(Debug)]
pub struct Budget {
    /// Held while the next in line waits for its turn, which makes the line fair.
    spacing: Mutex<Spacing>,
    gap: Duration,
    total: u64,
    used: AtomicU64,
}

/// The budget's total is used up; it does not grow back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the budget of {total} calls is used up")]
pub struct Exhausted {
    total: u64,
}

impl Exhausted {
    /// The total that the budget had.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.total
    }
}

impl Budget {
    /// At most `rate` calls in any second, and `total` calls in all.
    ///
    /// A rate such as 2.5 allows two calls in any second; one below 1, such as 0.1, a call every ten seconds; zero
    /// allows none.
    #[must_use]
    pub fn new(rate: PerSecond, total: u64) -> Self {
        let spacing = Spacing::new(rate);
        let total = if spacing.is_some() { total } else { 0 };
        Self::with(spacing.unwrap_or(Spacing::NONE), total)
    }

    /// At most `total` calls, as fast as they come: for origins of one's own.
    #[must_use]
    pub const fn total_only(total: u64) -> Self {
        Self::with(Spacing::NONE, total)
    }

    const fn with(spacing: Spacing, total: u64) -> Self {
        Self {
            gap: spacing.gap,
            spacing: Mutex::const_new(spacing),
            total,
            used: AtomicU64::new(0),
        }
    }

    /// Waits for the turn of one call, first come, first served, and uses it. Begin the call at once.
    ///
    /// # Errors
    /// [`Exhausted`] when the total is used up, without a wait.
    ///
    /// # Cancel safety
    /// A cancelled `take` uses nothing; it loses its place in the line.
    pub async fn take(&self) -> Result<(), Exhausted> {
        // Before standing in line, and again in front of it.
        self.check()?;
        let mut spacing = self.spacing.lock().await;
        self.check()?;
        let at = spacing.ready_at(Instant::now());
        pace::until(at).await;
        // No await from here on: a cancelled take stops above, with nothing used.
        spacing.grant(Instant::now());
        self.used.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The fastest even plan that this budget does not delay, 0.92 of its rate; `None` when it does not space.
    ///
    /// 2 % slower than the spacing, so that the plan recovers from a call that came late and pushed the ones behind it.
    /// An open loop that asks for more begins later and later, and its report says that the budget was the limit.
    #[must_use]
    pub fn steady_rate(&self) -> Option<PerSecond> {
        PerSecond::new(1.0 / (self.gap.as_secs_f64() * RECOVERY))
    }

    /// Calls made so far.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Calls that are still allowed.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.total.saturating_sub(self.used())
    }

    fn check(&self) -> Result<(), Exhausted> {
        if self.left() == 0 {
            return Err(Exhausted { total: self.total });
        }
        Ok(())
    }
}

/// The sans-io core: when the next call may begin. The clock is an argument.
#[derive(Debug, Clone)]
struct Spacing {
    gap: Duration,
    next: Option<Instant>,
}

impl Spacing {
    /// No spacing at all.
    const NONE: Self = Self {
        gap: Duration::ZERO,
        next: None,
    };

    /// The gap that lets no second see more than `rate` calls; `None` when the rate allows no call.
    ///
    /// With k calls allowed, k + 1 calls must span more than a second: k gaps of more than 1/k. For 2.5 that is
    /// k = 2. Below one call a second, the gap is the whole interval.
    fn new(rate: PerSecond) -> Option<Self> {
        let rate = rate.get();
        let allowed = if rate >= 1.0 { rate.floor() } else { rate };
        let gap = Duration::try_from_secs_f64(MARGIN / allowed).ok()?;
        let gap = gap.min(LONGEST);
        Some(Self { gap, next: None })
    }

    /// When a call that is ready `now` may begin.
    fn ready_at(&self, now: Instant) -> Instant {
        self.next.map_or(now, |next| next.max(now))
    }

    /// Notes that a call begins `now`, which must not be before [`Self::ready_at`].
    fn grant(&mut self, now: Instant) {
        let slot = self
            .next
            .map_or(now, |due| due.max(now.checked_sub(FORGIVEN).unwrap_or(now)));
        self.next = Some(slot + self.gap);
    }
}

#[cfg(test)]
mod tests;
