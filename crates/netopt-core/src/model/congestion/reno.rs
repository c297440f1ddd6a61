//! Reno: add one segment a round trip, halve at a loss (RFC 5681).
//!
//! Three rules make it: slow start, congestion avoidance, and the cut at a loss. How lost segments are found and sent
//! again is not a matter of the window and is left to the simulator.

use crate::unit::{Ratio, Segments};

use super::{Counting, LEAST_THRESHOLD, LOSS_WINDOW, initial_window, segments};

/// What a loss leaves of the data in flight, RFC 5681 eq. 4.
pub const BETA: f64 = 0.5;

/// The window of one Reno sender.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reno {
    window: f64,
    /// Infinite before the first loss.
    threshold: f64,
    counting: Counting,
}

impl Reno {
    /// A fresh connection: the initial window, no threshold yet.
    #[must_use]
    pub fn new(counting: Counting) -> Self {
        Self::at(initial_window(), None, counting)
    }

    /// A connection with this window; without a threshold it is in slow start.
    #[must_use]
    pub fn at(window: Segments, threshold: Option<Segments>, counting: Counting) -> Self {
        Self {
            window: window.get().max(LOSS_WINDOW),
            threshold: threshold.map_or(f64::INFINITY, Segments::get),
            counting,
        }
    }

    /// The congestion window: 1 segment or more.
    #[must_use]
    pub fn window(&self) -> Segments {
        segments(self.window)
    }

    /// Where slow start ends; `None` before the first loss.
    #[must_use]
    pub fn threshold(&self) -> Option<Segments> {
        Segments::new(self.threshold)
    }

    /// Whether the window still doubles every round trip.
    #[must_use]
    pub fn in_slow_start(&self) -> bool {
        self.window < self.threshold
    }

    /// One acknowledgement of `acked` segments, all of them new.
    ///
    /// Below the threshold `cwnd += min(N, SMSS)`, above it `cwnd += SMSS²/cwnd` a segment (RFC 5681 §3.1, eq. 2 and 3).
    /// What slow start does not use up before the threshold counts for congestion avoidance.
    pub fn acked(&mut self, acked: Segments) {
        let left = slow_start(
            &mut self.window,
            self.threshold,
            self.counting.credit(acked).get(),
        );
        self.window += left / self.window;
    }

    /// A loss was found with `flight` segments in flight; at most once a round trip (RFC 5681 §3.1, eq. 4).
    pub fn lost(&mut self, flight: Segments) {
        self.threshold = (flight.get() * BETA).max(LEAST_THRESHOLD);
        self.window = self.threshold;
    }

    /// The retransmission timer ran out with `flight` segments in flight: back to one segment (RFC 5681 §3.1).
    pub fn timed_out(&mut self, flight: Segments) {
        self.lost(flight);
        self.window = LOSS_WINDOW;
    }
}

/// Opens the window by `credit` segments up to the threshold, and returns what is left of them.
pub(super) fn slow_start(window: &mut f64, threshold: f64, credit: f64) -> f64 {
    let step = credit.min((threshold - *window).max(0.0));
    *window += step;
    credit - step
}

/// The mean window in the long run when each loss comes at `peak`: ¾ of it, the mean of a sawtooth from ½ to 1.
#[must_use]
pub fn average_window(peak: Segments) -> Segments {
    segments(peak.get() * (1.0 + BETA) / 2.0)
}

/// The mean window at a loss ratio, 1.2/√p (RFC 3649 §2, used by RFC 9438 §5.1); `None` without loss.
///
/// One loss every 1/p segments, no timeouts: it holds up to about 2 %.
#[must_use]
pub fn response(loss: Ratio) -> Option<Segments> {
    (loss.get() > 0.0).then(|| segments(RESPONSE / loss.get().sqrt()))
}

/// The loss ratio at which Reno holds this mean window: (1.2/W)², the inverse of [`response`]; `None` below 1.2 segments.
#[must_use]
pub fn required_loss(window: Segments) -> Option<Ratio> {
    Ratio::new((RESPONSE / window.get()).powi(2))
}

/// √(3/2) as RFC 3649 rounds it.
const RESPONSE: f64 = 1.2;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn many(count: f64) -> Segments {
        Segments::new(count).unwrap()
    }

    /// One round trip in which every segment of the window is acknowledged, `each` at a time.
    fn round(reno: &mut Reno, each: f64) {
        let window = reno.window().get().floor();
        let mut left = window;
        while left > 0.0 {
            reno.acked(many(each.min(left)));
            left -= each;
        }
    }

    fn near(left: f64, right: f64, tolerance: f64) -> bool {
        (left - right).abs() <= tolerance * right.abs()
    }

    #[test]
    fn seed_definition_1_5_is_one_rule_of_three() {
        // The seed knew cwnd += MSS²/cwnd only: one segment a round trip, about.
        let mut avoidance = Reno::at(many(20.0), Some(many(20.0)), Counting::Segments);
        round(&mut avoidance, 1.0);
        assert!(near(avoidance.window().get(), 21.0, 0.002));
        // It forgot slow start, without which a fresh connection would need 150 round trips for what takes four …
        let mut fresh = Reno::new(Counting::Segments);
        for expected in [20.0, 40.0, 80.0, 160.0] {
            round(&mut fresh, 1.0);
            assert!(near(fresh.window().get(), expected, 1e-12));
        }
        // … and the cut at a loss, without which the window never stops growing.
        fresh.lost(many(160.0));
        assert_eq!(fresh.window(), many(80.0));
        assert_eq!(fresh.threshold(), Some(many(80.0)));
        fresh.timed_out(many(80.0));
        assert_eq!(fresh.window(), many(1.0));
        assert_eq!(fresh.threshold(), Some(many(40.0)));
    }

    #[test]
    fn delayed_acknowledgements_slow_the_start_to_one_and_a_half() {
        let mut per_ack = Reno::new(Counting::Acknowledgements);
        round(&mut per_ack, 2.0);
        assert_eq!(per_ack.window(), many(15.0));
        let mut per_segment = Reno::new(Counting::Segments);
        round(&mut per_segment, 2.0);
        assert_eq!(per_segment.window(), many(20.0));
    }

    #[test]
    fn slow_start_ends_at_the_threshold_and_not_beyond() {
        let mut reno = Reno::at(many(9.0), Some(many(10.0)), Counting::Segments);
        reno.acked(many(3.0));
        assert!(near(reno.window().get(), 10.0 + 2.0 / 10.0, 1e-12));
        assert!(!reno.in_slow_start());
    }

    #[test]
    fn a_loss_leaves_two_segments_at_least() {
        let mut reno = Reno::new(Counting::Segments);
        reno.lost(many(3.0));
        assert_eq!(reno.window(), many(2.0));
    }

    /// The sawtooth, round by round: one loss each time the peak is reached.
    #[test]
    fn the_machine_averages_three_quarters_of_its_peak() {
        let peak = 400.0;
        let mut reno = Reno::at(many(200.0), Some(many(200.0)), Counting::Segments);
        let (mut sum, mut rounds) = (0.0, 0.0);
        while reno.window().get() < peak {
            sum += reno.window().get();
            rounds += 1.0;
            round(&mut reno, 1.0);
        }
        assert!(near(sum / rounds, average_window(many(peak)).get(), 0.005));
    }

    /// RFC 9438, tables 1 and 2, the columns of Reno: p = 1e-2 … 1e-8, rounded up to whole packets.
    #[test]
    fn response_matches_the_tables_of_rfc_9438() {
        for (power, expected) in [
            (2, 12),
            (3, 38),
            (4, 120),
            (5, 379),
            (6, 1200),
            (7, 3795),
            (8, 12000),
        ] {
            let loss = Ratio::new(10_f64.powi(-power)).unwrap();
            let window = response(loss).unwrap().get();
            assert!(
                (window - f64::from(expected)).abs() <= 0.5 + 1e-9,
                "{power} {window}"
            );
        }
        assert_eq!(response(Ratio::new(0.0).unwrap()), None);
    }

    proptest! {
        #[test]
        fn response_and_required_loss_are_inverse(power in 0.0..12.0_f64) {
            let loss = Ratio::new(10_f64.powf(-power)).unwrap();
            let back = required_loss(response(loss).unwrap()).unwrap();
            prop_assert!(near(back.get(), loss.get(), 1e-9));
        }

        #[test]
        fn the_window_grows_with_acknowledgements_and_is_never_below_one(
            steps in proptest::collection::vec((0..4_u8, 0.0..50.0_f64), 1..60)
        ) {
            let mut reno = Reno::new(Counting::Segments);
            for (kind, amount) in steps {
                let before = reno.window();
                match kind {
                    0 => reno.lost(reno.window()),
                    1 => reno.timed_out(reno.window()),
                    _ => {
                        reno.acked(many(amount));
                        prop_assert!(reno.window() >= before);
                        prop_assert!(reno.window().get() <= before.get() + amount + 1e-9);
                    }
                }
                prop_assert!(reno.window().get() >= 1.0);
            }
        }
    }
}
