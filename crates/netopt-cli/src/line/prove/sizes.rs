//! How large a trial is: calls a block and rounds, within what is left of the budget.
//!
//! Blocks are small, because more rounds are worth more than larger blocks. Where the size of the pool is tried, or a protocol
//! that needs no pool, they cannot be as small: a queue stands only behind a full pool, and the first calls of a block find it
//! empty. Burn-in is no help there: it is made one call after the other. Nor can they where several callers wait for their
//! answers, because a block with fewer calls than callers is another load than the one that was measured, and where calls
//! fail, because only those that are answered have a latency. Hedges need a burn-in, because they begin when the client knows
//! what is late, and blocks in which something is; a budget of retries shows when its reserve is used up.
//!
//! Where a cache is tried, a block begins with an empty one, and what is asked for first is not in it. So the burn-in asks for as
//! many things as the program does, as far as that can be afforded.

use std::num::NonZeroU32;

use netopt::Change;
use netopt::http::fewest_before_hedging;
use netopt_core::change::{RETRY_RESERVE, RETRY_SPAN};
use netopt_core::metric::Metric;
use netopt_core::unit::Ratio;
use netopt_trial::confirm::CONFIRMATION_ROUNDS;
use netopt_trial::design::{BlockSize, Levels, Racing, Rounds};
use netopt_trial::judge::guard::fewest_samples;

/// Calls measured in a block. The block is the unit of replication, so more rounds are worth more than larger blocks.
const PER_BLOCK: u32 = 8;
/// Calls before them, discarded: the first opens the connection and asks for the name.
const BURN_IN: u32 = 1;
/// What the size of a block depends on, besides the changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Today {
    /// Connections that today's client may have.
    pub(super) pool: Option<NonZeroU32>,
    /// Callers that each wait for their answer; 1 where calls come by a plan.
    pub(super) callers: NonZeroU32,
    /// The share of today's calls that are answered; `None` of no calls.
    pub(super) answered: Option<Ratio>,
    /// Different things that are asked for.
    pub(super) things: u32,
}

/// Of a client whose calls fail more often than this not everything can be measured.
const LEAST_ANSWERED: f64 = 0.25;

/// Where the pool is tried, so often as many more calls are measured as fill it.
const FILLS: u32 = 2;
/// And they are at least so many, so that a small excess of arrivals has time to become a queue.
const LEAST_FILL: u32 = 8;
/// And at most so many: a pool that large is rarely too small, and calls are dear.
const MOST_FILL: u32 = 64;
/// Where hedges are tried, a block has so many calls beyond the percentile. A third of them or so are slow, and few blocks
/// are then without.
const BEYOND: u32 = 12;
/// Where a budget is tried, a block has so many calls for each retry of the reserve: the other calls show the budget. With half as
/// many one trial in four of a storm was inconclusive.
const PER_RETRY: u32 = 4;
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
    today: &Today,
    metric: Metric,
) -> Result<(BlockSize, Rounds), u64> {
    let per_block = per_block(today.answered);
    let mut fill = wanted_fill(changes, today);
    let mut warm = wanted_warmth(changes, today.things);
    let least = least(changes, metric);
    loop {
        let size = BlockSize {
            requests: (per_block + fill).max(least.requests),
            burn_in: least.burn_in.max(warm),
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

/// What no block may be smaller than, for the metric or a change to show at all.
fn least(changes: &[Change], metric: Metric) -> BlockSize {
    let samples = fewest_samples(metric, Levels::for_metric(metric).alpha);
    let metric = BlockSize {
        requests: cut(samples),
        burn_in: BURN_IN,
    };
    changes
        .iter()
        .filter_map(wanted)
        .fold(metric, |all, one| BlockSize {
            requests: all.requests.max(one.requests),
            burn_in: all.burn_in.max(one.burn_in),
        })
}

/// What a change needs to show; `None` for one that each call shows.
fn wanted(change: &Change) -> Option<BlockSize> {
    match change {
        Change::HedgeAfter(Some(after)) => Some(BlockSize {
            requests: (BEYOND * 100).div_ceil(100 - u32::from(after.get())),
            burn_in: cut(fewest_before_hedging(*after)),
        }),
        Change::RetryBudget(_) => Some(BlockSize {
            requests: cut(RETRY_SPAN.as_secs()) * RETRY_RESERVE * PER_RETRY,
            burn_in: BURN_IN,
        }),
        _ => None,
    }
}

/// Whether trying `change` takes far more calls than others.
pub(super) fn is_dear(change: &Change) -> bool {
    wanted(change).is_some()
}

fn cut(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// So many calls that [`PER_BLOCK`] of them are answered.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most four times eight"
)]
fn per_block(answered: Option<Ratio>) -> u32 {
    let answered = answered.map_or(1.0, Ratio::get).max(LEAST_ANSWERED);
    (f64::from(PER_BLOCK) / answered).ceil() as u32
}

/// Calls that fill the pool, where its size is tried, or give each of several callers its turns.
fn wanted_fill(changes: &[Change], today: &Today) -> u32 {
    let is_about_pool =
        |change: &Change| matches!(change, Change::MaxConnections(_) | Change::Version(_));
    let pool = today.pool.filter(|_| changes.iter().any(is_about_pool));
    let several = Some(today.callers).filter(|callers| callers.get() > 1);
    match pool.max(several) {
        Some(many) => many
            .get()
            .saturating_mul(FILLS)
            .clamp(LEAST_FILL, MOST_FILL),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::change::{HttpVersion, Percentile, Switch};
    use netopt_core::unit::Bytes;

    use super::*;

    const LARGER: Change = Change::MaxConnections(NonZeroU32::new(16));
    const SHARED: Change = Change::Version(HttpVersion::Auto);
    const REUSE: Change = Change::KeepAlive(Switch::On);

    fn today(pool: u32, callers: u32, answered: f64) -> Today {
        Today {
            pool: NonZeroU32::new(pool),
            callers: NonZeroU32::new(callers).unwrap(),
            answered: Ratio::new(answered),
            things: 1,
        }
    }

    fn requests(left: u64, changes: &[Change], pool: u32) -> u32 {
        sized(left, changes, &today(pool, 1, 1.0))
    }

    fn sized(left: u64, changes: &[Change], today: &Today) -> u32 {
        let (block, rounds) = sizes(left, changes, today, Metric::P50).unwrap();
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
        assert_eq!(requests(5_000, &[SHARED], 2), 16);
        assert_eq!(requests(5_000, &[LARGER], 10), 28);
        assert_eq!(requests(500_000, &[LARGER], 60_000), 72);
        assert_eq!(requests(5_000, &[LARGER], 0), 8);
    }

    #[test]
    fn several_callers_have_their_turns_whatever_is_tried() {
        assert_eq!(sized(5_000, &[REUSE], &today(0, 16, 1.0)), 40);
        assert_eq!(sized(5_000, &[REUSE], &today(4, 2, 1.0)), 16);
        assert_eq!(sized(5_000, &[LARGER], &today(10, 4, 1.0)), 28);
    }

    #[test]
    fn a_block_has_as_many_answers_however_many_calls_fail() {
        assert_eq!(sized(5_000, &[REUSE], &today(0, 1, 0.5)), 16);
        assert_eq!(sized(5_000, &[REUSE], &today(0, 1, 0.01)), 32);
    }

    #[test]
    fn a_cache_is_filled_before_it_is_judged_as_far_as_calls_go() {
        let warm = |left, change, things| {
            let (block, rounds) = sizes(
                left,
                &[change],
                &Today {
                    things,
                    ..today(0, 1, 1.0)
                },
                Metric::P50,
            )
            .unwrap();
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
            sizes(least - 1, &[LARGER], &today(10, 1, 1.0), Metric::P50).err(),
            Some(least)
        );
    }

    #[test]
    fn what_shows_late_gets_longer_blocks() {
        let block = |change: Change, metric| {
            let (block, _) = sizes(100_000, &[change, REUSE], &today(0, 1, 1.0), metric).unwrap();
            (block.burn_in, block.requests)
        };
        let hedge = |percent| Change::HedgeAfter(Percentile::new(percent));
        let mean = Metric::MeanLatency;
        assert_eq!(block(hedge(90), mean), (50, 120));
        assert_eq!(block(hedge(95), mean), (100, 240));
        assert_eq!(block(Change::HedgeAfter(None), mean), (1, 8));
        let budget = Change::RetryBudget(Ratio::new(0.2));
        assert_eq!(block(budget, Metric::Throughput), (1, 400));
        // Ten beyond the 99th percentile would be nice; 368 is the least.
        assert_eq!(block(REUSE, Metric::P99), (1, 368));
    }
}
