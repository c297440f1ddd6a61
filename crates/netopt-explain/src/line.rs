//! The rate of the slowest line, as answers show it, and what a first segment takes on it.
//!
//! Within one answer the rate is what came between the first slice of its course and the last one, over that time. The first
//! is left out because more than a segment has come when a client wakes up, the last because it is not full. Where the course
//! is too short for that, it is what came after the first segment over the receive phase. Answers that stood still for a
//! window or for their server do not count where there are others. The rate is that of payload: headers of packets are in
//! it, so that payload over it is the time on the line.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;
use netopt_core::unit::{BitRate, Bytes};

use crate::facts::{Connection, Facts, LEAST_SAMPLES, answered, on};
use crate::visible::visible;

/// A full segment on an Ethernet path with time stamps, where the kernel does not tell.
pub(crate) const SEGMENT: Bytes = Bytes::new(1448);

/// Answers from here on say something about the rate: the first segment is a small part of them.
const TELLING_ANSWER: Bytes = Bytes::new(4 * SEGMENT.get());

/// Below this number of slices between the first and the last the steps of the clock are most of the time.
const LEAST_SLICES: usize = 6;

/// The rate of the slowest line on kept connections, or on all where there are too few of these; `None` when answers are
/// too small to tell.
pub(crate) fn rate(facts: &Facts) -> Option<BitRate> {
    let both = |connection| {
        on(&facts.baseline.exchanges, connection).chain(on(&facts.survey.warm, connection))
    };
    let trip = visible(facts).map(|trip| trip.time);
    told(both(Connection::Reused), trip)
        .or_else(|| told(facts.answered().chain(answered(&facts.survey.fresh)), trip))
}

/// The time of an answer's first segment on the line: the part of the transmission that lies in the wait.
pub(crate) fn first_segment(call: &Exchange, rate: Option<BitRate>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| {
        call.traffic.received.min(SEGMENT) / rate
    })
}

/// The rate of those answers that never stood still, at the median; where these are too few, the upper quartile of all.
///
/// A window that is too small and a server that pauses both leave a gap of about a round trip.
fn told<'a>(calls: impl Iterator<Item = &'a Exchange>, trip: Option<Duration>) -> Option<BitRate> {
    let telling: Vec<&Exchange> = calls
        .filter(|call| call.traffic.body >= TELLING_ANSWER)
        .collect();
    let stands = |call: &Exchange| trip.is_some_and(|trip| call.traffic.longest_gap > trip / 2);
    let calm = rates(telling.iter().filter(|call| !stands(call)).copied());
    if let Some(last) = last(&calm) {
        return BitRate::from_bps(calm[last / 2]);
    }
    let all = rates(telling.into_iter());
    BitRate::from_bps(*all.get(last(&all)? - last(&all)? / 4)?)
}

/// The rates of these answers in order, in bits a second.
fn rates<'a>(calls: impl Iterator<Item = &'a Exchange>) -> Vec<f64> {
    let mut rates: Vec<f64> = calls
        .filter_map(|call| Some(by_course(call).or_else(|| by_phase(call))?.bps()))
        .collect();
    rates.sort_by(f64::total_cmp);
    rates
}

/// The place of the last rate; `None` when there are too few.
fn last(rates: &[f64]) -> Option<usize> {
    let enough = rates.len() as u64 >= LEAST_SAMPLES;
    rates.len().checked_sub(1).filter(|_| enough)
}

/// From the course of the body; what belongs to no body, such as TLS, is added in proportion.
fn by_course(call: &Exchange) -> Option<BitRate> {
    let slices: Vec<Bytes> = call.arrivals.slices().collect();
    let first = slices.iter().position(|slice| *slice > Bytes::ZERO)?;
    let between = slices.get(first + 1..slices.len().checked_sub(1)?)?;
    if between.len() < LEAST_SLICES {
        return None;
    }
    let time = call.arrivals.slice() * u32::try_from(between.len()).ok()?;
    let body: Bytes = between.iter().copied().sum();
    let wrapping = call.traffic.received.bits() / call.traffic.body.bits();
    BitRate::from_bps(body.over(time)?.bps() * wrapping)
}

/// From the whole receive phase: the first segment had come before its clock started.
fn by_phase(call: &Exchange) -> Option<BitRate> {
    let later = call.traffic.received.saturating_sub(SEGMENT);
    later.over(call.timeline.length(Phase::Receive)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::{World, ms};

    fn world(body: u64) -> World {
        World {
            rate: BitRate::from_bps(20e6),
            body: Bytes::new(body),
            ..World::default()
        }
    }

    fn share(found: Option<BitRate>) -> f64 {
        found.unwrap().bps() / 20e6
    }

    #[test]
    fn a_few_segments_tell_the_rate_and_three_do_not() {
        assert!((0.95..1.05).contains(&share(rate(&world(50_000).facts()))));
        assert!((0.9..1.1).contains(&share(rate(&world(6_000).facts()))));
        assert_eq!(rate(&world(4_000).facts()), None);
    }

    #[test]
    fn a_client_that_wakes_late_does_not_make_the_line_faster() {
        let mut facts = world(50_000).facts();
        for call in &mut facts.baseline.exchanges {
            // Four segments were there at once, the rest came at the rate of the line: 625 bytes each quarter of a millisecond.
            call.arrivals.note(ms(0.0), Bytes::new(6_000));
            for slice in 1..70_u32 {
                call.arrivals
                    .note(ms(0.25 * f64::from(slice)), Bytes::new(625));
            }
            let receive = call.timeline.span(Phase::Receive).unwrap();
            call.timeline
                .mark(Phase::Receive, receive.start(), receive.start() + ms(17.5));
        }
        facts.survey = crate::facts::Survey::default();
        let found = share(rate(&facts));
        assert!((0.97..1.03).contains(&found), "{found}");
    }

    #[test]
    fn an_answer_that_stands_still_does_not_tell_the_rate_of_the_line() {
        let mut facts = world(50_000).facts();
        for (index, call) in facts.baseline.exchanges.iter_mut().enumerate() {
            if index % 3 > 0 {
                let receive = call.timeline.span(Phase::Receive).unwrap();
                call.traffic.longest_gap = ms(20.0);
                call.timeline
                    .mark(Phase::Receive, receive.start(), receive.end() + ms(20.0));
            }
        }
        let found = share(rate(&facts));
        assert!((0.95..1.05).contains(&found), "{found}");
    }

    #[test]
    fn the_first_segment_takes_its_time_on_the_line_and_a_small_answer_less() {
        let facts = world(50_000).facts();
        let call = &facts.baseline.exchanges[0];
        let rate = BitRate::from_bps(11.584e6);
        assert_eq!(first_segment(call, rate), ms(1.0));
        assert_eq!(first_segment(call, None), Duration::ZERO);
        let small = &world(200).facts().baseline.exchanges[0].clone();
        assert!(first_segment(small, rate) < ms(0.5));
    }
}
