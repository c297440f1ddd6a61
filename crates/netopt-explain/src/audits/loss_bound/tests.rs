//! Pauses behind lost packets.

use netopt_core::path::PathSample;
use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

fn course(out_of_order: u32) -> Facts {
    let flights = [
        (0.0, 60_000),
        (40.0, 30_000),
        (95.0, 20_000),
        (160.0, 40_000),
    ];
    download(&far(), &flights, |call| {
        call.path_before = Some(PathSample {
            out_of_order: Some(7),
            ..PathSample::default()
        });
        call.path = call.path.map(|path| PathSample {
            out_of_order: Some(7 + out_of_order),
            receive_window: Some(Bytes::new(900_000)),
            ..path
        });
    })
}

#[test]
fn packets_out_of_order_and_pauses_are_loss() {
    let finding = fired(&AUDIT, &course(12));
    assert!(matches!(&finding.remedy, Remedy::Advice(text) if text.contains("bbr")));
    assert!(saving(&finding) > 20.0, "{finding:?}");
}

#[test]
fn what_was_lost_before_the_call_is_not_its_loss() {
    assert_quiet(&AUDIT, &course(0));
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
