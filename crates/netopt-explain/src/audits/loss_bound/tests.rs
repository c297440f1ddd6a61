//! Pauses behind lost packets, of answers and of requests.

use netopt_core::change::Change;
use netopt_core::finding::Severity;
use netopt_core::path::PathSample;
use netopt_core::plan::Plan;
use netopt_core::unit::{BitRate, Bytes};

use super::*;
use crate::worlds::{World, assert_quiet, download, fired, ms, saving, upload};

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
        call.path_before = Some(Box::new(PathSample {
            out_of_order: Some(7),
            ..PathSample::default()
        }));
        if let Some(path) = &mut call.path {
            path.out_of_order = Some(7 + out_of_order);
            path.receive_window = Some(Bytes::new(900_000));
        }
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

/// Requests of 400 kB that took 900 ms over 40 ms, of which three segments went again.
fn uploading(may_have_bbr: Option<bool>) -> Facts {
    let sent = PathSample {
        rtt: Some(ms(41.0)),
        busy: Some(ms(900.0)),
        delivery_rate: BitRate::from_bps(4e6),
        window_limited: Some(ms(0.0)),
        buffer_limited: Some(ms(0.0)),
        bytes_again: Some(Bytes::new(4_344)),
        app_limited: Some(false),
        ..PathSample::default()
    };
    let world = World {
        client: Plan::new().with(Change::CongestionControl("cubic".parse().ok())),
        ..far()
    };
    Facts {
        may_have_bbr,
        ..upload(&world, 404_344, 905.0, sent)
    }
}

#[test]
fn our_own_losses_are_answered_by_another_congestion_control() {
    let finding = fired(&AUDIT, &uploading(Some(true)));
    let bbr = Change::CongestionControl("bbr".parse().ok());
    assert_eq!(finding.change(), Some(bbr));
    // 276 segments are five flights.
    assert!((saving(&finding) - 700.0).abs() < 1.0, "{finding:?}");
    assert!(finding.severity == Severity::High, "{finding:?}");
}

#[test]
fn where_the_kernel_has_no_other_it_says_so() {
    for (may_have_bbr, word) in [(Some(false), "modprobe tcp_bbr"), (None, "was not asked")] {
        let finding = fired(&AUDIT, &uploading(may_have_bbr));
        assert!(
            matches!(&finding.remedy, Remedy::Advice(text) if text.contains(word)),
            "{finding:?}"
        );
    }
}

#[test]
fn a_lossy_upload_is_no_work_of_the_server_and_no_full_line() {
    let findings = crate::explain(&uploading(Some(true)));
    let ids: Vec<&str> = findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids.iter().filter(|id| **id == ID).count(), 1);
    for other in ["server.processing", "tcp.bottleneck-rate"] {
        assert!(!ids.contains(&other), "{ids:?}");
    }
}
