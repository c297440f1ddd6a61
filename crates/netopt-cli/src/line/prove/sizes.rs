//! How large a trial is: calls a block and rounds, within what is left of the budget.
//!
//! Blocks are small, because more rounds are worth more than larger blocks. Where the size of the pool is tried they
//! cannot be as small: a queue stands only behind a full pool, and the first calls of a block find it empty. Burn-in is
//! no help there: it is made one call after the other.
//!
//! Where a cache is tried, a block begins with an empty one, and what is asked for first is not in it. So the burn-in asks for as
//! many things as the program does, as far as that can be afforded.

use std::num::NonZeroU32;

use netopt::Change;
use netopt_trial::confirm::CONFIRMATION_ROUNDS;
use netopt_trial::design::{BlockSize, Racing, Rounds};

/// Calls measured in a block. The block is the unit of replication, so more rounds are worth more than larger blocks.
const PER_BLOCK: u32 = 8;
/// Calls before them, discarded: the first opens the connection and asks for the name.
const BURN_IN: u32 = 1;
/// Where the pool is tried, so often as many more calls are measured as fill it.
const FILLS: u32 = 2;
/// And they are at least so many, so that a small excess of arrivals has time to become a queue.
const LEAST_FILL: u32 = 8;
/// And at most so many: a pool that large is rarely too small, and calls are dear.
const MOST_FILL: u32 = 64;
/// Where a cache is tried, burn-in is at most so long: who asks for more things finds fewer of them at hand.
const MOST_WARM: u32 = 32;
/// A trial that has not decided after so many rounds will say what it would take.
const MOST_ROUNDS: u32 = 20;
/// No verdict before.
const LEAST_ROUNDS: u32 = 10;

/// Blocks and rounds of a screening that leaves enough of `left` calls for the confirmation, for a program that asks for so
/// many different `things`.
///
/// # Errors
/// The calls that the smallest trial takes, if that is more than `left`.
pub(super) fn sizes(
    left: u64,
    changes: &[Change],
    pool: Option<NonZeroU32>,
    things: u32,
) -> Result<(BlockSize, Rounds), u64> {
    let mut fill = wanted_fill(changes, pool);
    let mut warm = wanted_warmth(changes, things);
    loop {
        let size = BlockSize {
            requests: PER_BLOCK + fill,
            burn_in: warm.max(BURN_IN),
        };
        let block = u64::from(size.requests) + u64::from(size.burn_in);
        let reserve = 3 * u64::from(CONFIRMATION_ROUNDS) * block;
        let round = (2 + changes.len() as u64) * block;
        let affordable = left.saturating_sub(reserve) / round;
        let max = u32::try_from(affordable)
            .unwrap_or(MOST_ROUNDS)
            .min(MOST_ROUNDS);
        if max >= LEAST_ROUNDS {
            let rounds = Rounds {
                min: LEAST_ROUNDS,
                max,
                racing: Racing::default(),
            };
            return Ok((size, rounds));
        }
        if fill == 0 && warm <= BURN_IN {
            return Err(reserve + round * u64::from(LEAST_ROUNDS));
        }
        // A shorter queue is still better than no trial.
        fill /= 2;
        warm = warm * 3 / 4;
    }
}

/// Calls that fill a cache, where one is tried.
fn wanted_warmth(changes: &[Change], things: u32) -> u32 {
    let is_cache = |change: &Change| matches!(change, Change::CacheSize(_));
    if changes.iter().any(is_cache) {
        things.min(MOST_WARM)
    } else {
        0
    }
}

/// Calls that fill the pool, where its size is tried.
fn wanted_fill(changes: &[Change], pool: Option<NonZeroU32>) -> u32 {
    let is_about_pool = |change: &Change| matches!(change, Change::MaxConnections(_));
    match pool {
        Some(limit) if changes.iter().any(is_about_pool) => limit
            .get()
            .saturating_mul(FILLS)
            .clamp(LEAST_FILL, MOST_FILL),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::change::Switch;
    use netopt_core::unit::Bytes;

    use super::*;

    const LARGER: Change = Change::MaxConnections(NonZeroU32::new(16));
    const REUSE: Change = Change::KeepAlive(Switch::On);

    fn requests(left: u64, changes: &[Change], pool: u32) -> u32 {
        let (block, rounds) = sizes(left, changes, NonZeroU32::new(pool), 40).unwrap();
        assert!(rounds.max >= LEAST_ROUNDS && rounds.max <= MOST_ROUNDS);
        let calls = u64::from(block.requests + block.burn_in);
        let arms = 2 + changes.len() as u64;
        let most = calls * (arms * u64::from(rounds.max) + 3 * u64::from(CONFIRMATION_ROUNDS));
        assert!(most <= left, "{most} of {left}");
        assert_eq!(block.burn_in, BURN_IN);
        block.requests
    }

    #[test]
    fn only_a_trial_of_the_pool_waits_until_it_is_full() {
        assert_eq!(requests(5_000, &[REUSE], 4), 8);
        assert_eq!(requests(5_000, &[REUSE, LARGER], 1), 16);
        assert_eq!(requests(5_000, &[LARGER], 10), 28);
        assert_eq!(requests(500_000, &[LARGER], 60_000), 72);
        assert_eq!(sizes(5_000, &[LARGER], None, 1).unwrap().0.requests, 8);
    }

    #[test]
    fn a_cache_is_filled_before_it_is_judged_as_far_as_calls_go() {
        let warm = |left, change, things| {
            let (block, rounds) = sizes(left, &[change], None, things).unwrap();
            let calls = u64::from(block.requests + block.burn_in);
            assert!(calls * (3 * u64::from(rounds.max) + 60) <= left);
            block.burn_in
        };
        let cache = Change::CacheSize(Bytes::new(1));
        assert_eq!(warm(50_000, cache, 12), 12);
        assert_eq!(warm(50_000, cache, 400), MOST_WARM);
        assert_eq!(warm(50_000, cache, 0), BURN_IN);
        assert_eq!(warm(50_000, REUSE, 12), BURN_IN);
        assert!((8..=12).contains(&warm(1_850, cache, 400)));
    }

    #[test]
    fn what_cannot_be_afforded_is_made_smaller_before_it_is_given_up() {
        assert_eq!(requests(1_500, &[LARGER], 10), 13);
        assert_eq!(requests(810, &[LARGER], 10), 8);
        let least = 9 * (3 * 20 + 3 * 10);
        assert_eq!(
            sizes(least - 1, &[LARGER], NonZeroU32::new(10), 1).err(),
            Some(least)
        );
    }
}
