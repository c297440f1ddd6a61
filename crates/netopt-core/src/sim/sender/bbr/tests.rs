//! The states of the sender, driven by a pipe that is written here: every packet is acknowledged after a round trip, at
//! the rate of the bottleneck at most.

use std::time::Duration;

use super::super::control::Sample;
use super::*;

/// Segments/s of the bottleneck.
const RATE: f64 = 1_000.0;

fn ms(count: u64) -> Time {
    Time::of(Duration::from_millis(count))
}

/// An ideal pipe of 1,000 segments/s and 100 ms: what BBR does not send in time is lost to it, what it sends too much is
/// queued.
struct Pipe {
    bbr: Bbr,
    now: Time,
    delivered: u64,
}

impl Pipe {
    fn new() -> Self {
        Self {
            bbr: Bbr::new(SplitMix64::new(1)),
            now: Time::ZERO,
            delivered: 0,
        }
    }

    /// One acknowledgement of a whole window after a round trip of this many milliseconds, with nothing queued before.
    fn round(&mut self, round_trip: u64) {
        self.round_on(round_trip, 0);
    }

    /// The same on a queue of so many segments.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small windows"
    )]
    fn round_on(&mut self, round_trip: u64, queued: u64) {
        let sent = self.bbr.window().get();
        let paced = self.bbr.path.pacing * ms(round_trip).seconds();
        let carried = RATE * ms(round_trip).seconds();
        let packets = sent.min(paced).min(carried).max(1.0) as u64;
        let flying = queued + (sent.min(paced) as u64).saturating_sub(packets);
        self.acknowledge(round_trip, packets, flying);
    }

    fn acknowledge(&mut self, round_trip: u64, packets: u64, flying: u64) {
        self.now = self.now.plus(ms(round_trip));
        let before = self.delivered;
        self.delivered += packets;
        self.bbr.acked(&News {
            now: self.now,
            packets,
            flying,
            round_trip: ms(round_trip),
            smoothed: ms(round_trip),
            may_grow: true,
            sample: Sample {
                delivered: self.delivered,
                before,
                interval: ms(round_trip),
            },
        });
    }

    fn fill(&mut self) {
        for _ in 0..12 {
            self.round(100);
        }
        assert!(
            matches!(self.bbr.mode, Mode::Cruise { .. }),
            "{:?}",
            self.bbr.mode
        );
    }
}

#[test]
fn the_second_window_is_paced_over_the_first_round_trip() {
    let mut pipe = Pipe::new();
    assert!((pipe.bbr.path.pacing - HIGH_GAIN * 10_000.0).abs() < 1e-6);
    // 10 segments in 400 ms, where a first sample of one segment would say a tenth of it.
    pipe.acknowledge(400, 1, 9);
    assert!((pipe.bbr.path.pacing - HIGH_GAIN * 25.0).abs() < 1e-6);
}

#[test]
fn startup_ends_after_three_round_trips_without_growth() {
    let mut pipe = Pipe::new();
    // 10, 20, 40, 80 and 100 segments grow; then three round trips of 100 do not.
    for round in 0..8 {
        assert_eq!(pipe.bbr.mode, Mode::Startup, "{round}");
        pipe.round(100);
    }
    assert!(pipe.bbr.filled);
    assert!((pipe.bbr.rates.max() - RATE).abs() < 1e-9);
}

#[test]
fn a_full_pipe_is_paced_at_one_percent_less_than_its_rate_and_holds_two_pipes() {
    let mut pipe = Pipe::new();
    pipe.fill();
    let mut gains = Vec::new();
    for _ in 0..16 {
        pipe.round(101);
        gains.push(pipe.bbr.path.pacing / (RATE * (1.0 - PACING_MARGIN)));
    }
    let near = |gain: f64| {
        gains
            .iter()
            .filter(|other| (*other - gain).abs() < 1e-6)
            .count()
    };
    // Pacing a little slower, a probe at 1.25 takes up to two round trips to fill its window.
    assert!((2..=4).contains(&near(1.25)), "{gains:?}");
    assert_eq!(
        (near(0.75), near(1.25) + near(0.75) + near(1.0)),
        (2, 16),
        "{gains:?}"
    );
    assert!((pipe.bbr.window().get() - (2.0 * RATE * 0.1 + 3.0)).abs() < 1e-6);
}

#[test]
fn a_round_trip_not_seen_for_ten_seconds_is_probed_with_four_segments() {
    let mut pipe = Pipe::new();
    pipe.fill();
    let mut before = pipe.bbr.window();
    let seen = pipe.bbr.round_trip.at;
    while !matches!(pipe.bbr.mode, Mode::Probe { .. }) {
        before = pipe.bbr.window();
        pipe.round(150);
        assert!(pipe.now.since(seen) < ms(10_400));
    }
    assert!(pipe.now.since(seen) > ms(10_000));
    assert_eq!(pipe.bbr.window(), Segments::new(4.0).unwrap());
    let began = pipe.now;
    while matches!(pipe.bbr.mode, Mode::Probe { .. }) {
        pipe.round(100);
    }
    assert!((ms(200)..=ms(400)).contains(&pipe.now.since(began)));
    assert_eq!(pipe.bbr.round_trip.least, Some(ms(100)));
    assert!(pipe.bbr.window() > Segments::new(100.0).unwrap() && before == pipe.bbr.window());
}

#[test]
fn what_startup_queued_is_drained_before_the_pipe_is_kept_full() {
    let mut pipe = Pipe::new();
    for _ in 0..10 {
        pipe.round_on(100, 150);
    }
    assert_eq!(pipe.bbr.mode, Mode::Drain);
    let gain = pipe.bbr.path.pacing / RATE;
    assert!((gain * HIGH_GAIN - 0.99).abs() < 1e-9, "{gain}");
    pipe.round_on(100, 50);
    assert!(matches!(pipe.bbr.mode, Mode::Cruise { .. }));
}
