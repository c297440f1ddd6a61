//! What stands in front of handshakes, and what only looks like it.

use proptest::prelude::*;

use super::*;
use crate::worlds::{World, crowded, ms};

fn far(rtt: f64) -> World {
    World {
        rtt: ms(rtt),
        ..World::default()
    }
}

#[test]
fn an_empty_path_has_no_queue() {
    for rtt in [0.05, 1.0, 40.0, 200.0] {
        assert_eq!(standing(&far(rtt).facts()), None);
    }
}

#[test]
fn handshakes_that_are_late_together_stood_in_a_queue() {
    let found = standing(&crowded(&far(20.0), &[90.0, 110.0, 100.0])).unwrap();
    assert_eq!(found.floor, ms(20.0));
    assert!(
        (95.0..=110.0).contains(&(found.time.as_secs_f64() * 1e3)),
        "{found:?}"
    );
}

#[test]
fn a_stray_handshake_hides_no_queue_and_the_latest_one_is_not_the_servers() {
    let mut facts = crowded(&far(20.0), &[100.0]);
    let call = &mut facts.survey.fresh[3];
    let span = call.timeline.span(Phase::Connect).unwrap();
    call.timeline
        .mark(Phase::Connect, span.start(), span.end() + ms(70.0));
    assert_eq!(standing(&facts).unwrap().time, ms(100.0));
    assert_eq!(delay(&facts), ms(170.0));
    assert_eq!(delay(&far(20.0).facts()), Duration::ZERO);
}

#[test]
fn a_sender_that_backs_off_in_between_hides_no_queue() {
    // The survey is the last 30 calls of 89: three more handshakes before the drop, seven behind it.
    let late: Vec<f64> = (0..89).map(|n| if n < 62 { 110.0 } else { 66.0 }).collect();
    let found = standing(&crowded(&far(20.0), &late)).unwrap();
    assert_eq!(found.time, ms(66.0));
}

#[test]
fn what_the_client_never_saw_without_it_is_distance() {
    let mut facts = crowded(&far(20.0), &[100.0]);
    for call in &mut facts.baseline.exchanges {
        call.path.as_mut().unwrap().min_rtt = Some(ms(120.0));
        call.connection.as_mut().unwrap().opening = None;
    }
    assert_eq!(standing(&facts), None);
}

#[test]
fn a_short_queue_is_ordinary() {
    assert_eq!(standing(&crowded(&far(1.0), &[4.0])), None);
    assert_eq!(standing(&crowded(&far(80.0), &[15.0])), None);
    assert!(standing(&crowded(&far(80.0), &[30.0])).is_some());
}

#[test]
fn lost_first_segments_and_dead_addresses_are_no_queue() {
    let mut facts = far(20.0).facts();
    for call in &mut facts.survey.fresh {
        let span = call.timeline.span(Phase::Connect).unwrap();
        call.timeline
            .mark(Phase::Connect, span.start(), span.end() + ms(1000.0));
        let opening = call.connection.as_mut().unwrap().opening.as_mut().unwrap();
        opening.syn_retransmits = Some(1);
    }
    assert_eq!(standing(&facts), None);
}

#[test]
fn a_connection_that_saw_the_path_empty_during_the_survey_is_believed() {
    let mut facts = crowded(&far(20.0), &[100.0]);
    let seen = facts.survey.warm.last_mut().unwrap();
    seen.path.as_mut().unwrap().min_rtt = Some(ms(25.0));
    assert_eq!(standing(&facts), None);
}

proptest! {
    #[test]
    fn servers_make_no_queue(rtt in 0.05f64..200.0, service in 0.0f64..500.0, spread in 0.0f64..0.9) {
        let world = World { service: ms(service), spread, smoothed: Some(ms(rtt + service)), ..far(rtt) };
        prop_assert_eq!(standing(&world.facts()), None);
    }

    /// Jitter of up to `most` each way, drawn for each handshake: its extremes are told from the least of all.
    #[test]
    fn jitter_that_reaches_down_makes_no_queue(
        rtt in 1.0f64..100.0, most in 1.0f64..50.0, drawn in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 26),
    ) {
        let late: Vec<f64> = drawn.iter().map(|(there, back)| (there + back) * most).collect();
        let least = late.iter().copied().fold(f64::MAX, f64::min);
        let found = standing(&crowded(&far(rtt), &late));
        // By chance none of 26 may come near the empty path; then nobody could tell.
        prop_assert!(found.is_none() || least > NEVER_BELOW * most * 0.5, "{found:?} of {late:?}");
    }
}
