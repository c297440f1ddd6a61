//! How long does a million simulated packets take: one flow through a bottleneck of 1 Gbit/s and 40 ms, by controller?
//!
//! The floor is the least that a simulation by events can do for a packet: push two events to a heap and pop them again.
//! Each packet of the simulation is sent, queued, received, acknowledged and accounted for on top of that.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use netopt_core::sim::{Bottleneck, Controller, Flow, Loss, Scenario, run};
use netopt_core::unit::{BitRate, Bytes, Ratio};

/// In one run, retransmissions included: a little more than this.
const PACKETS: u64 = 1_000_000;
/// Events that are planned at any time in the floor.
const PLANNED: u64 = 4;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    simulate(&mut criterion);
    criterion.final_summary();
}

fn simulate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate");
    group.sample_size(10);
    group.throughput(Throughput::Elements(PACKETS));
    group.bench_function("floor_heap", |bencher| bencher.iter(|| black_box(floor())));
    for controller in Controller::ALL {
        let scenario = scenario(controller);
        let outcome = run(&scenario).expect("a scenario within all bounds");
        let packets = outcome.bottleneck.packets;
        assert!(
            (PACKETS..PACKETS * 11 / 10).contains(&packets),
            "{packets} packets"
        );
        assert!(
            outcome.flows[0].completion.is_some(),
            "the flow ends by itself"
        );
        group.bench_function(controller.name(), |bencher| {
            bencher.iter(|| black_box(run(&scenario)));
        });
    }
    group.finish();
}

/// A million full packets of data, with a buffer of one bandwidth-delay product and losses now and then.
fn scenario(controller: Controller) -> Scenario {
    let bottleneck = Bottleneck {
        rate: BitRate::from_bps(1e9).expect("above zero"),
        round_trip: Duration::from_millis(40),
        buffer: Bytes::new(5_000_000),
        loss: Loss::Random(Ratio::new(1e-6).expect("a share")),
    };
    let flow = Flow {
        controller,
        size: Some(Bytes::new(PACKETS * Flow::MSS.get())),
        ..Flow::default()
    };
    Scenario::new(bottleneck, vec![flow])
}

/// Two events for each packet, in order of time.
fn floor() -> u64 {
    let mut heap = BinaryHeap::new();
    for event in 0..PLANNED {
        heap.push(Reverse((event, event)));
    }
    let mut sum = 0_u64;
    for number in 0..2 * PACKETS {
        if let Some(Reverse((at, event))) = heap.pop() {
            sum = sum.wrapping_add(event);
            heap.push(Reverse((at + PLANNED, number)));
        }
    }
    sum
}
