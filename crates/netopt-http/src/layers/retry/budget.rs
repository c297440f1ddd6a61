//! How many retries and hedges there may be: a share of the first calls, and a few a second beside.
//!
//! When a server is in trouble, retries make it worse: with three attempts each, an outage triples the load. A budget
//! bounds that whatever the number of attempts. The arithmetic is that of Finagle's `RetryBudget`: each first call pays in
//! 1,000; each retry takes out 1,000 divided by the share; a reserve of so many retries a second is always there; what was paid in,
//! or taken out, is forgotten after ten seconds.
//!
//! One budget is to be shared by all that make requests again: retries and hedges around one another with budgets of their
//! own would multiply. The first of them that sees a call pays in for it, and marks it as counted.

use std::sync::{Arc, Mutex, PoisonError};

use http::Extensions;
use netopt_core::change::{RETRY_RESERVE, RETRY_SPAN};
use netopt_core::unit::Ratio;
use tokio::time::Instant;

use super::window::Window;

/// What a call pays in.
const DEPOSIT: i64 = 1000;
/// The share of calls that may be made again.
const DEFAULT_SHARE: f64 = 0.2;

/// A bound on retries and hedges together. Clones share it.
#[derive(Debug, Clone)]
pub struct Budget(Option<Arc<Account>>);

#[derive(Debug)]
struct Account {
    deposit: i64,
    price: i64,
    reserve: i64,
    window: Mutex<Window>,
}

/// A call for which somebody paid in; in the extensions of its request.
#[derive(Debug, Clone, Copy)]
struct Counted;

impl Budget {
    /// A share of first calls, and `reserve` retries a second (times ten seconds, to be spent at any time in them).
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Finagle cuts it off, too; a share is not above 1, and one below 1e-9 counts as that"
    )]
    pub fn new(share: Ratio, reserve: u32, now: Instant) -> Self {
        let (deposit, price) = if share == Ratio::ZERO {
            (0, 1)
        } else {
            (DEPOSIT, (DEPOSIT as f64 / share.get().max(1e-9)) as i64)
        };
        let seconds = i64::try_from(RETRY_SPAN.as_secs()).unwrap_or(i64::MAX);
        Self(Some(Arc::new(Account {
            deposit,
            price,
            reserve: (i64::from(reserve) * seconds).saturating_mul(price),
            window: Mutex::new(Window::new(RETRY_SPAN, now)),
        })))
    }

    /// A share of first calls, and ten a second beside.
    #[must_use]
    pub fn sharing(share: Ratio) -> Self {
        Self::new(share, RETRY_RESERVE, Instant::now())
    }

    /// No bound. Only to describe a client that has none.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self(None)
    }

    /// A first call is made.
    pub fn deposit(&self, now: Instant) {
        if let Some(account) = &self.0 {
            account.with(|window| window.add(now, account.deposit));
        }
    }

    /// Takes out one retry; false when there is none, and then nothing is taken.
    #[must_use]
    pub fn withdraw(&self, now: Instant) -> bool {
        self.take(now, |account| account.reserve)
    }

    /// Takes out one hedge, which the reserve is not for: a client with few calls would send most of them twice.
    #[must_use]
    pub fn withdraw_earned(&self, now: Instant) -> bool {
        self.take(now, |_| 0)
    }

    /// How many retries could be made now; `None` is without bound.
    #[must_use]
    pub fn balance(&self, now: Instant) -> Option<u64> {
        let account = self.0.as_ref()?;
        let sum = account.with(|window| window.sum(now));
        u64::try_from((sum + account.reserve) / account.price)
            .ok()
            .or(Some(0))
    }

    /// Pays in for a call unless somebody did.
    pub(crate) fn count(&self, extensions: &mut Extensions, now: Instant) {
        if extensions.insert(Counted).is_none() {
            self.deposit(now);
        }
    }

    fn take(&self, now: Instant, reserve: impl FnOnce(&Account) -> i64) -> bool {
        let Some(account) = &self.0 else {
            return true;
        };
        let reserve = reserve(account);
        account.with(|window| {
            let enough = window.sum(now) + reserve >= account.price;
            if enough {
                window.add(now, -account.price);
            }
            enough
        })
    }
}

impl Default for Budget {
    /// A fifth of the first calls and ten retries a second, as Finagle has it.
    fn default() -> Self {
        Self::sharing(Ratio::new(DEFAULT_SHARE).unwrap_or(Ratio::ZERO))
    }
}

impl Account {
    fn with<T>(&self, what: impl FnOnce(&mut Window) -> T) -> T {
        what(&mut self.window.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use proptest::prelude::*;

    fn share(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    /// The cases of Finagle's own `RetryBudgetTest`.
    #[test]
    fn it_counts_as_finagle_does() {
        let now = Instant::now();
        let never = Budget::new(share(0.0), 0, now);
        never.deposit(now);
        assert!(!never.withdraw(now));
        let ten_percent = Budget::new(share(0.1), 0, now);
        for _ in 0..10 {
            assert!(!ten_percent.withdraw(now));
            ten_percent.deposit(now);
        }
        assert_eq!(ten_percent.balance(now), Some(1));
        assert!(ten_percent.withdraw(now) && !ten_percent.withdraw(now));
        let reserve_only = Budget::new(share(0.0), 10, now);
        assert_eq!(reserve_only.balance(now), Some(100));
        let both = Budget::default();
        assert_eq!(both.balance(now), Some(100));
        for _ in 0..10 {
            both.deposit(now);
        }
        assert_eq!(both.balance(now), Some(102));
        assert_eq!(both.balance(now + RETRY_SPAN * 2), Some(100));
        assert_eq!(Budget::unlimited().balance(now), None);
    }

    #[test]
    fn a_hedge_is_paid_by_calls_only() {
        let now = Instant::now();
        let budget = Budget::default();
        assert!(!budget.withdraw_earned(now));
        for _ in 0..5 {
            budget.deposit(now);
        }
        assert!(budget.withdraw_earned(now) && !budget.withdraw_earned(now));
        assert!(budget.withdraw(now));
    }

    #[test]
    fn a_call_is_paid_for_once() {
        let now = Instant::now();
        let budget = Budget::new(share(1.0), 0, now);
        let mut extensions = Extensions::new();
        budget.count(&mut extensions, now);
        budget.count(&mut extensions.clone(), now);
        assert_eq!(budget.balance(now), Some(1));
    }

    proptest! {
        #[test]
        fn retries_never_exceed_the_share_and_the_reserve(
            percent in 0u32..=100,
            reserve in 0u32..20,
            gaps in prop::collection::vec(0u64..40, 1..2000),
        ) {
            let start = Instant::now();
            let budget = Budget::new(share(f64::from(percent) / 100.0), reserve, start);
            let (mut now, mut calls, mut retries) = (start, 0_u64, 0_u64);
            for gap in gaps {
                now += Duration::from_millis(gap);
                budget.deposit(now);
                calls += 1;
                while budget.withdraw(now) {
                    retries += 1;
                }
                let spans = (now - start).as_secs() / 9 + 1;
                // What a retry costs is cut off to whole thousandths of a call, so a share may be passed by as much.
                let price = if percent == 0 { u64::MAX } else { 100_000 / u64::from(percent) };
                let most = calls * 1000 / price + u64::from(reserve) * 10 * spans;
                prop_assert!(retries <= most + 1, "{retries} of {calls}, at most {most}");
            }
        }
    }
}
