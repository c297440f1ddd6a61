//! When which address is tried, after RFC 8305 §5: a machine without I/O, with the time as an argument.
//!
//! The next attempt begins one stagger after the last one began, or as soon as an attempt fails, whichever is sooner.
//! Addresses of the other family that come late join the race while it runs (§3).
//!
//! What it leaves alone: connecting, and what becomes of those that lost.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::Step;
use super::order::interleave;

/// The recommended pause between two attempts, RFC 8305 §5 and §8.
pub(crate) const STAGGER: Duration = Duration::from_millis(250);

/// Addresses that are tried at the most: a name with more of them has others' trouble.
pub(super) const MOST_ADDRESSES: usize = 32;

#[derive(Debug)]
pub(super) struct Staggered {
    waiting: VecDeque<SocketAddr>,
    seen: Vec<SocketAddr>,
    running: usize,
    next_at: Instant,
    open: bool,
}

impl Staggered {
    /// A race of `addresses`, to which more may come until it is closed.
    pub(super) fn open(addresses: Vec<SocketAddr>, now: Instant) -> Self {
        let mut race = Self {
            waiting: VecDeque::new(),
            seen: Vec::new(),
            running: 0,
            next_at: now,
            open: true,
        };
        race.add(addresses);
        race
    }

    /// More addresses; those that are known already do not run twice.
    pub(super) fn add(&mut self, addresses: Vec<SocketAddr>) {
        let mut all: Vec<SocketAddr> = self.waiting.drain(..).collect();
        for address in addresses {
            if self.seen.len() < MOST_ADDRESSES && !self.seen.contains(&address) {
                self.seen.push(address);
                all.push(address);
            }
        }
        // The family that did not run last goes first.
        if let Some(last) = self.last_begun(&all) {
            all.sort_by_key(|address| address.is_ipv6() == last.is_ipv6());
        }
        self.waiting = interleave(all).into();
    }

    /// Nobody comes any more.
    pub(super) const fn close(&mut self) {
        self.open = false;
    }

    /// An attempt failed: the next one need not wait.
    pub(super) const fn failed(&mut self, now: Instant) {
        self.running = self.running.saturating_sub(1);
        self.next_at = now;
    }

    /// What to do now. Asked again after each step and each event.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if (self.running == 0 || now >= self.next_at)
            && let Some(address) = self.waiting.pop_front()
        {
            self.running += 1;
            self.next_at = now + STAGGER;
            return Step::Begin {
                address,
                within: None,
            };
        }
        if self.running == 0 && !self.open {
            return Step::Lost;
        }
        Step::Wait {
            until: (!self.waiting.is_empty()).then_some(self.next_at),
        }
    }

    /// The last of those begun, which are the seen ones that do not wait.
    fn last_begun(&self, waiting: &[SocketAddr]) -> Option<SocketAddr> {
        let begun = |address: &&SocketAddr| !waiting.contains(*address);
        self.seen.iter().copied().rfind(|address| begun(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(number: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], number))
    }

    fn closed(addresses: Vec<SocketAddr>, now: Instant) -> Staggered {
        let mut race = Staggered::open(addresses, now);
        race.close();
        race
    }

    fn begun(step: &Step) -> Option<SocketAddr> {
        match step {
            Step::Begin { address, .. } => Some(*address),
            _ => None,
        }
    }

    #[test]
    fn a_silent_address_costs_one_stagger() {
        let start = Instant::now();
        let mut race = closed(vec![address(1), address(2)], start);
        assert_eq!(begun(&race.step(start)), Some(address(1)));
        let Step::Wait { until: Some(at) } = race.step(start) else {
            panic!("the second one waits");
        };
        assert_eq!(at, start + STAGGER);
        assert_eq!(begun(&race.step(at)), Some(address(2)));
    }

    #[test]
    fn a_refusal_starts_the_next_at_once() {
        let start = Instant::now();
        let mut race = closed(vec![address(1), address(2)], start);
        race.step(start);
        let soon = start + Duration::from_millis(1);
        race.failed(soon);
        assert_eq!(begun(&race.step(soon)), Some(address(2)));
        race.failed(soon);
        assert!(matches!(race.step(soon), Step::Lost));
    }

    #[test]
    fn late_addresses_join_and_an_open_race_is_not_lost() {
        let start = Instant::now();
        let mut race = Staggered::open(vec![address(1), address(2)], start);
        race.step(start);
        let late: SocketAddr = "[2001:db8::1]:1".parse().unwrap();
        race.add(vec![late, address(1)]);
        assert_eq!(begun(&race.step(start + STAGGER)), Some(late));
        race.failed(start + STAGGER);
        race.failed(start + STAGGER);
        assert_eq!(begun(&race.step(start + STAGGER)), Some(address(2)));
        race.failed(start + STAGGER);
        assert!(matches!(
            race.step(start + STAGGER),
            Step::Wait { until: None }
        ));
        race.close();
        assert!(matches!(race.step(start + STAGGER), Step::Lost));
    }

    proptest! {
        /// Whatever fails when: each address runs once, none before its time, and the race ends.
        #[test]
        fn each_address_runs_once_and_no_two_in_a_row_without_a_stagger_or_a_failure(
            count in 0u16..20,
            fails in prop::collection::vec(any::<bool>(), 0..80),
        ) {
            let mut now = Instant::now();
            let mut race = closed((1..=count).map(address).collect(), now);
            let (mut runs, mut running, mut free_from) = (Vec::new(), 0usize, now);
            let mut fails = fails.into_iter();
            for _ in 0..400 {
                match race.step(now) {
                    Step::Begin { address, .. } => {
                        prop_assert!(running == 0 || now >= free_from);
                        runs.push(address);
                        running += 1;
                        free_from = now + STAGGER;
                    }
                    Step::Lost => break,
                    Step::Wait { until } => {
                        let fails_now = fails.next().unwrap_or(true);
                        if let Some(at) = until.filter(|_| !fails_now) {
                            now = at;
                        } else {
                            now += Duration::from_millis(1);
                            prop_assert!(running > 0);
                            running -= 1;
                            free_from = now;
                            race.failed(now);
                        }
                    }
                }
            }
            prop_assert_eq!(running, 0);
            prop_assert_eq!(runs, (1..=count).map(address).collect::<Vec<_>>());
        }
    }
}
