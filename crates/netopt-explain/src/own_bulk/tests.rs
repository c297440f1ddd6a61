//! What is in front of calls when the same client uploads.

use netopt_core::path::PathSample;
use netopt_core::unit::millis;

use super::*;
use crate::worlds::{Bulk, World, beside, ms, upload};

const MULTIPLEXED: Bulk = Bulk {
    protocol: Protocol::Http2,
    unsent: Bytes::new(250_000),
    rate: 10.0,
    queue: 80.0,
};

fn far() -> World {
    World {
        rtt: ms(20.0),
        ..World::default()
    }
}

#[test]
fn the_socket_and_the_path_are_told_apart() {
    let found = own_bulk(&beside(&far(), MULTIPLEXED)).unwrap();
    assert_eq!(found.carrier, Carrier::Shared);
    assert_eq!(found.floor, ms(20.0));
    assert_eq!(found.unsent, Bytes::new(250_000));
    for (time, expected) in [
        (found.queue, 80.0),
        (found.backlog, 200.0),
        (found.waited, 280.0),
    ] {
        assert!((millis(time) - expected).abs() < 5.0, "{found:?}");
    }
}

#[test]
fn uploads_elsewhere_leave_only_their_queue() {
    let bulk = Bulk {
        protocol: Protocol::Http1,
        ..MULTIPLEXED
    };
    let found = own_bulk(&beside(&far(), bulk)).unwrap();
    assert_eq!(found.carrier, Carrier::Apart);
    assert_eq!((found.backlog, found.unsent), (Duration::ZERO, Bytes::ZERO));
    assert!((75.0..=85.0).contains(&millis(found.queue)), "{found:?}");
}

#[test]
fn without_uploads_there_is_none() {
    assert_eq!(own_bulk(&far().facts()), None);
}

#[test]
fn a_call_that_is_itself_the_bulk_has_none_beside_it() {
    let sent = PathSample {
        rtt: Some(ms(100.0)),
        ..PathSample::default()
    };
    let mut facts = upload(&far(), 500_000, 300.0, sent);
    for call in &mut facts.baseline.exchanges {
        call.connection.as_mut().unwrap().protocol = Protocol::Http2;
    }
    assert_eq!(own_bulk(&facts), None);
}

#[test]
fn no_part_is_more_than_what_calls_wait_longer() {
    let mut facts = beside(&far(), MULTIPLEXED);
    // The kernel's figures would make up 280 ms; the calls only wait 40 ms longer.
    facts.baseline.exchanges = beside(
        &far(),
        Bulk {
            unsent: Bytes::ZERO,
            queue: 40.0,
            ..MULTIPLEXED
        },
    )
    .baseline
    .exchanges;
    for call in &mut facts.baseline.exchanges {
        call.path.as_mut().unwrap().rtt = Some(ms(100.0));
        call.path_before.as_mut().unwrap().unsent = Some(Bytes::new(250_000));
    }
    let found = own_bulk(&facts).unwrap();
    assert!(
        found.queue <= found.waited && found.backlog <= found.waited,
        "{found:?}"
    );
    assert!(millis(found.waited) < 45.0, "{found:?}");
}

#[test]
fn what_others_send_on_the_connection_makes_no_upload_of_a_call() {
    assert!(crate::upload::uploads(&beside(&far(), MULTIPLEXED)).is_empty());
}
