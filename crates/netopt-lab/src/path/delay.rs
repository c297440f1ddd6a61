//! When a packet that has left the line arrives: the distance, jitter, and packets that are held back.
//!
//! Without overtaking a packet arrives no earlier than the one before it, as if it had waited behind it. With overtaking,
//! and for packets that are held back, each arrives for itself; those held back hold nobody else up. What it leaves alone:
//! keeping the packets meanwhile.

use std::time::Duration;

use netopt_core::change::Switch;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::WaySpec;
use super::chance::{Chance, Streams};

#[derive(Debug)]
pub(super) struct Delay {
    distance: Duration,
    jitter: Option<Jittering>,
    held_back: Option<(Chance, Duration)>,
    /// The latest arrival among packets that keep their order.
    latest: Duration,
}

#[derive(Debug)]
struct Jittering {
    up_to: u64,
    overtaking: Switch,
    random: Xoshiro256PlusPlus,
}

/// When a packet arrives, and beside or behind the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) due: Duration,
    pub(super) course: Course,
}

/// How a packet travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Behind the one before it.
    Behind,
    /// For itself: it may overtake.
    Beside,
    /// For itself, since it was held back.
    HeldBack,
}

impl Delay {
    /// Two streams are taken, whether they are needed or not.
    pub(super) fn new(spec: &WaySpec, streams: &mut Streams) -> Self {
        let (random, holding) = (streams.next(), streams.next());
        Self {
            distance: spec.delay,
            jitter: spec.jitter.map(|jitter| Jittering {
                up_to: u64::try_from(jitter.up_to.as_nanos()).unwrap_or(u64::MAX),
                overtaking: jitter.overtaking,
                random,
            }),
            held_back: spec
                .reorder
                .map(|reorder| (Chance::new(reorder.share, holding), reorder.by)),
            latest: Duration::ZERO,
        }
    }

    /// No packet that departs at `departed` or later arrives before this.
    pub(super) const fn earliest(&self, departed: Duration) -> Duration {
        departed.saturating_add(self.distance)
    }

    /// When the packet arrives that left the line at `departed`.
    pub(super) fn arrival(&mut self, departed: Duration) -> Arrival {
        let mut due = self.earliest(departed);
        let mut course = Course::Behind;
        if let Some(jitter) = &mut self.jitter {
            let extra = jitter.random.random_range(0..=jitter.up_to);
            due = due.saturating_add(Duration::from_nanos(extra));
            if jitter.overtaking.is_on() {
                course = Course::Beside;
            }
        }
        if let Some((chance, by)) = &mut self.held_back
            && chance.happens()
        {
            return Arrival {
                due: due.saturating_add(*by),
                course: Course::HeldBack,
            };
        }
        if course == Course::Behind {
            self.latest = self.latest.max(due);
            due = self.latest;
        }
        Arrival { due, course }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{Jitter, Reorder};
    use netopt_core::unit::Ratio;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn spec(jitter: u32, overtaking: Switch, share: f64) -> WaySpec {
        WaySpec {
            delay: MS * 20,
            jitter: Some(Jitter {
                up_to: MS * jitter,
                overtaking,
            }),
            reorder: Ratio::new(share).map(|share| Reorder { share, by: MS * 7 }),
            ..WaySpec::default()
        }
    }

    fn arrivals(spec: &WaySpec, seed: u64) -> Vec<(Duration, Arrival)> {
        let mut delay = Delay::new(spec, &mut Streams::new(seed));
        (0..500)
            .map(|number| MS * number / 3)
            .map(|departed| (departed, delay.arrival(departed)))
            .collect()
    }

    #[test]
    fn a_distance_alone_is_exact() {
        let spec = WaySpec {
            delay: MS * 20,
            ..WaySpec::default()
        };
        for (departed, arrival) in arrivals(&spec, 1) {
            let due = departed + MS * 20;
            assert_eq!(
                arrival,
                Arrival {
                    due,
                    course: Course::Behind
                }
            );
        }
    }

    #[test]
    fn jitter_is_uniform_up_to_its_bound() {
        let all = arrivals(&spec(6, Switch::On, 0.0), 3);
        let extra = |(departed, arrival): &(Duration, Arrival)| {
            (arrival.due - *departed - MS * 20).as_secs_f64() * 1e3
        };
        let mean = all.iter().map(extra).sum::<f64>() / 500.0;
        // The mean of 500 uniform draws from 0 to 6 ms is 3 ms with a standard deviation of 0.077 ms.
        assert!((2.6..3.4).contains(&mean), "{mean}");
        assert!(all.windows(2).any(|pair| pair[1].1.due < pair[0].1.due));
    }

    proptest! {
        #[test]
        fn without_overtaking_order_is_kept_and_nobody_waits_for_those_held_back(
            jitter in 0u32..10, share in 0.0f64..0.5, seed: u64,
        ) {
            let mut latest = Duration::ZERO;
            for (departed, arrival) in arrivals(&spec(jitter, Switch::Off, share), seed) {
                if arrival.course == Course::HeldBack {
                    prop_assert!(arrival.due >= departed + MS * 27);
                    prop_assert!(arrival.due <= departed + MS * (27 + jitter));
                } else {
                    prop_assert!(arrival.due >= latest);
                    prop_assert!(arrival.due >= departed + MS * 20);
                    prop_assert!(arrival.due <= departed + MS * (20 + jitter));
                    latest = arrival.due;
                }
            }
        }

        #[test]
        fn with_overtaking_each_comes_within_its_own_jitter(jitter in 0u32..10, seed: u64) {
            for (departed, arrival) in arrivals(&spec(jitter, Switch::On, 0.0), seed) {
                prop_assert!(arrival.due >= departed + MS * 20);
                prop_assert!(arrival.due <= departed + MS * (20 + jitter));
            }
        }
    }
}
