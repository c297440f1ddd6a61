//! How far to trust a verdict.
//!
//! It says how much was seen and whether the figures agree with the verdict, nothing about chance: that would take repeats.

use super::figures::Figures;
use super::limit::Limit;
use super::shares::Shares;

/// A share of the time that leaves little room for anything else.
const ALMOST_ALL: f64 = 0.7;

/// With so many intervals a share is known to a tenth.
const ENOUGH: u64 = 8;

/// With fewer a single odd one decides.
const SOME: u64 = 3;

/// A goodput below this share of what the receiver's window allows contradicts that the window was the limit.
const CONTRADICTS: f64 = 0.5;

/// How far to trust a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Few looks, a small share, or a figure that contradicts.
    Low,
    /// The limit had most of the time.
    Medium,
    /// The limit had almost all of the time, over many looks.
    High,
}

impl Confidence {
    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

pub(super) fn of(limit: Limit, shares: &Shares, figures: &Figures) -> Confidence {
    let Some(part) = limit.part() else {
        // What several parts share, or a machine spoilt, is told as it is.
        return Confidence::Low;
    };
    let share = shares.of(part).get();
    if figures.intervals < SOME || share < 0.5 || contradicts(limit, figures) {
        Confidence::Low
    } else if figures.intervals >= ENOUGH && share >= ALMOST_ALL {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

fn contradicts(limit: Limit, figures: &Figures) -> bool {
    match (limit, figures.goodput, figures.window_rate()) {
        (Limit::ReceiverWindow(_), Some(goodput), Some(allowed)) => {
            goodput.bps() < CONTRADICTS * allowed.bps()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use netopt_core::unit::{BitRate, Bytes};

    use super::super::{Part, Reader};
    use super::*;

    fn trust(percent: u64, intervals: u64, goodput: f64) -> Confidence {
        let mut shares = Shares::default();
        shares.add(Part::ReceiverWindow, Duration::from_millis(percent));
        shares.add(Part::Application, Duration::from_millis(100 - percent));
        let shares = shares.over(Duration::from_millis(100)).unwrap();
        let figures = Figures {
            intervals,
            goodput: BitRate::from_bps(goodput),
            rtt: Some(Duration::from_millis(40)),
            window: Some(Bytes::new(20_000)),
            ..Figures::default()
        };
        of(
            Limit::ReceiverWindow(Reader::SmallBuffer),
            &shares,
            &figures,
        )
    }

    #[test]
    fn trust_needs_looks_and_share_and_figures_that_agree() {
        assert_eq!(trust(95, 30, 3.9e6), Confidence::High);
        assert_eq!(trust(60, 30, 3.9e6), Confidence::Medium);
        assert_eq!(trust(95, 5, 3.9e6), Confidence::Medium);
        assert_eq!(trust(95, 2, 3.9e6), Confidence::Low);
        // 20 kB in 40 ms allow 4 Mbit/s.
        assert_eq!(trust(95, 30, 1e6), Confidence::Low);
    }
}
