//! Single cases of a whole way: full queues, chances, limits of memory, and ways that have nothing to do.

use super::*;

#[test]
fn a_full_queue_delays_by_its_length_over_the_rate() {
    // 1,500 bytes at 12 Mbit/s take 1 ms; one packet is on the line, ten wait, the rest is dropped.
    for limit in [Limit::Packets(10), Limit::Bytes(Bytes::new(15_700))] {
        let spec = WaySpec {
            rate: Rate::Fixed(mbit(12.0)),
            delay: MS * 20,
            queue: QueueSpec {
                limit,
                ..QueueSpec::default()
            },
            ..WaySpec::default()
        };
        let (way, deliveries) = on_time(&spec, 1, &[(MS * 5, 1500); 15]);
        let due: Vec<_> = deliveries.iter().map(|delivery| delivery.due).collect();
        let expected: Vec<_> = (1..=11).map(|number| MS * (25 + number)).collect();
        assert_eq!(due, expected);
        let tally = way.tally(MS * 32);
        assert_eq!(tally.dropped_queue, 4);
        assert_eq!(tally.queue.peak.packets, 10);
        assert_eq!(tally.utilisation, Ratio::of(11, 36));
    }
}

#[test]
fn a_packet_that_does_not_have_to_wait_needs_no_room() {
    let spec = WaySpec {
        rate: Rate::Fixed(mbit(12.0)),
        queue: QueueSpec {
            limit: Limit::Bytes(Bytes::new(1500)),
            ..QueueSpec::default()
        },
        ..WaySpec::default()
    };
    let (way, deliveries) = on_time(&spec, 1, &[(MS, 9000), (MS, 9000), (MS * 7, 9000)]);
    let due: Vec<_> = deliveries.iter().map(|delivery| delivery.due).collect();
    assert_eq!(due, [MS * 7, MS * 13]);
    assert_eq!(way.tally(MS).dropped_queue, 1);
}

#[test]
fn chance_has_the_share_it_was_given_at_every_stage() {
    let spec = WaySpec {
        delay: MS,
        reorder: Some(Reorder {
            share: ratio(0.2),
            by: MS * 3,
        }),
        duplicate: Some(ratio(0.1)),
        loss: Loss::Independent(ratio(0.3)),
        ..WaySpec::default()
    };
    let arrivals: Vec<_> = (0..20_000_u32).map(|number| (MS * number, 100)).collect();
    let (way, _) = on_time(&spec, 7, &arrivals);
    let tally = way.tally(Duration::ZERO);
    // Five standard deviations on either side.
    assert!((5676..6324).contains(&tally.lost), "{}", tally.lost);
    assert!(
        (2550..3050).contains(&tally.reordered),
        "{}",
        tally.reordered
    );
    assert!(
        (1220..1580).contains(&tally.duplicated),
        "{}",
        tally.duplicated
    );
}

#[test]
fn one_more_stage_moves_no_chance_of_another() {
    let lossy = WaySpec {
        loss: Loss::Independent(ratio(0.3)),
        ..WaySpec::default()
    };
    let more = WaySpec {
        jitter: Some(Jitter {
            up_to: MS,
            overtaking: Switch::Off,
        }),
        duplicate: Some(ratio(0.0)),
        ..lossy.clone()
    };
    let arrivals: Vec<_> = (0..500_u32).map(|number| (MS * number, 100)).collect();
    let numbers = |spec: &WaySpec, seed| -> Vec<usize> {
        let (_, deliveries) = on_time(spec, seed, &arrivals);
        deliveries.iter().map(|each| number(&each.packet)).collect()
    };
    assert_eq!(numbers(&lossy, 3), numbers(&more, 3));
    assert_ne!(numbers(&lossy, 3), numbers(&lossy, 4));
    let path = PathSpec::symmetric(lossy);
    let (mut up, mut down) = Way::pair(&path);
    for number in 0..500 {
        up.arrive(MS, packet(number, 100));
        down.arrive(MS, packet(number, 100));
    }
    let lands = |way: &mut Way| std::iter::from_fn(|| way.deliver(MS)).collect::<Vec<_>>();
    assert_ne!(lands(&mut up), lands(&mut down));
}

#[test]
fn what_the_lab_has_no_memory_for_is_not_counted_as_the_paths_loss() {
    let spec = WaySpec {
        delay: MS * 500,
        ..WaySpec::default()
    };
    let mut way = Way::new(&spec, 1);
    for number in 0..crate::path::MAX_FLYING_PACKETS + 10 {
        way.arrive(MS, packet(number, 28));
    }
    let tally = way.tally(MS);
    assert_eq!(
        (tally.overflowed, tally.lost, tally.dropped_queue),
        (10, 0, 0)
    );
    assert!(conserved(&way));
}

#[test]
fn buffers_of_dropped_packets_come_back() {
    let spec = WaySpec {
        loss: Loss::Independent(ratio(1.0)),
        ..WaySpec::default()
    };
    let mut way = Way::new(&spec, 1);
    assert_eq!(way.buffer().capacity(), 0);
    way.arrive(MS, packet(0, 1500));
    assert!(way.buffer().capacity() >= 1500);
    assert_eq!(way.buffer().capacity(), 0);
    for _ in 0..2 * SPARE_BUFFERS {
        way.recycle(vec![0; 64]);
    }
    assert_eq!(way.spare.len(), SPARE_BUFFERS);
}

#[test]
fn an_idle_way_asks_for_nothing_and_knows_nothing() {
    let mut way = Way::new(&WaySpec::default(), 1);
    assert_eq!(way.next(), None);
    assert_eq!(way.deliver(MS), None);
    let tally = Way::new(&WaySpec::default(), 1).tally(Duration::ZERO);
    assert_eq!((tally.utilisation, tally.queue.mean), (None, None));
    assert_eq!(tally.throughput(), None);
}

#[test]
fn a_line_that_never_moves_keeps_its_packets_and_asks_for_no_alarm() {
    let still = RateStep {
        lasts: MS,
        rate: None,
    };
    let spec = WaySpec {
        rate: Rate::Trace(vec![still]),
        delay: MS * 5,
        ..WaySpec::default()
    };
    let mut way = Way::new(&spec, 1);
    for number in 0..3 {
        way.arrive(MS, packet(number, 100));
    }
    assert_eq!(way.next(), None);
    assert_eq!(way.deliver(Duration::from_secs(1_000_000)), None);
    assert_eq!(way.tally(MS).in_transit, 3);
}
