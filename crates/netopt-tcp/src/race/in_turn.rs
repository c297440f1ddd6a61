//! One address after the other, as the connector of hyper-util does it (0.1.21, `client/legacy/connect/http.rs`): what
//! an ordinary client has instead of a race.
//!
//! Only the other family gets a head start taken away: its first address is tried when the first family has not
//! connected after 300 ms, or has failed. Within a family each address has an equal share of the whole bound, and the
//! next one begins when that is over. A machine without I/O; the time is an argument.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::Step;
use super::order::by_family;
use super::staggered::MOST_ADDRESSES;

/// The head start of the first family (`happy_eyeballs_timeout`).
const HEAD_START: Duration = Duration::from_millis(300);

#[derive(Debug)]
pub(super) struct InTurn {
    preferred: Lane,
    fallback: Lane,
    fallback_at: Instant,
    first_is_v6: bool,
}

/// The addresses of one family; at most one of them runs.
#[derive(Debug)]
struct Lane {
    waiting: VecDeque<SocketAddr>,
    running: bool,
    within: Duration,
}

impl Lane {
    fn new(addresses: Vec<SocketAddr>, bound: Duration) -> Self {
        let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        Self {
            waiting: addresses.into(),
            running: false,
            within: bound / count,
        }
    }

    fn begin(&mut self) -> Option<Step> {
        if self.running {
            return None;
        }
        let address = self.waiting.pop_front()?;
        self.running = true;
        Some(Step::Begin {
            address,
            within: Some(self.within),
        })
    }

    fn is_done(&self) -> bool {
        !self.running && self.waiting.is_empty()
    }
}

impl InTurn {
    /// `bound` is shared equally by the addresses of a family.
    pub(super) fn new(mut addresses: Vec<SocketAddr>, bound: Duration, now: Instant) -> Self {
        addresses.truncate(MOST_ADDRESSES);
        let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
        let (preferred, fallback) = by_family(addresses);
        Self {
            preferred: Lane::new(preferred, bound),
            fallback: Lane::new(fallback, bound),
            fallback_at: now + HEAD_START,
            first_is_v6,
        }
    }

    /// The attempt at `address` failed, or its time is over.
    pub(super) const fn failed(&mut self, address: SocketAddr) {
        if address.is_ipv6() == self.first_is_v6 {
            self.preferred.running = false;
        } else {
            self.fallback.running = false;
        }
    }

    /// What to do now. Asked again after each step and each event.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if let Some(begin) = self.preferred.begin() {
            return begin;
        }
        let may_fall_back = now >= self.fallback_at || self.preferred.is_done();
        if may_fall_back && let Some(begin) = self.fallback.begin() {
            return begin;
        }
        if self.preferred.is_done() && self.fallback.is_done() {
            return Step::Lost;
        }
        let pending = !may_fall_back && !self.fallback.waiting.is_empty();
        Step::Wait {
            until: pending.then_some(self.fallback_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|a| a.parse().unwrap()).collect()
    }

    #[test]
    fn a_silent_address_costs_its_share_of_the_bound() {
        let (start, bound) = (Instant::now(), Duration::from_secs(5));
        let list = addresses(&["192.0.2.1:1", "192.0.2.2:1"]);
        let mut turns = InTurn::new(list.clone(), bound, start);
        let Step::Begin { address, within } = turns.step(start) else {
            panic!("the first one begins");
        };
        assert_eq!((address, within), (list[0], Some(bound / 2)));
        assert!(matches!(
            turns.step(start + Duration::from_secs(2)),
            Step::Wait { until: None }
        ));
        turns.failed(list[0]);
        assert!(matches!(turns.step(start), Step::Begin { address, .. } if address == list[1]));
        turns.failed(list[1]);
        assert!(matches!(turns.step(start), Step::Lost));
    }

    #[test]
    fn the_other_family_comes_after_the_head_start_or_after_the_first_failed() {
        let start = Instant::now();
        let list = addresses(&["[2001:db8::1]:1", "192.0.2.1:1"]);
        let mut turns = InTurn::new(list.clone(), Duration::from_secs(5), start);
        turns.step(start);
        assert!(
            matches!(turns.step(start), Step::Wait { until: Some(at) } if at == start + HEAD_START)
        );
        assert!(
            matches!(turns.step(start + HEAD_START), Step::Begin { address, .. } if address == list[1])
        );

        let mut turns = InTurn::new(list.clone(), Duration::from_secs(5), start);
        turns.step(start);
        turns.failed(list[0]);
        assert!(matches!(turns.step(start), Step::Begin { address, .. } if address == list[1]));
    }
}
