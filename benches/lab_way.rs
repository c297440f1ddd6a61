//! How many packets a second go through one way of an emulated path, with nothing on, with a plain path, with all of it?
//!
//! The floor is what a packet must do at least: into a queue, and out again some thousand packets later. The forwarder has
//! 10 µs for a packet at 100,000 a second, system calls included; what is measured here is taken out of that.

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Ratio};
use netopt_lab::path::{
    Aqm, Jitter, Limit, Loss, Outages, Packet, QueueSpec, Rate, RateStep, Reorder, Way, WaySpec,
};

/// In one iteration.
const PACKETS: u32 = 100_000;
/// From one arrival to the next: 100,000 a second.
const GAP: Duration = Duration::from_micros(10);
/// A full packet.
const LENGTH: usize = 1500;
/// A line that is busy for 92 % of the time when a full packet comes every 10 µs.
const RATE_BPS: f64 = 1.3e9;
const DELAY: Duration = Duration::from_millis(40);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    lab_way(&mut criterion);
    criterion.final_summary();
}

fn lab_way(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lab_way");
    group.throughput(Throughput::Elements(u64::from(PACKETS)));
    group.bench_function("floor_queue", |bencher| {
        let mut queue: VecDeque<_> = (0..4000).map(|_| (Duration::ZERO, full())).collect();
        bencher.iter(|| black_box(floor(&mut queue)));
    });
    for (name, spec) in [
        ("nothing", WaySpec::default()),
        ("plain", plain()),
        ("trace", trace()),
        ("codel_overload", overload()),
        ("everything", everything()),
    ] {
        let mut course = Course::new(&spec);
        course.run();
        assert!(course.delivered > 0, "{name} delivers");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(course.run())));
        assert_eq!(course.way.tally(course.now).overflowed, 0, "{name}");
    }
    group.finish();
}

/// A way that is under way: buffers go round, and the delay is full of packets.
struct Course {
    way: Way,
    now: Duration,
    delivered: u64,
}

impl Course {
    fn new(spec: &WaySpec) -> Self {
        Self {
            way: Way::new(spec, 1),
            now: Duration::ZERO,
            delivered: 0,
        }
    }

    fn run(&mut self) -> u64 {
        for _ in 0..PACKETS {
            self.now += GAP;
            let mut bytes = self.way.buffer();
            bytes.resize(LENGTH, 0);
            (bytes[0], bytes[1]) = (0x45, 0b10);
            self.way.arrive(self.now, Packet::new(bytes));
            while let Some(delivery) = self.way.deliver(self.now) {
                self.delivered += 1;
                self.way.recycle(delivery.packet.bytes);
            }
            black_box(self.way.next());
        }
        self.delivered
    }
}

fn full() -> Vec<u8> {
    vec![0; LENGTH]
}

fn floor(queue: &mut VecDeque<(Duration, Vec<u8>)>) -> Duration {
    for _ in 0..PACKETS {
        if let Some((due, bytes)) = queue.pop_front() {
            queue.push_back((due + GAP, bytes));
        }
    }
    queue.front().map_or(Duration::ZERO, |front| front.0)
}

fn rate(bps: f64) -> BitRate {
    BitRate::from_bps(bps).expect("above zero")
}

fn share(share: f64) -> Ratio {
    Ratio::new(share).expect("a share")
}

fn plain() -> WaySpec {
    WaySpec {
        delay: DELAY,
        rate: Rate::Fixed(rate(RATE_BPS)),
        ..WaySpec::default()
    }
}

fn trace() -> WaySpec {
    let steps = (0..1000).map(|step| RateStep {
        lasts: Duration::from_millis(1),
        rate: (step % 10 != 0).then(|| rate(2.0 * RATE_BPS)),
    });
    WaySpec {
        rate: Rate::Trace(steps.collect()),
        ..plain()
    }
}

/// Twice what the line carries.
fn overload() -> WaySpec {
    WaySpec {
        rate: Rate::Fixed(rate(RATE_BPS / 2.0)),
        queue: QueueSpec {
            aqm: Aqm::codel(),
            ..QueueSpec::default()
        },
        ..plain()
    }
}

fn everything() -> WaySpec {
    let second = Duration::from_secs(1);
    WaySpec {
        jitter: Some(Jitter {
            up_to: Duration::from_millis(5),
            overtaking: Switch::On,
        }),
        reorder: Some(Reorder {
            share: share(0.01),
            by: Duration::from_millis(3),
        }),
        loss: Loss::Bursts {
            share: share(0.01),
            mean_length: 4.0,
        },
        queue: QueueSpec {
            limit: Limit::Packets(1000),
            aqm: Aqm::codel(),
            ecn: Switch::On,
        },
        duplicate: Some(share(0.01)),
        outages: Some(Outages {
            first: second,
            lasts: Duration::from_millis(10),
            every: Some(second),
        }),
        ..trace()
    }
}
