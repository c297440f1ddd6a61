//! The control law against its schedule, the exits from it, marks, and what it is for: a short queue.

use super::*;
use crate::path::{Aqm, Delivery, Limit, QueueSpec, Rate, Way, WaySpec};
use netopt_core::unit::BitRate;

const MS: Duration = Duration::from_millis(1);
const TARGET: Duration = Duration::from_millis(5);
const INTERVAL: Duration = Duration::from_millis(100);
/// Time of a full packet on the line: 1,500 bytes at 12 Mbit/s.
const SERVICE: Duration = MS;

const NOT_CAPABLE: u8 = 0b00;
const CAPABLE: u8 = 0b10;
const MARKED: u8 = 0b11;

fn packet(ecn: u8) -> Packet {
    let mut bytes = vec![0; 1500];
    (bytes[0], bytes[1]) = (0x45, ecn);
    Packet::new(bytes)
}

/// A queue that is served every millisecond and gets two packets in that time, from `from` on for `ticks`.
struct Overload {
    codel: Codel,
    queue: Queue,
    now: Duration,
    drops: Vec<Duration>,
    marks: Vec<Duration>,
}

impl Overload {
    fn new(ecn: Switch) -> Self {
        Self {
            codel: Codel::new(TARGET, INTERVAL, ecn),
            queue: Queue::new(Limit::Packets(1_000_000)),
            now: Duration::ZERO,
            drops: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// `ticks` services, with `each` arrivals in every one.
    fn run(&mut self, ticks: u32, each: u32, ecn: u8) {
        for _ in 0..ticks {
            for _ in 0..each {
                self.queue.push(self.now, packet(ecn));
            }
            self.now += SERVICE;
            let (drops, now) = (&mut self.drops, self.now);
            let sent = self
                .codel
                .dequeue(now, &mut self.queue, |_| drops.push(now));
            if sent.is_some_and(|sent| sent.packet.bytes[1] == MARKED) {
                self.marks.push(now);
            }
        }
    }
}

/// Checks that events came at the first service at or after each time of the control law, and returns how many.
fn follows_the_law(events: &[Duration]) -> usize {
    let mut scheduled = events[0];
    for (index, happened) in events.iter().enumerate() {
        assert!(*happened >= scheduled, "event {index} came early");
        assert!(*happened < scheduled + SERVICE, "event {index} came late");
        let count = f64::from(u32::try_from(index + 1).unwrap());
        scheduled += Duration::from_secs_f64(INTERVAL.as_secs_f64() / count.sqrt());
    }
    events.len()
}

#[test]
fn drops_come_after_an_interval_and_then_by_the_control_law() {
    let mut overload = Overload::new(Switch::Off);
    overload.run(2000, 2, NOT_CAPABLE);
    // Two packets a tick: the one served in tick n came in tick n / 2, so 5 ms are reached in tick 9 at the latest.
    let first = overload.drops[0];
    assert!(
        first >= INTERVAL + TARGET && first <= INTERVAL + TARGET * 3,
        "{first:?}"
    );
    // The sum of 100 ms / sqrt(k) reaches 1.9 s at about k = 104.
    let drops = follows_the_law(&overload.drops);
    assert!((95..115).contains(&drops), "{drops}");
}

#[test]
fn marks_follow_the_same_law_and_nothing_is_dropped() {
    let mut overload = Overload::new(Switch::On);
    overload.run(2000, 2, CAPABLE);
    assert!(overload.drops.is_empty());
    assert!(follows_the_law(&overload.marks) > 90);
    assert_eq!(overload.codel.marked(), overload.marks.len() as u64);
}

#[test]
fn who_does_not_understand_marks_is_dropped_and_without_ecn_everybody_is() {
    for (ecn, sender) in [(Switch::On, NOT_CAPABLE), (Switch::Off, CAPABLE)] {
        let mut overload = Overload::new(ecn);
        overload.run(400, 2, sender);
        assert!(overload.marks.is_empty());
        assert!(!overload.drops.is_empty());
    }
}

#[test]
fn a_queue_below_the_target_is_left_alone() {
    let mut overload = Overload::new(Switch::Off);
    // Four packets wait all the time, and that is below 5 ms.
    overload.run(1, 4, NOT_CAPABLE);
    overload.run(5000, 1, NOT_CAPABLE);
    assert!(overload.drops.is_empty());
}

#[test]
fn a_burst_that_is_gone_within_an_interval_is_left_alone() {
    let mut overload = Overload::new(Switch::Off);
    for _ in 0..20 {
        overload.run(1, 90, NOT_CAPABLE);
        overload.run(110, 0, NOT_CAPABLE);
    }
    assert!(overload.drops.is_empty());
}

#[test]
fn the_last_packet_is_never_dropped_however_long_it_waited() {
    let mut codel = Codel::new(TARGET, INTERVAL, Switch::Off);
    let mut queue = Queue::new(Limit::Packets(10));
    for second in 1..100 {
        queue.push(Duration::from_secs(second), packet(NOT_CAPABLE));
        let late = Duration::from_secs(second) + INTERVAL;
        let sent = codel.dequeue(late, &mut queue, |_| panic!("dropped the last packet"));
        assert!(sent.is_some());
    }
}

#[test]
fn a_queue_that_comes_back_soon_is_met_with_the_rate_of_last_time() {
    let gaps = |pause: u32| {
        let mut overload = Overload::new(Switch::Off);
        overload.run(1000, 2, NOT_CAPABLE);
        while overload.queue.packets() > 0 {
            overload.run(1, 0, NOT_CAPABLE);
        }
        overload.run(pause, 0, NOT_CAPABLE);
        let before = overload.drops.len();
        overload.run(300, 2, NOT_CAPABLE);
        overload.drops[before + 1] - overload.drops[before]
    };
    // Soon: less than 16 intervals after. Late: the first gap is one interval again.
    assert!(gaps(10) < INTERVAL / 4);
    assert_eq!(gaps(3000), INTERVAL);
}

/// A sender with a window that grows by one packet a round trip and is halved once a round trip in which one was lost.
struct Sender {
    window: f64,
    sent: u64,
    next_expected: u64,
    outstanding: u64,
    recovered: u64,
}

impl Sender {
    fn send(&mut self, way: &mut Way, now: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        while (self.outstanding as f64) < self.window {
            let mut packet = packet(NOT_CAPABLE);
            packet.bytes[20..28].copy_from_slice(&self.sent.to_be_bytes());
            way.arrive(now, packet);
            self.sent += 1;
            self.outstanding += 1;
        }
    }

    fn acknowledged(&mut self, delivery: &Delivery) {
        let number = u64::from_be_bytes(delivery.packet.bytes[20..28].try_into().unwrap());
        let missing = number - self.next_expected;
        self.outstanding -= missing + 1;
        if missing > 0 && number > self.recovered {
            self.window = (self.window / 2.0).max(2.0);
            self.recovered = self.sent;
        } else {
            self.window += 1.0 / self.window;
        }
        self.next_expected = number + 1;
    }
}

/// The mean queue delay over a minute of one such sender at 12 Mbit/s and 50 ms.
fn standing_queue(aqm: Aqm) -> Duration {
    let rate = BitRate::from_bps(12e6).unwrap();
    let spec = WaySpec {
        delay: MS * 50,
        rate: Rate::Fixed(rate),
        queue: QueueSpec {
            limit: Limit::Packets(200),
            aqm,
            ecn: Switch::Off,
        },
        ..WaySpec::default()
    };
    let mut way = Way::new(&spec, 1);
    let mut sender = Sender {
        window: 50.0,
        sent: 0,
        next_expected: 0,
        outstanding: 0,
        recovered: 0,
    };
    sender.send(&mut way, Duration::ZERO);
    let mut now = Duration::ZERO;
    while let Some(next) = way.next().filter(|next| *next < MS * 60_000) {
        now = next;
        while let Some(delivery) = way.deliver(next) {
            sender.acknowledged(&delivery);
        }
        sender.send(&mut way, next);
    }
    let tally = way.tally(now);
    // One window that is halved without any queue fills three quarters of a line.
    assert!(tally.utilisation.unwrap().get() > 0.75);
    let mean = tally.queue.mean.unwrap();
    SERVICE.mul_f64(mean.packets)
}

#[test]
fn a_standing_queue_is_brought_to_about_the_target() {
    let (tail, codel) = (standing_queue(Aqm::None), standing_queue(Aqm::codel()));
    assert!(tail > TARGET * 10, "{tail:?}");
    assert!(codel > TARGET / 10 && codel < TARGET * 2, "{codel:?}");
}
