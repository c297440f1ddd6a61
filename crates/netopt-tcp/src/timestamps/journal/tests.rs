//! Whose bytes the stamps are of, with made-up writes, reads and stamps.

use proptest::prelude::*;

use super::super::control::Step;
use super::question::Edges;
use super::*;

/// The wall clock when the program's clock is at its base.
const WALL: Duration = Duration::from_secs(1_800_000_000);

/// A journal and a clock in microseconds.
struct Scene {
    base: Instant,
    journal: Journal,
}

impl Scene {
    fn new() -> Self {
        let mut scene = Self {
            base: Instant::now(),
            journal: Journal::default(),
        };
        let opening = scene.opening(0, 10);
        scene.journal.enter(|| opening);
        scene
    }

    fn at(&self, micros: u64) -> Instant {
        self.base + Duration::from_micros(micros)
    }

    fn opening(&self, micros: u64, segments: u32) -> Opening {
        let at = self.at(micros);
        Opening {
            clocks: Pair::new(at, WALL + Duration::from_micros(micros), at),
            segments: Some(segments),
            resent: Some(0),
        }
    }

    fn write(&mut self, micros: u64, count: usize) {
        let (start, end) = (self.at(micros), self.at(micros + 2));
        self.journal.wrote(start, end, count);
    }

    /// A read at a time, of what came before.
    fn read(&mut self, micros: u64, arrived: u64, segments: u32, at_border: Option<bool>) {
        self.journal.read(Read {
            at: self.at(micros),
            arrived: Some(WALL + Duration::from_micros(arrived)),
            segments: Some(segments),
            at_border,
        });
    }

    fn told(&mut self, step: Step, key: u32, micros: u64) {
        self.journal.told(&Control {
            at: Some(WALL + Duration::from_micros(micros)),
            step: Some((step, key)),
            ..Control::default()
        });
    }

    fn ask(&self, edges: Edges, answered: u64) -> Option<Stamps> {
        let question = Question {
            begun: self.base,
            handed: self.base,
            answered: self.at(answered),
            edges,
        };
        let now = self.opening(answered + 100, 99);
        self.journal.stamps(&question, now, None)
    }

    fn seen(&self, sent: u64, first: u64) -> Edges {
        Edges::Seen {
            sent: self.at(sent),
            first: self.at(first),
        }
    }

    /// Asks about a call whose request was taken by 15 and whose answer came out at 1,000.
    fn stamps(&self) -> Option<Stamps> {
        self.ask(self.seen(15, 1_000), 1_010)
    }
}

const fn us(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

fn calm() -> Scene {
    let mut scene = Scene::new();
    scene.write(10, 100);
    scene.told(Step::Scheduled, 99, 11);
    scene.told(Step::Sent, 99, 12);
    scene.told(Step::Acknowledged, 99, 400);
    scene.read(999, 900, 11, None);
    scene
}

#[test]
fn every_step_of_a_calm_call_is_told() {
    let stamps = calm().stamps().unwrap();
    assert_eq!(stamps.written, Some(us(10)));
    assert_eq!(stamps.scheduled, Some(us(11)));
    assert_eq!(stamps.sent, Some(us(12)));
    assert_eq!(stamps.acknowledged, Some(us(400)));
    let arrival = Arrival {
        at: us(900),
        of: ArrivalOf::OneSegment,
    };
    assert_eq!(
        (stamps.arrived, stamps.read),
        (Some(arrival), Some(us(999)))
    );
    assert!(!stamps.is_resent);
}

#[test]
fn only_the_last_byte_of_the_request_counts() {
    let mut scene = Scene::new();
    scene.write(5, 40);
    scene.told(Step::Sent, 39, 6);
    scene.write(10, 60);
    scene.read(999, 900, 11, None);
    let stamps = scene.stamps().unwrap();
    assert_eq!((stamps.written, stamps.sent), (Some(us(10)), None));
}

#[test]
fn pieces_that_the_kernel_joined_have_the_stamps_of_the_last_byte_only() {
    let mut scene = calm();
    // Written after the answer came: it may have been joined with nothing of the request.
    scene.write(2_000, 1);
    scene.told(Step::Sent, 100, 2_001);
    let stamps = scene.ask(scene.seen(15, 1_000), 2_100).unwrap();
    assert_eq!(stamps.sent, Some(us(12)));
}

#[test]
fn the_piece_before_tells_of_the_path_when_more_was_behind_it() {
    for (behind, left, trip) in [
        (5_000, 12, Some(us(300))),
        (2_000, 12, None),
        (5_000, 8, None),
    ] {
        let mut scene = Scene::new();
        scene.write(5, 5_000);
        scene.write(10, behind);
        scene.told(Step::Sent, 4_999, left);
        scene.told(Step::Acknowledged, 4_999, left + 300);
        scene.read(999, 900, 11, None);
        assert_eq!(scene.stamps().unwrap().trip_before, trip, "{behind} {left}");
    }
}

#[test]
fn what_a_writer_waited_for_room_is_told() {
    let mut scene = Scene::new();
    scene.write(5, 40);
    scene.journal.blocked(us(4));
    scene.write(10, 60);
    scene.read(999, 900, 11, None);
    // Not the request's any more.
    scene.journal.blocked(us(50));
    scene.write(1_005, 1);
    assert_eq!(scene.stamps().unwrap().blocked, us(4));
}

#[test]
fn a_copy_does_not_move_the_first_stamp_and_is_told() {
    let mut scene = calm();
    scene.told(Step::Sent, 99, 300);
    let stamps = scene.stamps().unwrap();
    assert_eq!(stamps.sent, Some(us(12)));
    assert!(stamps.is_resent);
}

#[test]
fn a_stamp_out_of_order_is_unknown() {
    let mut scene = Scene::new();
    scene.write(10, 100);
    scene.told(Step::Scheduled, 99, 9);
    scene.told(Step::Sent, 99, 2_000);
    scene.read(999, 1_500, 11, None);
    let stamps = scene.stamps().unwrap();
    assert_eq!(
        (stamps.scheduled, stamps.sent, stamps.arrived),
        (None, None, None)
    );
    assert_eq!(stamps.read, Some(us(999)));
}

#[test]
fn a_clock_that_was_set_leaves_what_the_program_saw() {
    let scene = calm();
    let mut now = scene.opening(1_100, 12);
    now.clocks = Pair::new(
        scene.at(1_100),
        WALL + Duration::from_secs(3_600),
        scene.at(1_100),
    );
    let question = Question {
        begun: scene.base,
        handed: scene.base,
        answered: scene.at(1_010),
        edges: scene.seen(15, 1_000),
    };
    let stamps = scene.journal.stamps(&question, now, None).unwrap();
    assert_eq!(
        (stamps.sent, stamps.acknowledged, stamps.arrived),
        (None, None, None)
    );
    assert_eq!((stamps.written, stamps.read), (Some(us(10)), Some(us(999))));
}

#[test]
fn several_segments_in_one_read_have_the_time_of_the_last() {
    let mut scene = Scene::new();
    scene.write(10, 100);
    scene.read(999, 900, 13, None);
    let arrived = scene.stamps().unwrap().arrived.unwrap();
    assert_eq!(arrived.of, ArrivalOf::LastOfSeveral);
}

#[test]
fn a_session_ticket_is_not_the_answer() {
    let mut scene = Scene::new();
    scene.write(10, 100);
    scene.read(300, 290, 11, Some(true));
    // The record of the answer comes in two pieces.
    scene.read(700, 690, 12, Some(false));
    scene.read(999, 900, 13, Some(true));
    let stamps = scene.stamps().unwrap();
    let arrival = Arrival {
        at: us(690),
        of: ArrivalOf::OneSegment,
    };
    assert_eq!(
        (stamps.arrived, stamps.read),
        (Some(arrival), Some(us(700)))
    );
    assert_eq!(stamps.whole, Some(us(999)));
    assert_eq!(stamps.last_arrived, Some(us(900)));
}

#[test]
fn what_a_shared_engine_adds_makes_its_calls_unknown() {
    let edges = Edges::Unseen;
    assert!(calm().ask(edges, 1_010).is_some());
    let mut settings = calm();
    settings.write(500, 9);
    assert_eq!(settings.ask(edges, 1_010), None);
    let mut update = calm();
    update.read(1_005, 1_001, 12, None);
    assert_eq!(update.ask(edges, 1_010), None);
    let mut encrypted = Scene::new();
    encrypted.write(10, 100);
    encrypted.read(500, 490, 11, Some(true));
    encrypted.read(999, 900, 12, Some(true));
    assert_eq!(encrypted.ask(edges, 1_010), None);
}

#[test]
fn two_calls_at_once_have_no_stamps_until_both_are_over() {
    let mut scene = calm();
    scene
        .journal
        .enter(|| unreachable!("an exchange is under way"));
    assert_eq!(scene.stamps(), None);
    scene.journal.leave();
    assert_eq!(scene.stamps(), None);
    scene.journal.leave();
    let opening = scene.opening(0, 10);
    scene.journal.enter(|| opening);
    scene.write(10, 50);
    scene.told(Step::Sent, 149, 12);
    scene.read(999, 900, 11, None);
    assert_eq!(scene.stamps().unwrap().sent, Some(us(12)));
}

#[test]
fn an_answer_beyond_what_is_kept_is_unknown() {
    let mut scene = Scene::new();
    scene.write(10, 100);
    for number in 0..100 {
        scene.read(20 + number, 15, 11, Some(false));
    }
    assert_eq!(scene.stamps(), None);
}

/// Something that happens on a connection.
#[derive(Debug, Clone, Copy)]
enum Event {
    Write(usize),
    Read(u64, Option<bool>),
    Told(u32, Step, u64),
}

fn event() -> impl Strategy<Value = Event> {
    let step = prop::sample::select(vec![Step::Scheduled, Step::Sent, Step::Acknowledged]);
    prop_oneof![
        (0_usize..3).prop_map(Event::Write),
        (0_u64..2_000, prop::option::of(any::<bool>()))
            .prop_map(|(at, border)| Event::Read(at, border)),
        (0_u32..30, step, 0_u64..2_000).prop_map(|(key, step, at)| Event::Told(key, step, at)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_stamps_are_in_order(
        events in prop::collection::vec(event(), 0..60), sent in 0_u64..200, first in 0_u64..200, unseen in any::<bool>(),
    ) {
        let mut scene = Scene::new();
        for (number, event) in events.into_iter().enumerate() {
            let now = 3 * number as u64;
            match event {
                Event::Write(count) => scene.write(now, count),
                Event::Read(arrived, border) => scene.read(now, arrived, 11, border),
                Event::Told(key, step, at) => scene.told(step, key, at),
            }
        }
        let edges = if unseen { Edges::Unseen } else { scene.seen(sent, first) };
        let Some(stamps) = scene.ask(edges, first.max(sent) + 10) else { return Ok(()) };
        let arrived = stamps.arrived.map(|arrival| arrival.at);
        let out = [stamps.written, stamps.scheduled, stamps.sent, stamps.acknowledged];
        let back = [stamps.written, arrived, stamps.read, stamps.whole, Some(stamps.answered)];
        for line in [&out[..], &back[..]] {
            let known: Vec<Duration> = line.iter().flatten().copied().collect();
            prop_assert!(known.is_sorted(), "{stamps:?}");
        }
    }
}
