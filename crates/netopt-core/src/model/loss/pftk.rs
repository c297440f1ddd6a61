//! PFTK: throughput under loss with timeouts and a window limit.
//!
//! Padhye, Firoiu, Towsley, Kurose, "Modeling TCP throughput: a simple model and its empirical validation", SIGCOMM 1998.
//! A loss is repaired quickly when three duplicate acknowledgements come back, and by a timeout that doubles otherwise;
//! the smaller the window, the more often the second. Losses are correlated within a round trip and independent between
//! them. [`full`] is the rate of sending, [`received`] that of arriving, [`approximate`] the closed form of the first.
//!
//! The full form has a seam where the mean window meets the limit: with b = 1 the rate rises there by up to 5 % as the
//! loss grows, because one branch counts a round trip more than the other. The paper has it too; we leave it.

use super::{Acks, Connection};
use crate::model::validity::Validity;
use crate::unit::{PerSecond, Ratio, Segments};

/// The largest loss ratio at which this implementation is compared with published values and with the simulator.
pub const CHECKED_LOSS: f64 = 0.1;

/// The timeouts, in round trips, between which the simulator is within 15 % of [`full`] and [`received`] up to
/// [`CHECKED_LOSS`], when losses come as the paper has them: all that follows in the same round trip is lost, too.
pub const CHECKED_TIMEOUTS: [u32; 2] = [3, 21];

/// Up to this loss the simulator agrees for shorter timeouts, down to one round trip.
const SHORT_TIMEOUT_LOSS: f64 = 0.02;

/// Up to this loss it agrees for longer ones.
const LONG_TIMEOUT_LOSS: f64 = 0.001;

/// E\[W\], the mean window at the end of a growth period: (2+b)/(3b) + √(8(1−p)/(3bp) + ((2+b)/(3b))²).
///
/// §2.2 of the paper, without window limit. `None` without loss.
#[must_use]
pub fn expected_window(loss: Ratio, acks: Acks) -> Option<Segments> {
    let (p, b) = (loss.get(), acks.segments());
    let start = (2.0 + b) / (3.0 * b);
    Segments::new(start + (8.0 * (1.0 - p) / (3.0 * b * p) + start * start).sqrt())
}

/// Q(w), the share of losses that end in a timeout when the window is `window`; 1 up to three segments.
///
/// min(1, (1−(1−p)³)(1+(1−p)³(1−(1−p)^(w−3))) / (1−(1−p)^w)), §2.2 of the paper; 3/w in the limit of no loss.
#[must_use]
pub fn timeout_share(loss: Ratio, window: Segments) -> f64 {
    let w = window.get();
    if w <= 3.0 {
        return 1.0;
    }
    if loss.get() == 0.0 {
        return 3.0 / w;
    }
    // 1 − (1−p)^n, exact for small p too.
    let any_of = |n: f64| -(n * (-loss.get()).ln_1p()).exp_m1();
    let three_pass = 1.0 - any_of(3.0);
    (any_of(3.0) * (1.0 + three_pass * any_of(w - 3.0)) / any_of(w)).min(1.0)
}

/// f(p), the mean length of a series of timeouts in first timeouts, times 1−p: 1 + p + 2p² + 4p³ + 8p⁴ + 16p⁵ + 32p⁶.
///
/// The timeout doubles six times and then stays at 64 T0; §2.2 of the paper.
#[must_use]
pub fn backoff(loss: Ratio) -> f64 {
    let p = loss.get();
    [32.0, 16.0, 8.0, 4.0, 2.0, 1.0, 1.0]
        .into_iter()
        .fold(0.0, |sum, factor| sum * p + factor)
}

/// Segments sent per second in closed form, §2.3 of the paper:
/// min(W/R, 1/(R√(2bp/3) + T0·min(1, 3√(3bp/8))·p·(1+32p²))).
///
/// `None` without loss and without window limit.
#[must_use]
pub fn approximate(connection: &Connection, loss: Ratio) -> Option<PerSecond> {
    let (p, b) = (loss.get(), connection.acks.segments());
    let halving = connection.rtt.as_secs_f64() * (2.0 * b * p / 3.0).sqrt();
    let timeouts = (3.0 * (3.0 * b * p / 8.0).sqrt()).min(1.0) * p * (1.0 + 32.0 * p * p);
    let limited_by_loss = (halving + connection.rto.as_secs_f64() * timeouts).recip();
    match connection.window_limit() {
        Some(limit) => PerSecond::new(limited_by_loss.min(limit.get())),
        None => PerSecond::new(limited_by_loss),
    }
}

/// Segments sent per second, §2.3 of the paper, with w = min(E\[W\], W):
/// ((1−p)/p + w + Q(w)/(1−p)) / (time of a growth period + Q(w)·f(p)·T0/(1−p)).
///
/// The growth period takes R(b·w/2 + 1), or R(b·W/8 + (1−p)/(p·W) + 2) when the limit W is reached. Without loss it is
/// the window limit; `None` without that either, and at a loss of 1.
#[must_use]
pub fn full(connection: &Connection, loss: Ratio) -> Option<PerSecond> {
    cycle(connection, loss, |p, window, timeouts| {
        (1.0 - p) / p + window + timeouts / (1.0 - p)
    })
}

/// Segments received per second: as [`full`], with (1−p)/p + w/2 + Q(w) as the segments that arrive.
///
/// Equation 22 of Cardwell, Savage, Anderson, "Modeling TCP latency", INFOCOM 2000.
#[must_use]
pub fn received(connection: &Connection, loss: Ratio) -> Option<PerSecond> {
    cycle(connection, loss, |p, window, timeouts| {
        (1.0 - p) / p + window / 2.0 + timeouts
    })
}

/// Segments of one growth period and its timeouts, over the time that both take.
fn cycle(
    connection: &Connection,
    loss: Ratio,
    segments: impl Fn(f64, f64, f64) -> f64,
) -> Option<PerSecond> {
    let (p, b) = (loss.get(), connection.acks.segments());
    let Some(open) = expected_window(loss, connection.acks) else {
        return connection.window_limit();
    };
    let limit = connection.window.filter(|limit| open >= *limit);
    let window = limit.unwrap_or(open);
    let w = window.get();
    let growth = match limit {
        None => b / 2.0 * w + 1.0,
        Some(_) => b / 8.0 * w + (1.0 - p) / (p * w) + 2.0,
    };
    let timeouts = timeout_share(loss, window);
    let waiting = timeouts * backoff(loss) * connection.rto.as_secs_f64() / (1.0 - p);
    PerSecond::new(segments(p, w, timeouts) / (connection.rtt.as_secs_f64() * growth + waiting))
}

/// Holds up to [`CHECKED_LOSS`] with a timeout within [`CHECKED_TIMEOUTS`], and for little loss beyond these.
///
/// Whether losses come in runs it cannot see. Independent ones are repaired with fewer timeouts, so that more gets
/// through, the more the longer a timeout lasts: with one of 1.7 round trips 5 % at 10 % loss, with one of 8 four fifths,
/// with one of 21 three times as much.
#[must_use]
pub fn validity(connection: &Connection, loss: Ratio) -> Validity {
    let p = loss.get();
    let [shortest, longest] = CHECKED_TIMEOUTS.map(|count| connection.rtt.saturating_mul(count));
    if p > CHECKED_LOSS {
        Validity::Beyond("above 10 % loss the two forms drift apart, so the result is a magnitude")
    } else if connection.rto < connection.rtt {
        Validity::Beyond("a timeout below the round trip is always spurious, so it is too high")
    } else if connection.rto < shortest && p > SHORT_TIMEOUT_LOSS {
        Validity::Beyond(
            "with a timeout below 3 round trips and above 2 % loss it is up to a fifth too high",
        )
    } else if connection.rto > longest && p > LONG_TIMEOUT_LOSS {
        Validity::Beyond(
            "with a timeout above 21 round trips and above 0.1 % loss it is too low, at 100 of \
             them by a quarter",
        )
    } else {
        Validity::Holds
    }
}

#[cfg(test)]
mod tests;
