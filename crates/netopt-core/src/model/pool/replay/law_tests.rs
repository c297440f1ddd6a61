//! Laws of a queue that hold for every trace.

use proptest::prelude::*;

use super::queue::{Served, serve};
use super::*;

/// Up to eighty calls within half a second, in whole milliseconds so that many things happen at the same time.
fn traces() -> impl Strategy<Value = Trace> {
    let call = (0u64..500, 0u64..80).prop_map(|(arrival, hold)| Call {
        arrival: Duration::from_millis(arrival),
        hold: Duration::from_millis(hold),
    });
    prop::collection::vec(call, 1..80).prop_map(|calls| Trace::new(calls).unwrap())
}

fn sizes() -> impl Strategy<Value = NonZeroU32> {
    (1u32..12).prop_map(|size| NonZeroU32::new(size).unwrap())
}

fn orders() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Order::Lifo), Just(Order::Fifo)]
}

fn habits() -> impl Strategy<Value = Habits> {
    let limit = || prop::option::of((0u64..100).prop_map(Duration::from_millis));
    (orders(), limit(), limit(), 0u64..20).prop_map(
        |(order, idle_timeout, server_keep_alive, connect)| Habits {
            order,
            idle_timeout,
            server_keep_alive,
            connect: Duration::from_millis(connect),
        },
    )
}

fn served(trace: &Trace, size: Option<NonZeroU32>, habits: &Habits) -> Vec<Served> {
    let mut all = Vec::new();
    serve(trace, size, habits, |served| all.push(served));
    all
}

/// Whole milliseconds.
fn at(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

/// Calls for which this holds in a millisecond.
fn during(
    all: &[Served],
    from: fn(&Served) -> Duration,
    to: fn(&Served) -> Duration,
    time: u64,
) -> usize {
    all.iter()
        .filter(|served| (at(from(served))..at(to(served))).contains(&time))
        .count()
}

fn total_wait(all: &[Served]) -> Duration {
    all.iter().map(Served::wait).sum()
}

proptest! {
    #[test]
    fn littles_identity_is_exact(trace in traces(), size in sizes(), habits in habits()) {
        let all = served(&trace, Some(size), &habits);
        let end = all.iter().map(|served| at(served.end)).max().unwrap();
        // Calls present, summed over time, are the times that they stayed: L = λW over the whole trace.
        let present: usize = (0..end).map(|time| during(&all, |s| s.arrival, |s| s.end, time)).sum();
        let stayed: u64 = all.iter().map(|served| at(served.end) - at(served.arrival)).sum();
        prop_assert_eq!(present as u64, stayed);
        let waiting: usize = (0..end).map(|time| during(&all, |s| s.arrival, |s| s.start, time)).sum();
        prop_assert_eq!(waiting as u64, at(total_wait(&all)));
    }

    #[test]
    fn nobody_waits_beside_a_free_place(trace in traces(), size in sizes(), habits in habits()) {
        let all = served(&trace, Some(size), &habits);
        let end = all.iter().map(|served| at(served.end)).max().unwrap();
        let places = size.get() as usize;
        for time in 0..end {
            let busy = during(&all, |s| s.start, |s| s.end, time);
            prop_assert!(busy <= places, "{busy} on {places} at {time}");
            let waiting = during(&all, |s| s.arrival, |s| s.start, time);
            prop_assert!(waiting == 0 || busy == places, "{waiting} wait at {time}, {busy} of {places} busy");
        }
        prop_assert!(all.windows(2).all(|pair| pair[0].start <= pair[1].start), "served out of turn");
    }

    #[test]
    fn every_call_is_served_in_full(trace in traces(), size in sizes(), habits in habits()) {
        let all = served(&trace, Some(size), &habits);
        prop_assert_eq!(all.len(), trace.calls().len());
        for (call, served) in trace.calls().iter().zip(&all) {
            let connect = served.opened.map_or(Duration::ZERO, |_| habits.connect);
            prop_assert_eq!(served.arrival, call.arrival);
            prop_assert_eq!(served.end, served.start + connect + call.hold);
        }
    }

    #[test]
    fn without_a_bound_nobody_waits(trace in traces(), habits in habits()) {
        let free = replay(&trace, None, &habits);
        prop_assert_eq!(free.longest_wait(), Duration::ZERO);
        // As many connections as that holds are as good as no bound.
        prop_assert_eq!(replay(&trace, Some(free.peak()), &habits), free);
    }

    #[test]
    fn one_more_connection_delays_nobody(trace in traces(), size in sizes(), order in orders()) {
        let habits = Habits { order, ..Habits::default() };
        let (less, more) = (served(&trace, Some(size), &habits), served(&trace, size.checked_add(1), &habits));
        prop_assert!(less.iter().zip(&more).all(|(less, more)| more.start <= less.start));
        prop_assert!(total_wait(&more) <= total_wait(&less));
    }

    #[test]
    fn the_forecast_is_what_was_served(trace in traces(), size in sizes(), habits in habits(), q in 0.0..=1f64) {
        let all = served(&trace, Some(size), &habits);
        let forecast = replay(&trace, Some(size), &habits);
        let mut waits: Vec<_> = all.iter().map(Served::wait).collect();
        waits.sort();
        prop_assert_eq!(forecast.longest_wait(), *waits.last().unwrap());
        let quantile = forecast.wait_quantile(Ratio::new(q).unwrap());
        let within = waits.iter().filter(|&&wait| wait <= quantile).count();
        let below = waits.iter().filter(|&&wait| wait < quantile).count();
        prop_assert!(within as f64 >= q * waits.len() as f64 - 1e-9);
        prop_assert!(below == 0 || (below as f64) < q * waits.len() as f64);
        prop_assert_eq!(forecast.handshakes(), all.iter().filter(|served| served.opened.is_some()).count());
        prop_assert!(forecast.peak() <= size);
    }

    #[test]
    fn a_size_meets_its_target_and_one_less_does_not(trace in traces(), habits in habits(), q in 0.0..=1f64, ms in 0u64..100) {
        let (quantile, within) = (Ratio::new(q).unwrap(), Duration::from_millis(ms));
        let meets = |size, habits| replay(&trace, NonZeroU32::new(size), habits).wait_quantile(quantile) <= within;
        let size = size_for(&trace, &habits, quantile, within).get();
        prop_assert!(meets(size, &habits));
        let instant = Habits { connect: Duration::ZERO, ..habits };
        let size = size_for(&trace, &instant, quantile, within).get();
        prop_assert!(size == 1 || !meets(size - 1, &instant));
    }

    #[test]
    fn longer_keep_alive_in_lifo_order_never_opens_more(trace in traces(), life in 0u64..100, more in 0u64..100) {
        let opened = |millis| {
            let habits = Habits { server_keep_alive: Some(Duration::from_millis(millis)), ..Habits::default() };
            replay(&trace, None, &habits).handshakes()
        };
        prop_assert!(opened(life + more) <= opened(life));
    }
}
