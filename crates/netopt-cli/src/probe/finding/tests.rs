//! The sentence about worlds whose truth is known.

use super::*;
use crate::probe::scene::{World, answered, carried, refused};

const QUICK: World = World {
    dns: 0,
    rtt: 0,
    work: 0,
    body: 0,
    keeps: true,
};

fn finding(world: World) -> String {
    of(&world.probe())
}

#[test]
fn a_far_target_is_told_to_keep_its_connection() {
    let text = finding(World { rtt: 20, ..QUICK });
    assert!(
        text.starts_with("opening the connection is 67 % of a call"),
        "{text}"
    );
    // 40 ms, within the error of the histogram.
    assert!(text.contains("would save about 39.9 ms"), "{text}");
    assert!(text.ends_with("(n = 10)"), "{text}");
}

#[test]
fn a_slow_name_server_is_named() {
    let text = finding(World {
        dns: 50,
        rtt: 2,
        ..QUICK
    });
    assert!(text.contains("most of it the name lookup"), "{text}");
}

#[test]
fn a_slow_server_is_the_servers_affair() {
    let text = finding(World {
        rtt: 2,
        work: 80,
        ..QUICK
    });
    assert!(
        text.starts_with("the server takes 98 % of a call on a kept connection"),
        "{text}"
    );
}

#[test]
fn a_server_that_closes_is_said_to_close() {
    let text = finding(World {
        rtt: 20,
        keeps: false,
        ..QUICK
    });
    assert!(
        text.starts_with("the server closes the connection"),
        "{text}"
    );
    assert!(text.contains("(0 of 10 calls reused one)"), "{text}");
}

#[test]
fn a_large_body_is_what_takes_the_time() {
    let text = finding(World {
        rtt: 1,
        body: 90,
        ..QUICK
    });
    assert!(text.starts_with("receiving the body takes 99 %"), "{text}");
}

#[test]
fn a_quick_target_is_left_alone() {
    assert!(finding(QUICK).starts_with("nothing stands out: a call takes"));
}

#[test]
fn many_failures_come_first() {
    let mut probe = World { rtt: 20, ..QUICK }.probe();
    for _ in 0..5 {
        probe.fresh.record(refused());
    }
    let text = of(&probe);
    assert!(text.starts_with("5 of 25 calls did not succeed"), "{text}");
    assert!(
        text.contains("192.0.2.1:80 refused the connection"),
        "{text}"
    );
}

#[test]
fn without_an_answer_nothing_is_made_up() {
    let probe = Probe::new("http://shop.test/".parse().unwrap(), 10.try_into().unwrap());
    assert_eq!(of(&probe), "nothing was measured");
}

#[test]
fn an_interrupted_probe_speaks_of_what_it_has() {
    let mut probe = World { rtt: 20, ..QUICK }.probe();
    probe.kept = Some(Series::default());
    let text = of(&probe);
    assert!(
        text.starts_with("opening the connection takes 67 % of a call, 40.0 ms"),
        "{text}"
    );
}

#[test]
fn a_reason_that_all_failures_share_is_told_without_a_most() {
    let mut probe = Probe::new("http://shop.test/".parse().unwrap(), 10.try_into().unwrap());
    probe.fresh.record(refused());
    assert_eq!(
        of(&probe),
        "1 of 1 calls did not succeed: 192.0.2.1:80 refused the connection"
    );
}

#[test]
fn a_far_kernel_is_a_matter_of_distance() {
    let mut probe = Probe::new(
        "tcp://db.test:5432".parse().unwrap(),
        10.try_into().unwrap(),
    );
    for id in 1..=10 {
        probe
            .fresh
            .record(carried(answered(&[(Phase::Connect, 0, 41)]), id, 0, 40));
    }
    let text = of(&probe);
    assert!(
        text.starts_with("the distance takes 98 % of connecting: a round trip of 40.0 ms"),
        "{text}"
    );
}
