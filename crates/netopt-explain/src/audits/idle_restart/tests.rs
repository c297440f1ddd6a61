//! Flights after a pause.

use std::time::Duration;

use netopt_core::path::PathSample;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn after(silence: u64) -> Facts {
    download(&far(), &[(0.0, 38_000), (40.0, 22_000)], |call| {
        call.path_before = call.is_reused().then(|| {
            Box::new(PathSample {
                silent_for: Some(Duration::from_millis(silence)),
                ..PathSample::default()
            })
        });
    })
}

#[test]
fn a_second_flight_after_a_long_pause_is_a_restart() {
    let finding = fired(&AUDIT, &after(900));
    assert!(
        matches!(&finding.remedy, Remedy::Advice(text) if text.contains("slow_start_after_idle"))
    );
    assert!((20.0..40.0).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn after_a_short_pause_it_is_something_else() {
    assert_quiet(&AUDIT, &after(50));
    assert_quiet(&AUDIT, &far().facts());
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
