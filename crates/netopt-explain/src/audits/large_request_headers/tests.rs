//! Heads that the line takes its time for, and heads that do not matter.

use proptest::prelude::*;

use super::*;
use crate::worlds::{World, assert_quiet, fired, heavy, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

/// Of a line of 1 Mbit/s.
const SLOW: f64 = 8.0;

#[test]
fn a_long_head_on_a_slow_line_costs_its_bytes() {
    let finding = fired(&AUDIT, &heavy(&far(), 8_000, None, SLOW));
    // All but a packet of it.
    assert!((saving(&finding) - 52.4).abs() < 1.0, "{finding:?}");
    assert!(matches!(&finding.remedy, Remedy::Advice(text) if text.contains("claims")));
    assert!(finding.summary.contains("8.0 kB of headers"), "{finding:?}");
}

#[test]
fn cookies_get_the_advice_for_cookies() {
    let mut facts = heavy(&far(), 8_000, None, SLOW);
    for call in &mut facts.baseline.exchanges {
        call.asked.as_mut().unwrap().cookies = Bytes::new(6_000);
    }
    let finding = fired(&AUDIT, &facts);
    assert!(
        matches!(&finding.remedy, Remedy::Advice(text) if text.contains("6.0 kB of it are cookies"))
    );
}

#[test]
fn http2_is_proposed_where_it_sends_much_less() {
    let finding = fired(&AUDIT, &heavy(&far(), 3_500, Some(80), SLOW));
    assert_eq!(finding.change(), Some(Change::Version(HttpVersion::Auto)));
    assert!((saving(&finding) - 27.4).abs() < 1.0, "{finding:?}");
    // It repeats what is too long for its table, or secret.
    let finding = fired(&AUDIT, &heavy(&far(), 8_000, Some(6_500), SLOW));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
}

#[test]
fn a_server_that_chose_http1_again_is_no_reason_for_http2() {
    let mut facts = heavy(&far(), 3_500, Some(80), SLOW);
    for call in &mut facts.survey.multiplexed {
        call.connection.as_mut().unwrap().protocol = Protocol::Http1;
    }
    assert!(matches!(fired(&AUDIT, &facts).remedy, Remedy::Advice(_)));
}

#[test]
fn quick_lines_short_heads_and_heads_that_are_not_repeated_are_quiet() {
    assert_quiet(&AUDIT, &heavy(&far(), 8_000, None, 0.001));
    assert_quiet(&AUDIT, &heavy(&far(), 1_500, None, SLOW));
    let mut indexed = heavy(&far(), 8_000, None, SLOW);
    for call in &mut indexed.survey.warm {
        call.traffic.sent = Bytes::new(60);
    }
    assert_quiet(&AUDIT, &indexed);
}

#[test]
fn what_was_sent_of_the_body_is_no_head() {
    let mut facts = heavy(&far(), 8_000, None, SLOW);
    for call in &mut facts.survey.warm {
        call.asked.as_mut().unwrap().body = Bytes::new(7_800);
    }
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn without_the_longer_head_its_cost_is_not_measured() {
    let mut facts = heavy(&far(), 8_000, None, SLOW);
    facts.survey.padded.truncate(2);
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(PADDED));
    facts.survey.warm.clear();
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(SINGLE));
    facts.baseline.exchanges.clear();
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(CALLS));
}

proptest! {
    /// The cost of a byte is that of the line, whatever the head; HTTP/2 never saves more than the whole head.
    #[test]
    fn the_estimate_is_that_of_the_line(head in 3_000u64..14_000, per_kb in 1.0f64..20.0, shorter in prop::option::of(50u64..14_000)) {
        let finding = fired(&AUDIT, &heavy(&far(), head, shorter, per_kb));
        let is_shorter = shorter.filter(|shorter| 2 * shorter <= head);
        let left = is_shorter.unwrap_or(ONE_PACKET.get());
        let expected = per_kb * ((head - left) as f64) / 1e3;
        prop_assert!((saving(&finding) - expected).abs() < 0.02 * expected, "{finding:?}");
        prop_assert_eq!(finding.change().is_some(), is_shorter.is_some());
    }
}
