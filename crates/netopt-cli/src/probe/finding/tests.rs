//! The sentence about worlds whose truth is known.

use std::time::Duration;

use super::*;
use crate::probe::Messages;
use crate::probe::scene::{World, answered, carried, refused, starved};

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
fn of_web_socket_messages_and_pings_are_told_by_their_names() {
    for (asked, slow, quick) in [
        (
            Asked::Echo,
            "the server takes 98 % of a message on a kept connection",
            "nothing stands out: a message takes",
        ),
        (
            Asked::Ping,
            "the server takes 98 % of a ping on a kept connection",
            "nothing stands out: a ping takes",
        ),
    ] {
        let told = |world: World| {
            let mut probe = world.probe();
            probe.messages = Some(Messages {
                asked,
                ..Messages::default()
            });
            of(&probe)
        };
        let far = World {
            rtt: 2,
            work: 80,
            ..QUICK
        };
        assert!(told(far).starts_with(slow), "{}", told(far));
        assert!(told(QUICK).starts_with(quick), "{}", told(QUICK));
    }
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

#[test]
fn a_program_that_does_not_read_is_not_a_slow_server() {
    let mut probe = World { rtt: 2, ..QUICK }.probe();
    let mut kept = Series::default();
    for number in 1..=10 {
        let late = answered(&[
            (Phase::Send, 0, 0),
            (Phase::Wait, 0, 42),
            (Phase::Receive, 42, 42),
        ]);
        kept.record(starved(carried(late, 1, number, 2), 40));
    }
    probe.kept = Some(kept);
    let text = of(&probe);
    assert!(
        text.starts_with(
            "the answer lay 40.0 ms in this machine's kernel before the program read it"
        ),
        "{text}"
    );
    assert!(text.ends_with("(n = 10)"), "{text}");
}

#[test]
fn a_request_that_does_not_leave_is_this_machines_affair() {
    for (socket, place) in [
        (30, "in this machine's socket buffer"),
        (0, "in the queue of this machine's network device"),
    ] {
        let mut kept = Series::default();
        for number in 1..=10 {
            let late = answered(&[
                (Phase::Send, 0, 0),
                (Phase::Wait, 0, 32),
                (Phase::Receive, 32, 32),
            ]);
            let mut call = starved(carried(late, 1, number, 2), 0);
            let stamps = call.stamps.as_mut().unwrap();
            stamps.scheduled = Some(Duration::from_millis(socket));
            stamps.sent = Some(Duration::from_millis(30));
            stamps.acknowledged = Some(Duration::from_millis(32));
            kept.record(call);
        }
        let mut probe = World { rtt: 2, ..QUICK }.probe();
        probe.kept = Some(kept);
        let text = of(&probe);
        assert!(
            text.starts_with(&format!("the end of the request waited 30.0 ms {place}")),
            "{text}"
        );
    }
}

#[test]
fn a_machine_that_is_busy_now_and_then_is_told_beside_the_finding() {
    for (late, told) in [(0, false), (1, true), (4, true)] {
        let mut probe = World { rtt: 20, ..QUICK }.probe();
        let mut kept = Series::default();
        for number in 1..=10 {
            let unread = if number <= late { 30 } else { 0 };
            let wait = (Phase::Wait, 0, 20 + unread);
            kept.record(starved(carried(answered(&[wait]), 1, number, 20), unread));
        }
        probe.kept = Some(kept);
        let text = of(&probe);
        assert!(
            text.starts_with("opening the connection is 67 % of a call"),
            "{text}"
        );
        let clause = format!(
            "; in {late} of 10 calls the answer lay up to 30.0 ms in this machine's kernel before the program read it"
        );
        assert_eq!(text.ends_with(&clause), told, "{text}");
    }
}
