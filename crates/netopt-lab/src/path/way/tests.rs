//! Laws of a whole way: what holds for any packets, however it is asked. Single cases are beside.

mod cases;

use super::*;
use crate::path::{Jitter, Limit, Loss, QueueSpec, Rate, RateStep, Reorder};
use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes, Ratio};
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);
const NS: Duration = Duration::from_nanos(1);

/// An IPv4 packet that understands ECN, of `length` bytes, with its number inside.
fn packet(number: usize, length: usize) -> Packet {
    let mut bytes = vec![0; length.max(28)];
    (bytes[0], bytes[1]) = (0x45, 0b10);
    bytes[20..28].copy_from_slice(&(number as u64).to_be_bytes());
    Packet::new(bytes)
}

fn number(packet: &Packet) -> usize {
    let bytes = packet.bytes[20..28].try_into().unwrap();
    usize::try_from(u64::from_be_bytes(bytes)).unwrap()
}

fn mbit(rate: f64) -> BitRate {
    BitRate::from_bps(rate * 1e6).unwrap()
}

fn ratio(share: f64) -> Ratio {
    Ratio::new(share).unwrap()
}

/// Packets as (time, length), in order of time.
fn arrivals() -> impl Strategy<Value = Vec<(Duration, usize)>> {
    prop::collection::vec((0u64..3_000, 28usize..1500), 1..120).prop_map(|packets| {
        let mut now = Duration::ZERO;
        let each = packets.into_iter().map(|(gap, length)| {
            now += Duration::from_micros(gap);
            (now, length)
        });
        each.collect()
    })
}

fn rate() -> impl Strategy<Value = Rate> {
    let step = (1u32..20, prop::option::of(0.1f64..50.0)).prop_map(|(ms, rate)| RateStep {
        lasts: MS * ms,
        rate: rate.map(mbit),
    });
    prop_oneof![
        Just(Rate::Unlimited),
        (0.5f64..100.0).prop_map(|rate| Rate::Fixed(mbit(rate))),
        prop::collection::vec(step, 1..5).prop_map(Rate::Trace),
    ]
}

fn loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::None),
        (0.0f64..0.3).prop_map(|share| Loss::Independent(ratio(share))),
        (0.0f64..0.3, 1.0f64..5.0).prop_map(|(share, mean_length)| Loss::Bursts {
            share: ratio(share),
            mean_length
        }),
    ]
}

fn queue() -> impl Strategy<Value = QueueSpec> {
    let limit = prop_oneof![
        (1usize..50).prop_map(Limit::Packets),
        (1500u64..50_000).prop_map(|bytes| Limit::Bytes(Bytes::new(bytes))),
    ];
    let aqm = prop_oneof![
        Just(Aqm::None),
        (0u32..3, 1u32..20).prop_map(|(target, interval)| Aqm::Codel {
            target: MS * target,
            interval: MS * interval
        }),
    ];
    (limit, aqm, any::<bool>()).prop_map(|(limit, aqm, ecn)| QueueSpec {
        limit,
        aqm,
        ecn: Switch::from(ecn),
    })
}

fn way() -> impl Strategy<Value = WaySpec> {
    let jitter = prop::option::of((0u32..9, any::<bool>())).prop_map(|jitter| {
        jitter.map(|(up_to, overtaking)| Jitter {
            up_to: MS * up_to,
            overtaking: Switch::from(overtaking),
        })
    });
    let reorder = prop::option::of((0.0f64..0.5, 0u32..9)).prop_map(|reorder| {
        reorder.map(|(share, by)| Reorder {
            share: ratio(share),
            by: MS * by,
        })
    });
    let outages =
        prop::option::of((0u32..30, 1u32..20, prop::option::of(21u32..40))).prop_map(|outages| {
            outages.map(|(first, lasts, every)| Outages {
                first: MS * first,
                lasts: MS * lasts,
                every: every.map(|every| MS * every),
            })
        });
    let duplicate = prop::option::of((0.0f64..0.5).prop_map(ratio));
    (
        0u32..50,
        jitter,
        reorder,
        loss(),
        rate(),
        queue(),
        duplicate,
        outages,
    )
        .prop_map(
            |(delay, jitter, reorder, loss, rate, queue, duplicate, outages)| WaySpec {
                delay: MS * delay,
                jitter,
                reorder,
                loss,
                rate,
                queue,
                duplicate,
                outages,
            },
        )
}

/// Fetches all that is due until `until` at the very times at which it is due.
fn fetch(way: &mut Way, until: Duration, all: &mut Vec<Delivery>) {
    while let Some(next) = way.next().filter(|next| *next <= until) {
        while let Some(delivery) = way.deliver(next) {
            assert_eq!(delivery.due, next, "next() was too late");
            all.push(delivery);
        }
    }
}

/// All deliveries, each fetched on time.
fn on_time(spec: &WaySpec, seed: u64, arrivals: &[(Duration, usize)]) -> (Way, Vec<Delivery>) {
    let (mut way, mut all) = (Way::new(spec, seed), Vec::new());
    for (index, (at, length)) in arrivals.iter().enumerate() {
        fetch(&mut way, *at, &mut all);
        way.arrive(*at, packet(index, *length));
    }
    fetch(&mut way, Duration::from_secs(3600), &mut all);
    (way, all)
}

fn conserved(way: &Way) -> bool {
    let tally = way.tally(Duration::ZERO);
    let inside = tally.dropped() + tally.delivered.packets + tally.in_transit;
    tally.arrived.packets + tally.duplicated == inside
}

proptest! {
    #[test]
    fn fetching_late_changes_nothing(
        spec in way(), seed: u64, arrivals in arrivals(),
        polls in prop::collection::vec((0u64..50_000, 0usize..9), 0..120),
    ) {
        let (punctual, expected) = on_time(&spec, seed, &arrivals);
        let (mut late, mut got) = (Way::new(&spec, seed), Vec::new());
        let mut polls = polls.into_iter();
        for (index, (at, length)) in arrivals.iter().enumerate() {
            // A look that comes late sees all that should have happened, but not beyond the next arrival.
            if let Some((after, most)) = polls.next() {
                let last = index.checked_sub(1).map_or(Duration::ZERO, |before| arrivals[before].0);
                let look = (last + Duration::from_micros(after)).min(*at);
                got.extend(std::iter::from_fn(|| late.deliver(look)).take(most));
            }
            late.arrive(*at, packet(index, *length));
        }
        got.extend(std::iter::from_fn(|| late.deliver(Duration::from_secs(3600))));
        prop_assert_eq!(got, expected);
        let (late, punctual) = (late.tally(Duration::from_secs(3600)), punctual.tally(Duration::from_secs(3600)));
        prop_assert_eq!(late, punctual);
    }

    #[test]
    fn every_packet_is_somewhere(spec in way(), seed: u64, arrivals in arrivals()) {
        let mut way = Way::new(&spec, seed);
        for (index, (at, length)) in arrivals.iter().enumerate() {
            way.arrive(*at, packet(index, *length));
            prop_assert!(conserved(&way));
            way.deliver(*at);
            prop_assert!(conserved(&way));
        }
        let (way, deliveries) = on_time(&spec, seed, &arrivals);
        prop_assert!(conserved(&way));
        prop_assert_eq!(way.tally(Duration::ZERO).delivered.packets, deliveries.len() as u64);
    }

    #[test]
    fn nothing_comes_before_its_time_or_changed(spec in way(), seed: u64, arrivals in arrivals()) {
        let (way, deliveries) = on_time(&spec, seed, &arrivals);
        let mut marked = 0;
        for Delivery { due, packet: came } in &deliveries {
            let (at, length) = arrivals[number(came)];
            prop_assert!(*due >= at + spec.delay);
            let mut sent = packet(number(came), length);
            if came.bytes[1] == 0b11 {
                marked += 1;
                crate::path::ecn::mark(&mut sent.bytes);
            }
            prop_assert_eq!(&sent, came);
        }
        let tally = way.tally(Duration::ZERO);
        prop_assert!(marked <= tally.marked + tally.duplicated);
        prop_assert!(tally.marked == 0 || spec.queue.ecn.is_on());
    }

    #[test]
    fn order_is_kept_unless_somebody_overtakes(spec in way(), seed: u64, arrivals in arrivals()) {
        let mut spec = spec;
        spec.reorder = None;
        if let Some(jitter) = &mut spec.jitter {
            jitter.overtaking = Switch::Off;
        }
        let (_, deliveries) = on_time(&spec, seed, &arrivals);
        let numbers: Vec<_> = deliveries.iter().map(|delivery| number(&delivery.packet)).collect();
        prop_assert!(numbers.is_sorted());
        prop_assert!(spec.duplicate.is_some() || numbers.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_line_follows_lindley_and_never_idles_while_something_waits(
        arrivals in arrivals(), rate in 0.5f64..100.0, seed: u64, queue in queue(),
    ) {
        let spec = WaySpec { rate: Rate::Fixed(mbit(rate)), queue, ..WaySpec::default() };
        let (way, deliveries) = on_time(&spec, seed, &arrivals);
        let mut departed = Duration::ZERO;
        for Delivery { due, packet } in &deliveries {
            let starts = departed.max(arrivals[number(packet)].0);
            let expected = starts + packet.length() / mbit(rate);
            prop_assert!(due.abs_diff(expected) <= NS * 2, "{due:?} is not {expected:?}");
            departed = *due;
        }
        let peak = way.tally(departed).queue.peak;
        let bounded = match queue.limit {
            Limit::Bytes(most) => peak.bytes <= most,
            Limit::Packets(most) => peak.packets <= most as u64,
        };
        prop_assert!(bounded);
        // Its spells carry all that it carried, each as long as its bytes take, with pauses between them.
        let spells = way.tally(departed).spells;
        let carried: Bytes = spells.iter().map(|spell| spell.bytes).sum();
        prop_assert_eq!(carried, deliveries.iter().map(|delivery| delivery.packet.length()).sum());
        for spell in &spells {
            prop_assert!(spell.length().abs_diff(spell.bytes / mbit(rate)) <= NS * 2, "{spell:?}");
        }
        prop_assert!(spells.windows(2).all(|pair| pair[0].ends < pair[1].begins));
    }

    #[test]
    fn the_rate_is_never_exceeded_over_any_window(spec in way(), seed: u64, arrivals in arrivals(), rate in 0.5f64..100.0) {
        let spec = WaySpec { rate: Rate::Fixed(mbit(rate)), jitter: None, reorder: None, duplicate: None, ..spec };
        let (_, deliveries) = on_time(&spec, seed, &arrivals);
        for (index, first) in deliveries.iter().enumerate() {
            let mut carried = Bytes::ZERO;
            for later in &deliveries[index + 1..] {
                carried += later.packet.length();
                prop_assert!(later.due - first.due + NS * 2 >= carried / mbit(rate));
            }
        }
    }

    #[test]
    fn an_outage_takes_all_that_comes_within_and_nothing_else(
        arrivals in arrivals(), first in 0u32..40, lasts in 1u32..20, every in prop::option::of(20u32..40),
    ) {
        let outages = Outages { first: MS * first, lasts: MS * lasts, every: every.map(|every| MS * every) };
        let spec = WaySpec { outages: Some(outages), delay: MS * 9, ..WaySpec::default() };
        let (way, deliveries) = on_time(&spec, 1, &arrivals);
        let came: Vec<_> = deliveries.iter().map(|delivery| number(&delivery.packet)).collect();
        let expected: Vec<_> = (0..arrivals.len()).filter(|index| !outages.hold_at(arrivals[*index].0)).collect();
        prop_assert_eq!(way.tally(Duration::ZERO).dropped_outage, (arrivals.len() - expected.len()) as u64);
        prop_assert_eq!(came, expected);
    }
}
