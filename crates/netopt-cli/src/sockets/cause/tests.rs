//! Each rule of the page: when it fires, and when the one before it does.

use super::*;
use crate::sockets::scene::Scene;

fn cause(scene: Scene) -> Cause {
    Cause::of(&scene.connection())
}

/// A megabyte a second through a path that is busy all the time.
fn bulk() -> Scene {
    Scene {
        busy: 2_000,
        send_queue: 100_000,
        acked: 2_000_000,
        sent: 2_000_000,
        ..Scene::default()
    }
}

#[test]
fn nothing_moved_is_idle() {
    assert_eq!(cause(Scene::default()), Cause::Idle);
}

#[test]
fn held_by_what_takes_half_of_the_time() {
    let window = Scene {
        rwnd_limited: 1_100,
        ..bulk()
    };
    assert_eq!(cause(window), Cause::PeerWindow);
    assert_eq!(
        cause(Scene {
            rwnd_limited: 900,
            ..bulk()
        }),
        Cause::Path
    );
    assert_eq!(
        cause(Scene {
            sndbuf_limited: 1_500,
            ..bulk()
        }),
        Cause::SendBuffer
    );
    assert_eq!(cause(bulk()), Cause::Path);
    let shares = window.connection().shares().unwrap();
    let sum = shares.idle.get()
        + shares.peer_window.get()
        + shares.send_buffer.get()
        + shares.otherwise.get();
    assert!((sum - 1.0).abs() < 1e-9, "{shares:?}");
}

#[test]
fn a_closed_window_is_the_readers_not_the_networks() {
    let closed = Scene {
        window: 0,
        rwnd_limited: 2_000,
        acked: 0,
        sent: 0,
        backoff: 3,
        ..bulk()
    };
    assert_eq!(cause(closed), Cause::ClosedWindow);
    assert_eq!(
        cause(Scene {
            window: 65_536,
            rwnd_limited: 0,
            ..closed
        }),
        Cause::Unanswered
    );
}

#[test]
fn silence_is_told_before_all_else() {
    let silent = Scene {
        acked: 0,
        again: 90_000,
        ..bulk()
    };
    assert_eq!(cause(silent), Cause::Unanswered);
    assert_eq!(
        cause(Scene {
            send_queue: 0,
            busy: 0,
            sent: 0,
            again: 0,
            acked: 0,
            ..bulk()
        }),
        Cause::Idle
    );
}

#[test]
fn what_waits_to_be_read_is_the_programs() {
    let waits = Scene {
        receive_queue: 70_000,
        ..Scene::default()
    };
    assert_eq!(cause(waits), Cause::Unread);
    // It reads what comes, and less of it waits than there is room for.
    assert_eq!(
        cause(Scene {
            received: 5_000_000,
            ..waits
        }),
        Cause::Sender
    );
}

#[test]
fn a_peer_that_closed_is_waited_for_by_nobody() {
    assert_eq!(
        cause(Scene {
            state: State::CloseWait,
            ..Scene::default()
        }),
        Cause::NotClosed
    );
}

#[test]
fn the_peers_farewell_is_no_data() {
    // The kernel counts a FIN as a byte that waits.
    let left = Scene {
        state: State::CloseWait,
        receive_queue: 1,
        ..Scene::default()
    };
    assert_eq!(cause(left), Cause::NotClosed);
    let unread = Scene {
        receive_queue: 2,
        ..left
    };
    assert_eq!(cause(unread), Cause::Unread);
}

#[test]
fn a_reader_that_leaves_no_room_is_slow() {
    let slow = Scene {
        received: 800_000,
        receive_queue: 8_192,
        offered: 4_096,
        ..Scene::default()
    };
    assert_eq!(cause(slow), Cause::SlowReader);
    assert_eq!(
        cause(Scene {
            offered: 9_000,
            ..slow
        }),
        Cause::Sender
    );
}

#[test]
fn losses_from_one_in_a_hundred_on() {
    assert_eq!(
        cause(Scene {
            again: 20_000,
            ..bulk()
        }),
        Cause::Loss
    );
    assert_eq!(
        cause(Scene {
            again: 19_000,
            ..bulk()
        }),
        Cause::Path
    );
}

#[test]
fn a_round_trip_far_above_the_smallest_is_a_queue() {
    assert_eq!(
        cause(Scene {
            rtt: 31_000,
            ..bulk()
        }),
        Cause::Queue
    );
    assert_eq!(
        cause(Scene {
            rtt: 29_000,
            ..bulk()
        }),
        Cause::Path
    );
    let near = Scene {
        rtt: 900,
        min_rtt: 50,
        ..bulk()
    };
    assert_eq!(cause(near), Cause::Path, "less than the scheduler's own");
}

#[test]
fn a_program_with_nothing_to_send_is_no_fault() {
    let paused = Scene {
        busy: 1_700,
        is_app_limited: true,
        ..bulk()
    };
    assert_eq!(cause(paused), Cause::Program);
    assert!(!Cause::Program.is_trouble());
}

#[test]
fn many_looks_tell_a_busy_program_from_a_path() {
    // A kilobyte each 50 ms over a path of 40 ms: something is always on its way, and nothing waits.
    let paused = Scene {
        busy: 1_600,
        send_queue: 1_000,
        acked: 40_000,
        sent: 40_000,
        in_flight: 1,
        ..Scene::default()
    };
    assert_eq!(
        cause(paused),
        Cause::Path,
        "two looks see a busy connection"
    );
    assert_eq!(Cause::of(&paused.course(8)), Cause::Program);
    let lossy = Scene {
        again: 2_000,
        ..paused
    };
    assert_eq!(Cause::of(&lossy.course(8)), Cause::Loss);
    // Data waits, and the congestion window is in flight.
    let held = Scene {
        send_queue: 200_000,
        unsent: 170_000,
        in_flight: 20,
        ..bulk()
    };
    assert_eq!(Cause::of(&held.course(8)), Cause::Path);
    let queued = Scene {
        rtt: 60_000,
        ..held
    };
    assert_eq!(Cause::of(&queued.course(8)), Cause::Queue);
    // Who receives more than it sends is not judged as a sender.
    let receiver = Scene {
        received: 9_000_000,
        ..paused
    };
    assert_eq!(Cause::of(&receiver.course(8)), Cause::Path);
}

#[test]
fn a_receiver_cannot_tell_sender_from_path() {
    let receiver = Scene {
        received: 9_000_000,
        segments: 6_400,
        ..Scene::default()
    };
    let mixed = |out_of_order| Scene {
        out_of_order,
        ..receiver
    };
    assert_eq!(cause(receiver), Cause::Sender);
    assert_eq!(cause(mixed(63)), Cause::Sender);
    assert_eq!(cause(mixed(64)), Cause::Reordered);
}

#[test]
fn words_fit_their_column_and_names_differ() {
    for (number, cause) in Cause::ALL.into_iter().enumerate() {
        assert!(cause.words().len() <= 16, "{cause:?}");
        let same = Cause::ALL
            .iter()
            .filter(|other| other.name() == cause.name());
        assert_eq!((same.count(), cause as usize), (1, number));
    }
}
