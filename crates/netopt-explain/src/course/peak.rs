//! The highest rate at which longer answers came: what the line carries at the least.
//!
//! It is looked at over an eighth of a round trip, so that a window or a pause does not count, and over no less than this machine
//! can be late by.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::unit::BitRate;

use super::{MOST_STRETCHES, is_disordered, is_long, median};
use crate::facts::{Connection, Facts, on};

/// An eighth of a round trip below this is within what a machine wakes up late by.
const LEAST_PEAK: Duration = Duration::from_millis(1);

/// The highest rate of a call, at the median over the calls: of those without disorder if there are any, because what waited
/// behind a lost packet comes at once and not at the rate of the line. Single calls on a kept connection count beside.
pub(super) fn peak(facts: &Facts, calls: &[&Exchange], trip: Duration) -> Option<BitRate> {
    let of = |call: &Exchange| {
        let least = LEAST_PEAK.max(call.arrivals.span() / MOST_STRETCHES);
        let (most, time) = call.arrivals.most_in((trip / 8).max(least));
        most.over(time).map(BitRate::bps)
    };
    let in_order = |call: &&Exchange| !is_disordered(call);
    let loaded = calls.iter().copied().filter(in_order);
    let single = on(&facts.survey.warm, Connection::Reused).filter(in_order);
    let in_order = [
        median(loaded.filter_map(of).collect()),
        median(single.filter(|call| is_long(call)).filter_map(of).collect()),
    ];
    let highest = in_order.into_iter().flatten().max_by(f64::total_cmp);
    // Else the most of a whole round trip, which evens out what had waited behind a lost packet.
    let slow = |call: &&Exchange| {
        let (most, time) = call.arrivals.most_in(trip.max(LEAST_PEAK));
        most.over(time).map(BitRate::bps)
    };
    let rate = highest.or_else(|| median(calls.iter().filter_map(slow).collect()))?;
    BitRate::from_bps(rate)
}
