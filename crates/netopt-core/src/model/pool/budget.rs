//! The bound from above: what the server can take, shared among the clients; and the bound below which callers deadlock.
//!
//! Latency asks for more connections, the server for fewer. Where they conflict a larger pool only moves the line from
//! the client to the server, so the answer says which of the two decided: the way out is a shorter hold or fewer calls.

use std::num::NonZeroU32;

/// The connections that a server can serve well, all clients together; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerBudget(NonZeroU32);

impl ServerBudget {
    /// A budget that was stated or measured.
    #[must_use]
    pub const fn new(connections: NonZeroU32) -> Self {
        Self(connections)
    }

    /// cores × 2 + spindles: the rule of thumb of the `PostgreSQL` project, spread by `HikariCP` ("About Pool Sizing"), for a server
    /// whose calls compute and read from disks. `spindles` is 0 where the data is in memory. `None` beyond a `u32`.
    #[must_use]
    pub fn of_database(cores: NonZeroU32, spindles: u32) -> Option<Self> {
        cores
            .get()
            .checked_mul(2)?
            .checked_add(spindles)
            .and_then(NonZeroU32::new)
            .map(Self)
    }

    /// The connections of the whole server.
    #[must_use]
    pub const fn get(self) -> NonZeroU32 {
        self.0
    }

    /// The share of each of so many equal clients, rounded down; `None` when there is not one connection for each.
    #[must_use]
    pub fn each(self, instances: NonZeroU32) -> Option<NonZeroU32> {
        NonZeroU32::new(self.0.get() / instances.get())
    }

    /// min(c for the latency, budget / instances), and which of them it was; `None` when there is not one connection for
    /// each instance.
    #[must_use]
    pub fn allot(self, wanted: NonZeroU32, instances: NonZeroU32) -> Option<Allotment> {
        let each = self.each(instances)?;
        let bound = match NonZeroU32::new(wanted.get().saturating_sub(each.get())) {
            None => Bound::Latency,
            Some(missing) => Bound::Server { missing },
        };
        let size = wanted.min(each);
        Some(Allotment { size, bound })
    }
}

/// A pool size, and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allotment {
    /// Connections for one client.
    pub size: NonZeroU32,
    /// Which bound binds.
    pub bound: Bound,
}

/// The bound that decided a pool size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The target for the wait; the server could take more.
    Latency,
    /// The server: the target cannot be met by a larger pool.
    Server {
        /// Connections that each client lacks for the target.
        missing: NonZeroU32,
    },
}

/// T × (C - 1) + 1: the smallest pool in which `callers` that each hold up to `each` connections at once cannot deadlock:
/// when all hold all but one, one is left for somebody to finish (`HikariCP`, "About Pool Sizing"). `None` beyond a `u32`.
#[must_use]
pub fn deadlock_floor(callers: NonZeroU32, each: NonZeroU32) -> Option<NonZeroU32> {
    callers
        .get()
        .checked_mul(each.get() - 1)?
        .checked_add(1)
        .and_then(NonZeroU32::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn n(count: u32) -> NonZeroU32 {
        NonZeroU32::new(count).unwrap()
    }

    #[test]
    fn the_smaller_bound_decides_and_says_so() {
        let budget = ServerBudget::of_database(n(16), 1).unwrap();
        assert_eq!(budget.get(), n(33));
        let size = |wanted, instances| budget.allot(n(wanted), n(instances));
        let latency = Allotment {
            size: n(8),
            bound: Bound::Latency,
        };
        assert_eq!(size(8, 4), Some(latency));
        let server = Allotment {
            size: n(8),
            bound: Bound::Server { missing: n(11) },
        };
        assert_eq!(size(19, 4), Some(server));
        assert_eq!(size(1, 34), None);
        assert_eq!(ServerBudget::of_database(n(u32::MAX), 0), None);
    }

    #[test]
    fn one_connection_must_be_left() {
        // Three callers of four each: with nine all may hold three and wait for ever.
        assert_eq!(deadlock_floor(n(3), n(4)), Some(n(10)));
        assert_eq!(deadlock_floor(n(8), n(1)), Some(n(1)));
        assert_eq!(deadlock_floor(n(u32::MAX), n(3)), None);
    }

    /// Whether callers that take turns at one connection each can all get stuck.
    fn sticks(size: u32, callers: u32, each: u32) -> bool {
        // The worst case gives every caller as many as it may hold without being able to finish.
        size <= callers * (each - 1)
    }

    proptest! {
        #[test]
        fn the_floor_is_the_first_size_that_cannot_stick(callers in 1u32..100, each in 1u32..20) {
            let floor = deadlock_floor(n(callers), n(each)).unwrap().get();
            prop_assert!(!sticks(floor, callers, each));
            prop_assert!(floor == 1 || sticks(floor - 1, callers, each));
        }

        #[test]
        fn no_server_gets_more_than_its_budget(budget in 1u32..10_000, wanted in 1u32..1000, instances in 1u32..1000) {
            match ServerBudget::new(n(budget)).allot(n(wanted), n(instances)) {
                None => prop_assert!(instances > budget),
                Some(Allotment { size, bound }) => {
                    prop_assert!(size.get() * instances <= budget);
                    let missing = match bound {
                        Bound::Latency => 0,
                        Bound::Server { missing } => missing.get(),
                    };
                    prop_assert_eq!(size.get() + missing, wanted);
                }
            }
        }
    }
}
