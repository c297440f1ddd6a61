//! What the report says, and that it fits.

use std::time::Duration;

use super::*;
use crate::sockets::Owner;
use crate::sockets::scene::Scene;

fn watched(scenes: &[Scene]) -> Watched {
    let owner = Owner {
        program: "backup".to_owned(),
        pid: 812,
    };
    let mut connections: Vec<(Cause, Connection)> = scenes
        .iter()
        .map(|scene| {
            let mut one = scene.connection();
            one.owner = Some(owner.clone());
            (Cause::of(&one), one)
        })
        .collect();
    connections.sort_by_key(|(cause, _)| *cause);
    Watched {
        subject: Subject {
            process: None,
            port: None,
        },
        elapsed: Duration::from_secs(2),
        looks: 9,
        connections,
        beyond: 0,
        hidden: 0,
        is_complete: true,
    }
}

/// Held by a window of 64 KiB.
fn held() -> Scene {
    Scene {
        rwnd_limited: 1_900,
        busy: 2_000,
        acked: 6_500_000,
        sent: 6_500_000,
        send_queue: 400_000,
        ..Scene::default()
    }
}

#[test]
fn a_sentence_has_socket_figure_and_advice() {
    let text = report(&watched(&[held(), Scene::default()]), &Paint::plain(100));
    for part in [
        "192.0.2.1:40000 → 198.51.100.7:443",
        "backup (812)",
        "26.0 Mbit/s",
        "2 connections of this machine watched for 2.00 s: 1 peer's window, 1 idle",
        "held by the peer's window of 65.5 kB, 95 % of the time by the kernel's clock",
        "remove SO_RCVBUF there",
    ] {
        assert!(text.replace("\n  ", " ").contains(part), "{part}\n{text}");
    }
}

#[test]
fn the_same_fault_is_told_once() {
    let text = report(&watched(&[held(); 5]), &Paint::plain(100));
    assert_eq!(text.matches("\u{2192} 5 connections").count(), 1, "{text}");
    assert!(
        text.contains("5 connections of backup (812) with 198.51.100.7"),
        "{text}"
    );
}

#[test]
fn nothing_wrong_is_said() {
    let text = report(&watched(&[Scene::default()]), &Paint::plain(100));
    assert!(text.contains("no connection is held by anything"), "{text}");
    assert!(!text.contains("held by\n"), "no table of nothing: {text}");
}

#[test]
fn no_line_leaves_the_terminal() {
    let mut many = watched(&[
        held(),
        Scene {
            receive_queue: 9_000,
            ..Scene::default()
        },
    ]);
    many.hidden = 3;
    many.beyond = 12;
    many.is_complete = false;
    for width in [30, 50, 76, 80, 100, 110] {
        let text = report(&many, &Paint::plain(width));
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}\n{text}");
        }
    }
}

#[test]
fn long_addresses_are_shortened_from_the_middle() {
    let local = "[2001:db8:1:2:3:4:5:6]:40000".parse().unwrap();
    let peer = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:8443"
        .parse()
        .unwrap();
    let text = shortened(local, peer, 30);
    assert_eq!(text.chars().count(), 30, "{text}");
    assert!(
        text.starts_with(":40000 → [2001") && text.ends_with("]:8443"),
        "{text}"
    );
}
