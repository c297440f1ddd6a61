//! Whose bulk it is decides what helps; and much that is slow is no bulk at all.

use netopt_core::exchange::Protocol;
use netopt_core::path::PathSample;
use netopt_core::plan::Plan;

use super::*;
use crate::worlds::{
    Bulk, World, assert_quiet, beside, crowded, download, fired, ms, saving, upload,
};
use crate::{explain, primary};

const MULTIPLEXED: Bulk = Bulk {
    protocol: Protocol::Http2,
    unsent: Bytes::new(250_000),
    rate: 10.0,
    queue: 80.0,
};

const APART: Bulk = Bulk {
    protocol: Protocol::Http1,
    ..MULTIPLEXED
};

fn far() -> World {
    World {
        rtt: ms(20.0),
        ..World::default()
    }
}

fn with(change: Change) -> World {
    World {
        client: Plan::new().with(change),
        ..far()
    }
}

/// The facts on a machine that has BBR.
fn on_bbr(world: &World, bulk: Bulk) -> Facts {
    Facts {
        may_have_bbr: Some(true),
        ..beside(world, bulk)
    }
}

fn root(facts: &Facts) -> Option<&'static str> {
    primary(&explain(facts)).map(|finding| finding.id)
}

fn is_advice(finding: &Finding) -> bool {
    matches!(finding.remedy, Remedy::Advice(_))
}

#[test]
fn bulk_on_the_connection_of_the_calls_is_kept_out_of_the_socket() {
    let facts = beside(&far(), MULTIPLEXED);
    let finding = fired(&AUDIT, &facts);
    assert_eq!(
        finding.change(),
        Some(Change::NotsentLowat(Some(LOW_WATER)))
    );
    assert!((190.0..=210.0).contains(&saving(&finding)), "{finding:?}");
    assert!(
        finding.summary.contains("100 ms") && finding.summary.contains("20.0 ms"),
        "{}",
        finding.summary
    );
    assert_eq!(root(&facts), Some(ID));
}

#[test]
fn bulk_on_other_connections_is_asked_to_keep_the_queue_short() {
    let facts = on_bbr(&far(), APART);
    let finding = fired(&AUDIT, &facts);
    assert_eq!(
        finding.change(),
        Some(Change::CongestionControl(bbr::NAME.parse().ok()))
    );
    assert!((75.0..=85.0).contains(&saving(&finding)), "{finding:?}");
    assert_eq!(root(&facts), Some(ID));
}

#[test]
fn what_the_machine_does_not_have_is_not_proposed() {
    for (may_have_bbr, word) in [(Some(false), "modprobe tcp_bbr"), (None, "was not asked")] {
        let facts = Facts {
            may_have_bbr,
            ..beside(&far(), APART)
        };
        let finding = fired(&AUDIT, &facts);
        let Remedy::Advice(text) = &finding.remedy else {
            panic!("{finding:?}")
        };
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn what_is_set_already_is_not_proposed() {
    let marked = with(Change::NotsentLowat(Some(Bytes::new(8_192))));
    let finding = fired(&AUDIT, &on_bbr(&marked, MULTIPLEXED));
    assert!(matches!(
        finding.change(),
        Some(Change::CongestionControl(_))
    ));
    let short = with(Change::CongestionControl(bbr::NAME.parse().ok()));
    assert!(is_advice(&fired(&AUDIT, &on_bbr(&short, APART))));
}

#[test]
fn a_queue_of_others_is_the_root_cause_and_gets_advice() {
    let facts = crowded(&far(), &[100.0, 110.0, 120.0]);
    let finding = fired(&AUDIT, &facts);
    assert!(is_advice(&finding));
    assert!((100.0..=120.0).contains(&saving(&finding)), "{finding:?}");
    assert_eq!(root(&facts), Some(ID), "{:#?}", explain(&facts));
}

#[test]
fn the_server_is_not_blamed_for_a_queue_and_no_queue_for_a_server() {
    let found = explain(&crowded(&far(), &[150.0]));
    assert_ne!(found[0].id, "server.processing");
    for service in [30.0, 150.0, 500.0] {
        let slow = World {
            service: ms(service),
            spread: 0.3,
            smoothed: Some(ms(20.0 + service)),
            ..far()
        };
        assert_quiet(&AUDIT, &slow.facts());
    }
}

#[test]
fn a_queue_that_moves_is_neither_the_servers_nor_a_matter_of_bytes() {
    // It drains while the survey runs, so it is not told as one; the compressed answers met less of it.
    let world = World {
        body: Bytes::new(2_000),
        packed: Some(Bytes::new(300)),
        ..far()
    };
    let mut moves: Vec<f64> = (0..59).map(|n| f64::from(n % 20) * 10.0).collect();
    moves.extend([150.0; 8].into_iter().chain([90.0; 12]).chain([5.0; 10]));
    let facts = crowded(&world, &moves);
    assert_quiet(&AUDIT, &facts);
    assert_eq!(root(&facts), None, "{:#?}", explain(&facts));
    assert_ne!(
        explain(&facts).first().map(|it| it.id),
        Some("server.processing")
    );
}

#[test]
fn a_server_that_is_slow_under_load_is_no_queue_of_the_path() {
    // The smoothed round trip has its work in it; there is no bulk, and the handshakes are quick.
    let world = World {
        smoothed: Some(ms(90.0)),
        queue_under_load: ms(70.0),
        ..far()
    };
    assert_quiet(&AUDIT, &world.facts());
    // Uploads run, the calls wait longer, and neither the path nor the socket is why.
    let idle = Bulk {
        unsent: Bytes::ZERO,
        queue: 0.0,
        ..MULTIPLEXED
    };
    assert_quiet(&AUDIT, &beside(&world, idle));
}

#[test]
fn jitter_is_no_queue() {
    let late = [0.5, 12.0, 5.0, 17.0, 9.0, 3.0, 14.0, 8.0, 19.0, 1.0, 11.0];
    assert_quiet(&AUDIT, &crowded(&far(), &late));
}

#[test]
fn a_single_bulk_call_is_a_matter_of_the_rate() {
    let course: Vec<(f64, u64)> = (0..200).map(|n| (f64::from(n), 2_500)).collect();
    let queued = |call: &mut netopt_core::exchange::Exchange| {
        if let Some(path) = &mut call.path {
            (path.rtt, path.receive_rtt) = (Some(ms(120.0)), Some(ms(120.0)));
        }
    };
    let facts = download(&far(), &course, queued);
    assert_quiet(&AUDIT, &facts);
    assert_eq!(root(&facts), Some("tcp.bottleneck-rate"));
    let sent = PathSample {
        rtt: Some(ms(120.0)),
        unsent: Some(Bytes::new(250_000)),
        ..PathSample::default()
    };
    assert_quiet(&AUDIT, &upload(&far(), 500_000, 400.0, sent));
}

#[test]
fn answers_that_lose_packets_are_a_matter_of_loss() {
    let course: Vec<(f64, u64)> = (0..10).map(|n| (f64::from(n) * 20.0, 14_480)).collect();
    let facts = download(&far(), &course, |call| {
        if let Some(path) = &mut call.path {
            path.out_of_order = Some(4);
        }
        call.path_before = Some(Box::new(PathSample {
            out_of_order: Some(0),
            ..PathSample::default()
        }));
    });
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn an_empty_path_says_nothing() {
    for rtt in [0.05, 1.0, 20.0, 150.0] {
        let world = World {
            rtt: ms(rtt),
            ..World::default()
        };
        assert_quiet(&AUDIT, &world.facts());
    }
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(CALLS));
}
