//! The mean window in the long run, and the loss that it takes (RFC 9438 §5).

use std::time::Duration;

use crate::unit::{Ratio, Segments};

use super::super::reno;
use super::{BETA, Scale, segments};

/// (C(3 + β)/(4(1 - β)))^¼, the factor of RFC 9438 §5: 1.054 with C = 0.4.
fn factor(scale: Scale) -> f64 {
    (scale.get() * (3.0 + BETA) / (4.0 * (1.0 - BETA))).powf(0.25)
}

/// The mean window of the cubic function alone: (C(3 + β)/(4(1 - β)))^¼ · RTT^¾ / p^¾ (RFC 9438 §5); `None` without
/// loss.
///
/// One loss every 1/p segments, evenly; where Reno is faster the sender follows Reno: see [`steady_window`].
#[must_use]
pub fn average_window(scale: Scale, loss: Ratio, round_trip: Duration) -> Option<Segments> {
    let power = (round_trip.as_secs_f64() / loss.get()).powf(0.75);
    (loss.get() > 0.0).then(|| segments(factor(scale) * power))
}

/// The mean window of a CUBIC sender: the larger of the cubic function and Reno's (RFC 9438 §5.1); `None` without loss.
#[must_use]
pub fn steady_window(scale: Scale, loss: Ratio, round_trip: Duration) -> Option<Segments> {
    let cubic = average_window(scale, loss, round_trip)?.get();
    Some(segments(cubic.max(reno::response(loss)?.get())))
}

/// The loss ratio at which a CUBIC sender holds this mean window, the inverse of [`steady_window`]; `None` if no ratio
/// up to 1 is small enough a window.
#[must_use]
pub fn required_loss(scale: Scale, window: Segments, round_trip: Duration) -> Option<Ratio> {
    let cubic = round_trip.as_secs_f64() * (factor(scale) / window.get()).powf(4.0 / 3.0);
    Ratio::new(cubic.max(reno::required_loss(window)?.get()))
}
