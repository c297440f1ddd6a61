//! The rate of the slowest line, as answers show it, and what an answer takes on it.
//!
//! Within one answer the rate is what came after some moment over the time from there to the last arrival. The moment has to
//! be one at which the client read what had just come; the beginning is none when more than a segment was there at once,
//! because then the client woke late.
//!
//! - **The kernel's stamps** say when the first segment came and when the last one did, whatever the client was at.
//! - **A short course** begins at its first arrival of no more than a segment, the first or the one after it.
//! - **A dense one**, with a segment in every slice, counts the slices between the first and the last: these two are not full.
//! - **A long one** begins where what came at once ends, and late waking is a small part of it.
//! - **Without all that** it is what came after the first segment over the receive phase.
//!
//! What belongs to no body, such as TLS, is added in proportion. Answers that stood still for a window or for their server do
//! not count where there are others. The rate is that of payload: headers of packets are in it, so that payload over it is
//! the time on the line.

use std::time::Duration;

use netopt_core::arrivals::{Arrivals, NARROWEST};
use netopt_core::exchange::Exchange;
use netopt_core::phase::Phase;
use netopt_core::stamps::ArrivalOf;
use netopt_core::unit::{BitRate, Bytes};

use crate::facts::{Connection, Facts, LEAST_SAMPLES, answered, on};
use crate::visible::visible;

/// A full segment on an Ethernet path with time stamps, where the kernel does not tell.
pub(crate) const SEGMENT: Bytes = Bytes::new(1448);

/// Answers from here on say something about the rate: the first segment is a small part of them.
const TELLING_ANSWER: Bytes = Bytes::new(4 * SEGMENT.get());

/// A short course of fewer slices is mostly the steps of the clock.
const LEAST_SLICES: u32 = 6;

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

/// What an answer takes on the line, in two parts: what passes in the wait, and what passes in the receive phase.
///
/// The wait ends when the client sees the first segment. Where it woke late, more had come meanwhile: then the receive phase is
/// shorter than what the line needs for the rest, and the difference passed in the wait.
pub(crate) fn on_the_line(call: &Exchange, rate: Option<BitRate>) -> (Duration, Duration) {
    let Some(rate) = rate else {
        return (Duration::ZERO, Duration::ZERO);
    };
    let answer = answer(call);
    let receive = call.timeline.length(Phase::Receive).unwrap_or_default();
    let later = (answer.saturating_sub(SEGMENT) / rate).min(receive);
    ((answer / rate).saturating_sub(later), later)
}

/// The first segment of an answer on the line, or all of a smaller one.
pub(crate) fn first_segment(call: &Exchange, rate: BitRate) -> Duration {
    answer(call).min(SEGMENT) / rate
}

/// The bytes of the answer. The call that opens a connection with TLS received the handshake, too, and what of it was the
/// head of the answer is not told apart: the body counts alone.
fn answer(call: &Exchange) -> Bytes {
    let opened = call.connection.as_ref().filter(|used| used.earlier == 0);
    match opened.and_then(|used| used.tls.as_ref()) {
        Some(_) => call.traffic.body,
        None => call.traffic.received,
    }
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
        .filter_map(|call| {
            let rate = by_stamps(call)
                .or_else(|| by_course(call))
                .or_else(|| by_phase(call))?;
            Some(rate.bps())
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates
}

/// The place of the last rate; `None` when there are too few.
fn last(rates: &[f64]) -> Option<usize> {
    let enough = rates.len() as u64 >= LEAST_SAMPLES;
    rates.len().checked_sub(1).filter(|_| enough)
}

/// From the kernel's stamps, where the first read took one segment.
fn by_stamps(call: &Exchange) -> Option<BitRate> {
    let stamps = call.stamps.as_deref()?;
    let first = stamps
        .arrived
        .filter(|arrived| arrived.of == ArrivalOf::OneSegment)?;
    let later = answer(call).saturating_sub(SEGMENT);
    later.over(stamps.last_arrived?.checked_sub(first.at)?)
}

/// How long the first bytes of the answer lay in the kernel before the client read them; nothing where no stamps tell.
pub(crate) fn lay_unread(call: &Exchange) -> Duration {
    let unread = || {
        let stamps = call.stamps.as_deref()?;
        stamps.read?.checked_sub(stamps.arrived?.at)
    };
    unread().unwrap_or_default()
}

/// From the course of the body.
fn by_course(call: &Exchange) -> Option<BitRate> {
    let arrivals = &call.arrivals;
    let (came, time) = if arrivals.slice() > NARROWEST {
        let later = arrivals.total().saturating_sub(arrivals.at_once());
        (later, arrivals.length())
    } else {
        short(arrivals)?
    };
    let wrapping = answer(call).bits() / call.traffic.body.bits();
    BitRate::from_bps(came.over(time)?.bps() * wrapping)
}

/// What came in the middle of a short course, and in what time; `None` when it is too short to tell.
fn short(arrivals: &Arrivals) -> Option<(Bytes, Duration)> {
    let slices: Vec<Bytes> = arrivals.slices().collect();
    let last = slices.len().checked_sub(1)?;
    let came = |index: &usize| slices[*index] > Bytes::ZERO;
    let mut filled = (0..last).filter(came);
    let first = filled.next()?;
    let begin = if slices[first] > SEGMENT {
        filled.next()?
    } else {
        first
    };
    let count = u32::try_from(last - begin).ok()?;
    if count < LEAST_SLICES {
        return None;
    }
    let between: Bytes = slices[begin + 1..last].iter().copied().sum();
    if between.get() >= SEGMENT.get() * u64::from(count - 1) {
        return Some((between, arrivals.slice() * (count - 1)));
    }
    Some((between + slices[last], arrivals.slice() * count))
}

/// From the whole receive phase: the first segment had come before its clock started.
fn by_phase(call: &Exchange) -> Option<BitRate> {
    let later = answer(call).saturating_sub(SEGMENT);
    later.over(call.timeline.length(Phase::Receive)?)
}

#[cfg(test)]
mod tests {
    use netopt_core::stamps::{Arrival, Stamps};

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
    fn a_first_segment_passes_in_the_wait_and_what_came_before_the_client_woke_too() {
        let mut call = world(50_000).facts().baseline.exchanges[0].clone();
        let rate = BitRate::from_bps(20e6);
        let (wait, receive) = on_the_line(&call, rate);
        assert!(wait.abs_diff(ms(0.58)) < ms(0.1), "{wait:?}");
        assert!(receive.abs_diff(ms(19.42)) < ms(0.1), "{receive:?}");
        let span = call.timeline.span(Phase::Receive).unwrap();
        let woke_late = span.start() + ms(5.0);
        call.timeline.mark(Phase::Receive, woke_late, span.end());
        let (more, less) = on_the_line(&call, rate);
        assert!((more - wait).abs_diff(ms(5.0)) < ms(0.1), "{more:?}");
        assert_eq!(more + less, wait + receive);
        assert_eq!(on_the_line(&call, None), (Duration::ZERO, Duration::ZERO));
    }

    /// A line of 50 Mbit/s of payload: a segment each 232 µs. The client wakes so much late, and then is on time.
    fn short_course(late: u64, segments: u64) -> Facts {
        let mut facts = world(SEGMENT.get() * segments).facts();
        for call in &mut facts.baseline.exchanges {
            call.arrivals = Arrivals::default();
            for number in 0..segments {
                let came = (232 * number).max(late);
                call.arrivals
                    .note(Duration::from_micros(came - late), SEGMENT);
            }
        }
        facts.survey = crate::facts::Survey::default();
        facts
    }

    #[test]
    fn a_short_course_tells_the_rate_however_late_the_client_woke() {
        for (late, segments) in [(0, 4), (0, 10), (100, 10), (500, 10), (900, 10), (900, 30)] {
            let found = rate(&short_course(late, segments)).unwrap().bps();
            // What the answer's head adds in proportion.
            let head =
                1.0 + 200.0 / (SEGMENT.bits() / 8.0) / f64::from(u32::try_from(segments).unwrap());
            let share = found / head / 49.93e6;
            assert!((0.92..1.08).contains(&share), "{late} {segments}: {share}");
        }
    }

    #[test]
    fn stamps_tell_the_rate_whenever_the_client_read_and_how_late_it_did() {
        let mut facts = short_course(900, 10);
        let stamps = |of| Stamps {
            handed: Duration::ZERO,
            written: None,
            blocked: Duration::ZERO,
            scheduled: None,
            sent: None,
            acknowledged: None,
            arrived: Some(Arrival { at: ms(5.0), of }),
            read: Some(ms(5.9)),
            whole: None,
            answered: ms(6.0),
            last_arrived: Some(ms(15.0)),
            is_resent: false,
            min_rtt: None,
            trip_before: None,
            uncertainty: Duration::ZERO,
        };
        // Nine segments and a head of 200 bytes came in 10 ms; the course says four times as much.
        for call in &mut facts.baseline.exchanges {
            call.stamps = Some(Box::new(stamps(ArrivalOf::OneSegment)));
        }
        let found = rate(&facts).unwrap().bps();
        assert!((found - 8.0 * 13_232.0 / 0.01).abs() < 1.0, "{found}");
        assert_eq!(lay_unread(&facts.baseline.exchanges[0]), ms(0.9));
        // When the first of several came is not known.
        for call in &mut facts.baseline.exchanges {
            call.stamps = Some(Box::new(stamps(ArrivalOf::LastOfSeveral)));
        }
        assert!(rate(&facts).unwrap().bps() > 4.0 * found);
    }

    #[test]
    fn a_handshake_is_no_part_of_the_answer() {
        let mut call = world(50_000).facts().baseline.exchanges[0].clone();
        call.traffic.received += Bytes::new(4000);
        assert_eq!(answer(&call), Bytes::new(54_200));
        let used = call.connection.as_mut().unwrap();
        used.tls = Some(netopt_core::exchange::TlsSession {
            version: "TLSv1.3".to_owned(),
            resumed: false,
            certificates: Bytes::new(800),
        });
        assert_eq!(answer(&call), Bytes::new(50_000));
    }
}
