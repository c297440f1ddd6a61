//! Which of several connections carries the next call, and whether there should be one more.
//!
//! A call joins the connection that is least used, measured by how many calls its peer takes at once; of equals the one
//! opened first, so that those which are not needed lie idle and close. When even that one has a call on it and there may
//! be more connections, another is opened beside: the call does not wait for it unless all that are open are full. So a
//! burst is spread from its second wave on, and calls one after the other need one connection whatever the bound is. Where
//! all are full and there may be no more, a call waits in line.

/// How much a connection is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Calls on it.
    pub(crate) in_flight: u32,
    /// Calls that its peer takes at once.
    pub(crate) streams: u32,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It joins the connection in that place.
    Join(usize),
    /// It joins, and another connection is opened beside.
    Grow(usize),
    /// It waits for another that is to be opened, because all that are open are full.
    Open,
    /// It waits for a place in those that are open.
    Wait,
}

impl Load {
    /// Whether its peer takes no more now. One call is always tried: only a peer that is asked can say that it takes more.
    const fn is_full(self) -> bool {
        self.in_flight > 0 && self.in_flight >= self.streams
    }

    /// Whether a smaller share of it is used.
    const fn is_below(self, other: Self) -> bool {
        let ours = self.in_flight as u64 * other.streams as u64;
        ours < other.in_flight as u64 * self.streams as u64
    }
}

/// What to do where connections are used so, and at most `most` may be open.
pub(super) fn choose(loads: impl IntoIterator<Item = Load>, most: u32) -> Choice {
    let mut open = 0;
    let mut least: Option<(usize, Load)> = None;
    for (place, load) in loads.into_iter().enumerate() {
        open += 1;
        if least.is_none_or(|(_, least)| load.is_below(least)) {
            least = Some((place, load));
        }
    }
    match least {
        None => Choice::Open,
        Some((_, load)) if load.is_full() && open < most => Choice::Open,
        Some((_, load)) if load.is_full() => Choice::Wait,
        Some((place, load)) if load.in_flight > 0 && open < most => Choice::Grow(place),
        Some((place, _)) => Choice::Join(place),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn loads(pairs: &[(u32, u32)]) -> Vec<Load> {
        let load = |&(in_flight, streams)| Load { in_flight, streams };
        pairs.iter().map(load).collect()
    }

    #[test]
    fn a_call_joins_where_most_is_left() {
        for (pairs, most, choice) in [
            (&[][..], 1, Choice::Open),
            (&[(0, 100)], 4, Choice::Join(0)),
            (&[(5, 100)], 1, Choice::Join(0)),
            (&[(500, 100)], 1, Choice::Wait),
            (&[(1, 100)], 2, Choice::Grow(0)),
            (&[(3, 100), (2, 100)], 2, Choice::Join(1)),
            (&[(3, 100), (2, 10)], 2, Choice::Join(0)),
            (&[(1, 100), (1, 100), (0, 100)], 9, Choice::Join(2)),
            (&[(10, 10), (10, 10)], 3, Choice::Open),
            (&[(10, 10), (10, 10)], 2, Choice::Wait),
            (&[(10, 10), (10, 11)], 2, Choice::Join(1)),
            (&[(0, 0)], 2, Choice::Join(0)),
            (&[(1, 0)], 1, Choice::Wait),
        ] {
            assert_eq!(choose(loads(pairs), most), choice, "{pairs:?} {most}");
        }
    }

    proptest! {
        #[test]
        fn no_call_waits_where_another_has_room(
            pairs in prop::collection::vec((0u32..300, 1u32..250), 1..10),
            most in 1u32..12,
        ) {
            let loads = loads(&pairs);
            let has_room = loads.iter().any(|load| !load.is_full());
            let may_grow = loads.len() < most as usize;
            match choose(loads.clone(), most) {
                Choice::Open => prop_assert!(!has_room && may_grow),
                Choice::Wait => prop_assert!(!has_room && !may_grow),
                Choice::Join(place) => {
                    prop_assert!(!loads[place].is_full());
                    prop_assert!(!may_grow || loads[place].in_flight == 0);
                }
                Choice::Grow(place) => {
                    prop_assert!(may_grow && !loads[place].is_full());
                    prop_assert!(loads.iter().all(|load| load.in_flight > 0));
                }
            }
        }

        #[test]
        fn calls_that_come_one_by_one_are_spread_evenly(most in 1u32..9, calls in 0u32..200) {
            let mut open = loads(&[(0, 1_000)]);
            for _ in 0..calls {
                match choose(open.clone(), most) {
                    Choice::Join(place) => open[place].in_flight += 1,
                    Choice::Grow(place) => {
                        open[place].in_flight += 1;
                        open.push(Load { in_flight: 0, streams: 1_000 });
                    }
                    Choice::Wait | Choice::Open => prop_assert!(false, "there is room"),
                }
            }
            prop_assert!(open.len() <= most as usize);
            let busiest = open.iter().map(|load| load.in_flight).max().unwrap_or(0);
            let laziest = open.iter().map(|load| load.in_flight).min().unwrap_or(0);
            prop_assert!(busiest - laziest <= 2, "{open:?}");
        }
    }
}
