//! A window a round trip, on either side.

use netopt_core::path::PathSample;
use netopt_core::plan::Plan;
use netopt_core::unit::Bytes;

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving, upload};

fn far() -> World {
    World {
        rtt: ms(40.0),
        ..World::default()
    }
}

/// A window of 20 kB, a round trip each.
fn windows(plan: Plan, window: u64) -> Facts {
    let flights: Vec<(f64, u64)> = (0..8).map(|n| (f64::from(n) * 41.0, 20_000)).collect();
    let world = World {
        client: plan,
        ..far()
    };
    download(&world, &flights, |call| {
        if let Some(path) = &mut call.path {
            path.receive_window = Some(Bytes::new(window));
        }
    })
}

#[test]
fn a_fixed_buffer_of_the_client_is_removed() {
    let plan = Plan::new().with(Change::ReceiveBuffer(Some(Bytes::new(20_000))));
    let finding = fired(&AUDIT, &windows(plan, 20_000));
    assert_eq!(finding.change(), Some(Change::ReceiveBuffer(None)));
    assert!(saving(&finding) > 150.0, "{finding:?}");
}

#[test]
fn without_a_fixed_buffer_it_is_the_systems_bound() {
    let finding = fired(&AUDIT, &windows(Plan::new(), 20_000));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
}

#[test]
fn a_window_with_room_is_not_the_limit() {
    assert_quiet(&AUDIT, &windows(Plan::new(), 200_000));
    assert_quiet(&AUDIT, &far().facts());
}

/// An upload of 160 kB that was under way for 300 ms.
fn uploading(window_limited: f64) -> Facts {
    let sent = PathSample {
        busy: Some(ms(300.0)),
        window_limited: Some(ms(window_limited)),
        peer_window: Some(Bytes::new(16_000)),
        ..PathSample::default()
    };
    upload(&far(), 160_000, 305.0, sent)
}

#[test]
fn a_full_window_of_the_server_is_told_to_whoever_runs_it() {
    let finding = fired(&AUDIT, &uploading(250.0));
    assert!(matches!(finding.remedy, Remedy::Advice(_)));
    assert!((saving(&finding) - 250.0).abs() < 1.0, "{finding:?}");
    assert_quiet(&AUDIT, &uploading(60.0));
}

#[test]
fn the_time_of_an_upload_is_not_the_servers_work() {
    let findings = crate::explain(&uploading(250.0));
    assert!(
        findings
            .iter()
            .all(|finding| finding.id != "server.processing"),
        "{findings:?}"
    );
}

#[test]
fn without_an_answer_it_is_not_measured() {
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
