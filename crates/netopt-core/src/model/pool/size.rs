//! The smallest pool that meets a target for the wait, by Erlang's C formula.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::model::queueing::{ErlangC, Erlangs, Recursion};
use crate::unit::Ratio;

/// Two probabilities this close are the same: C(2, ½) is 1/10, whatever the last digit of the computation says.
const TIE: f64 = 1e-12;

/// The smallest pool in which at most a share `wait` of the calls has to wait; `None` for a share of 0, which no pool
/// guarantees, or if it does not fit a `u32`.
#[must_use]
pub fn size_for(load: Erlangs, wait: Ratio) -> Option<NonZeroU32> {
    if wait.get() <= 0.0 {
        return None;
    }
    let most = wait.get() * (1.0 + TIE);
    smallest(load, |queue| queue.wait_probability().get() <= most)
}

/// The smallest pool in which a share `quantile` of the calls waits no longer than `within`, when one holds a connection
/// for `hold` on average; `None` for a quantile of 1, which no pool guarantees, or if it does not fit a `u32`.
#[must_use]
pub fn size_for_quantile(
    load: Erlangs,
    hold: Duration,
    quantile: Ratio,
    within: Duration,
) -> Option<NonZeroU32> {
    if quantile.get() >= 1.0 {
        return None;
    }
    smallest(load, |queue| {
        queue
            .wait_quantile(quantile, hold)
            .is_some_and(|wait| wait <= within)
    })
}

/// One walk of the recursion up from the load. It ends soon, because the share that waits vanishes some 40√a above.
fn smallest(load: Erlangs, enough: impl Fn(&ErlangC) -> bool) -> Option<NonZeroU32> {
    if load.get() >= f64::from(u32::MAX) {
        return None;
    }
    let mut step = Recursion::below(u32::MAX, load);
    loop {
        step.advance();
        match step.queue() {
            Some(queue) if enough(&queue) => return NonZeroU32::new(queue.servers()),
            Some(queue) if queue.servers() == u32::MAX => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
