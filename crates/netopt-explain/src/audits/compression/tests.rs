//! When compression is worth asking for, and when asking would be noise.

use netopt_core::encoding::Encodings;
use netopt_core::finding::Severity;
use netopt_core::path::PathSample;
use netopt_core::plan::Plan;
use netopt_core::unit::BitRate;

use super::*;
use crate::facts::BodySample;
use crate::worlds::{World, assert_quiet, fired, ms, saving, upload};

/// 120 kB of JSON over 20 Mbit/s: 48 ms, a tenth of it when compressed.
fn slow_line() -> World {
    World {
        rtt: ms(10.0),
        rate: BitRate::from_bps(20e6),
        body: Bytes::new(120_000),
        packed: Some(Bytes::new(12_000)),
        ..World::default()
    }
}

fn sample(packed: u64) -> Option<BodySample> {
    Some(BodySample {
        plain: Bytes::new(10_000),
        packed: Bytes::new(packed),
    })
}

#[test]
fn a_server_that_compresses_when_asked_should_be_asked() {
    let finding = fired(&AUDIT, &slow_line().facts());
    assert_eq!(
        finding.change(),
        Some(Change::AcceptEncoding(Encodings::ALL))
    );
    assert_eq!(finding.severity, Severity::High);
    assert!((42.0..44.5).contains(&saving(&finding)), "{finding:?}");
    assert!(finding.cost[0].contains("CPU"));
}

#[test]
fn it_compares_new_connections_where_the_server_closes() {
    let world = World {
        server_keeps: false,
        ..slow_line()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!((42.0..44.5).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn a_server_that_does_not_compress_is_advised_by_a_sample() {
    let world = World {
        packed: None,
        sample: sample(1_000),
        server: Some("nginx"),
        ..slow_line()
    };
    let finding = fired(&AUDIT, &world.facts());
    assert!(matches!(&finding.remedy, Remedy::Advice(text) if text.contains("gzip on; ")));
    assert!((42.0..44.5).contains(&saving(&finding)), "{finding:?}");
}

#[test]
fn without_a_sample_nobody_knows_what_the_server_could_do() {
    let world = World {
        packed: None,
        ..slow_line()
    };
    assert_eq!((AUDIT.check)(&world.facts()), Outcome::missing(SAMPLE));
}

#[test]
fn bodies_that_are_small_encoded_or_incompressible_are_quiet() {
    let small = World {
        body: Bytes::new(900),
        ..slow_line()
    };
    let encoded = World {
        client: Plan::new().with(Change::AcceptEncoding(Encodings::ALL)),
        ..slow_line()
    };
    let picture = World {
        content_type: "image/png",
        ..slow_line()
    };
    let random = World {
        sample: sample(9_900),
        ..slow_line()
    };
    for world in [small, encoded, picture, random] {
        assert_quiet(&AUDIT, &world.facts());
    }
}

#[test]
fn bytes_that_take_no_time_are_quiet() {
    let world = World {
        rate: BitRate::from_bps(10e9),
        ..slow_line()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn a_service_time_that_varies_does_not_look_like_compression() {
    let world = World {
        rate: BitRate::from_bps(10e9),
        service: ms(30.0),
        spread: 0.9,
        ..slow_line()
    };
    let mut facts = world.facts();
    // The ten calls that ask for compression happen to be the quicker ones.
    facts.survey.encoded.sort_by_key(Exchange::service_time);
    facts.survey.encoded.truncate(5);
    assert_quiet(&AUDIT, &facts);
}

#[test]
fn compression_that_costs_more_than_it_saves_is_quiet() {
    let world = World {
        packed: Some(Bytes::new(130_000)),
        ..slow_line()
    };
    assert_quiet(&AUDIT, &world.facts());
}

#[test]
fn calls_that_never_asked_are_not_measured() {
    let mut facts = slow_line().facts();
    facts.survey.encoded.truncate(2);
    assert_eq!((AUDIT.check)(&facts), Outcome::missing(ENCODED));
    assert_eq!((AUDIT.check)(&Facts::default()), Outcome::missing(ANSWERS));
}

#[test]
fn a_long_request_that_took_less_time_beside_a_packed_answer_is_no_compression() {
    let world = World {
        body: Bytes::new(2_000),
        packed: Some(Bytes::new(300)),
        ..World::default()
    };
    let sent = PathSample {
        busy: Some(ms(160.0)),
        ..PathSample::default()
    };
    // The calls that asked for compression went quickly: their window had grown.
    assert_quiet(&AUDIT, &upload(&world, 400_000, 165.0, sent));
}

#[test]
fn text_is_known_by_its_type() {
    let of = |kind: &str| {
        is_compressible(&Answer {
            content_type: Some(kind.to_owned()),
            ..Answer::default()
        })
    };
    for kind in [
        "text/html",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
    ] {
        assert!(of(kind), "{kind}");
    }
    for kind in ["", "image/png", "application/octet-stream", "video/mp4"] {
        assert!(!of(kind), "{kind}");
    }
}
