//! Which part of the time each limit had.
//!
//! The shares of all parts add up to one: every moment of a transfer is limited by something. What it leaves alone: which
//! of them is called the limit.

use std::time::Duration;

use netopt_core::finding::Evidence;
use netopt_core::unit::Ratio;

/// What may limit a sender at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The receiver offers no more.
    ReceiverWindow,
    /// The send buffer holds too little to fill the path.
    SendBuffer,
    /// The application has nothing to send.
    Application,
    /// The slowest line carries no more.
    BottleneckRate,
    /// Losses keep the congestion window small.
    Loss,
    /// The congestion window has not grown yet.
    SlowStart,
    /// The socket's own bound, `SO_MAX_PACING_RATE`.
    Pacing,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 7] = [
        Self::ReceiverWindow,
        Self::SendBuffer,
        Self::Application,
        Self::BottleneckRate,
        Self::Loss,
        Self::SlowStart,
        Self::Pacing,
    ];

    /// The name in JSON; with `_ratio` behind it, the key of its share.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReceiverWindow => "receiver_window",
            Self::SendBuffer => "send_buffer",
            Self::Application => "application",
            Self::BottleneckRate => "bottleneck_rate",
            Self::Loss => "loss",
            Self::SlowStart => "slow_start",
            Self::Pacing => "pacing",
        }
    }

    /// The name in a sentence: `the receiver's window`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ReceiverWindow => "the receiver's window",
            Self::SendBuffer => "the send buffer",
            Self::Application => "the application",
            Self::BottleneckRate => "the rate of the slowest line",
            Self::Loss => "loss",
            Self::SlowStart => "the growth of the window",
            Self::Pacing => "pacing",
        }
    }
}

/// The share of the time of each part, from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shares([f64; Part::ALL.len()]);

impl Shares {
    /// The share of `part`.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "shares are of a sum, and so from 0 to 1"
    )]
    pub fn of(&self, part: Part) -> Ratio {
        let share = self.0[part as usize].clamp(0.0, 1.0);
        Ratio::new(share).expect("a share of a sum is from 0 to 1")
    }

    /// All parts with their shares, the largest first.
    #[must_use]
    pub fn ranked(&self) -> [(Part, Ratio); Part::ALL.len()] {
        let mut ranked = Part::ALL.map(|part| (part, self.of(part)));
        ranked.sort_by(|a, b| b.1.get().total_cmp(&a.1.get()));
        ranked
    }

    /// Adds time to a part.
    pub(crate) fn add(&mut self, part: Part, time: Duration) {
        self.0[part as usize] += time.as_secs_f64();
    }

    /// From times to shares of `whole`; `None` without time. What the clocks' steps leave over is shared out evenly.
    pub(crate) fn over(mut self, whole: Duration) -> Option<Self> {
        let sum: f64 = self.0.iter().sum();
        if whole.is_zero() || sum <= 0.0 {
            return None;
        }
        for share in &mut self.0 {
            *share /= sum;
        }
        Some(self)
    }

    /// The shares above nothing, as evidence of `n` intervals.
    pub(crate) fn evidence(&self, n: u64) -> Vec<Evidence> {
        self.ranked()
            .into_iter()
            .filter(|(_, share)| share.get() > 0.0)
            .map(|(part, share)| Evidence {
                metric: format!("time limited by {}", part.words()),
                value: share.get(),
                unit: "ratio",
                n,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_to_one_and_are_ranked(times in proptest::array::uniform7(0u64..1_000_000)) {
            let mut shares = Shares::default();
            for (part, micros) in Part::ALL.into_iter().zip(times) {
                shares.add(part, Duration::from_micros(micros));
            }
            let whole = Duration::from_micros(times.iter().sum());
            let Some(shares) = shares.over(whole) else {
                prop_assert!(whole.is_zero());
                return Ok(());
            };
            let sum: f64 = Part::ALL.into_iter().map(|part| shares.of(part).get()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            prop_assert!(shares.ranked().windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }
    }

    #[test]
    fn a_part_without_time_is_no_evidence() {
        let mut shares = Shares::default();
        shares.add(Part::Loss, Duration::from_secs(3));
        let evidence = shares.over(Duration::from_secs(3)).unwrap().evidence(30);
        assert_eq!(evidence.len(), 1);
        assert_eq!(evidence[0].metric, "time limited by loss");
    }
}
