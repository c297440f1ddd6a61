//! Which part is called the limit.
//!
//! One part is the limit when it had half of the time and the next one had clearly less, or when it leads by far. Two that
//! are within a fifth of each other are a mixture, and are said to be one. What it leaves alone: how the time was given away.

use netopt_core::unit::{Bytes, Ratio};

use super::context::Context;
use super::figures::Figures;
use super::shares::{Part, Shares};

/// The share of the time that makes a limit.
const MOST: f64 = 0.5;

/// A second part within this share of the first makes a mixture.
const AS_MUCH: f64 = 0.8;

/// With such a lead a part is the limit, whatever its share.
const LEAD: f64 = 0.2;

/// A window that fell below this share of the largest is one that a reader does not empty.
const COLLAPSED: f64 = 0.6;

/// What limited a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The receiver offered no more.
    ReceiverWindow(Reader),
    /// The send buffer held too little to fill the path.
    SendBuffer,
    /// The application had nothing to send.
    Application,
    /// The slowest line carried no more.
    BottleneckRate,
    /// Losses kept the congestion window small.
    Loss,
    /// The congestion window had not grown yet: the transfer was over first, or the path is long.
    SlowStart,
    /// The socket's own bound on its pace.
    Pacing,
    /// The machine that measured: the verdict is withheld.
    Host,
    /// Several parts had about as much of the time.
    Mixed,
}

/// Why a receiver offered no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Its window is as large as it ever was: the buffer is small.
    SmallBuffer,
    /// Its window fell far below what it was: the application reads too slowly.
    Slow,
}

impl Limit {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReceiverWindow(Reader::SmallBuffer) => "receiver_window",
            Self::ReceiverWindow(Reader::Slow) => "slow_reader",
            Self::SendBuffer => "send_buffer",
            Self::Application => "application",
            Self::BottleneckRate => "bottleneck_rate",
            Self::Loss => "loss",
            Self::SlowStart => "slow_start",
            Self::Pacing => "pacing",
            Self::Host => "host",
            Self::Mixed => "mixed",
        }
    }

    /// The part of the shares that it is; `None` of host and mixture.
    #[must_use]
    pub const fn part(self) -> Option<Part> {
        Some(match self {
            Self::ReceiverWindow(_) => Part::ReceiverWindow,
            Self::SendBuffer => Part::SendBuffer,
            Self::Application => Part::Application,
            Self::BottleneckRate => Part::BottleneckRate,
            Self::Loss => Part::Loss,
            Self::SlowStart => Part::SlowStart,
            Self::Pacing => Part::Pacing,
            Self::Host | Self::Mixed => return None,
        })
    }
}

/// The limit that these shares and figures show.
pub(super) fn decide(shares: &Shares, figures: &Figures, context: &Context) -> Limit {
    if context.host.limits(figures.min_rtt) {
        return Limit::Host;
    }
    let [(part, first), (_, second), ..] = shares.ranked();
    if !leads(first, second) {
        return Limit::Mixed;
    }
    match part {
        Part::ReceiverWindow => Limit::ReceiverWindow(reader(figures)),
        Part::SendBuffer => Limit::SendBuffer,
        Part::Application => Limit::Application,
        Part::BottleneckRate => Limit::BottleneckRate,
        Part::Loss => Limit::Loss,
        Part::SlowStart => Limit::SlowStart,
        Part::Pacing => Limit::Pacing,
    }
}

fn leads(first: Ratio, second: Ratio) -> bool {
    let (first, second) = (first.get(), second.get());
    first >= MOST && second < AS_MUCH * first || first - second >= LEAD
}

/// A reader that keeps up leaves the whole buffer free, and the window never moves; one that does not lets it fall.
fn reader(figures: &Figures) -> Reader {
    let share = |window: Bytes, largest: Bytes| window.bits() / largest.bits();
    match figures.window.zip(figures.largest_window) {
        Some((window, largest)) if share(window, largest) < COLLAPSED => Reader::Slow,
        _ => Reader::SmallBuffer,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn decided(parts: &[(Part, u64)]) -> Limit {
        let mut shares = Shares::default();
        let mut whole = Duration::ZERO;
        for (part, percent) in parts {
            let time = Duration::from_millis(*percent);
            shares.add(*part, time);
            whole += time;
        }
        decide(
            &shares.over(whole).unwrap(),
            &Figures::default(),
            &Context::default(),
        )
    }

    #[test]
    fn half_of_the_time_or_a_lead_makes_a_limit_and_a_tie_does_not() {
        use Part::{Application, BottleneckRate, Loss};
        for (shares, expected) in [
            (vec![(Loss, 100)], Limit::Loss),
            (vec![(Loss, 60), (BottleneckRate, 40)], Limit::Loss),
            (vec![(Loss, 55), (BottleneckRate, 45)], Limit::Mixed),
            (
                vec![(Application, 46), (Loss, 26), (BottleneckRate, 28)],
                Limit::Mixed,
            ),
            (
                vec![(Application, 48), (Loss, 26), (BottleneckRate, 26)],
                Limit::Application,
            ),
        ] {
            assert_eq!(decided(&shares), expected, "{shares:?}");
        }
    }

    #[test]
    fn a_window_that_collapsed_has_a_slow_reader() {
        let offered = |window, largest| Figures {
            window: Some(Bytes::new(window)),
            largest_window: Some(Bytes::new(largest)),
            ..Figures::default()
        };
        // As read from sockets in the lab.
        for (window, largest) in [(17_376, 17_376), (131_070, 131_070), (2_896, 2_896)] {
            assert_eq!(reader(&offered(window, largest)), Reader::SmallBuffer);
        }
        for (window, largest) in [(5_120, 62_464), (31_744, 79_872), (112_640, 960_512)] {
            assert_eq!(reader(&offered(window, largest)), Reader::Slow);
        }
        assert_eq!(reader(&Figures::default()), Reader::SmallBuffer);
    }

    #[test]
    fn a_busy_host_withholds_the_verdict() {
        let context = Context {
            host: super::super::Host {
                here: Ratio::new(0.97),
                ..super::super::Host::default()
            },
            ..Context::default()
        };
        let mut shares = Shares::default();
        shares.add(Part::Loss, Duration::from_secs(1));
        let shares = shares.over(Duration::from_secs(1)).unwrap();
        assert_eq!(decide(&shares, &Figures::default(), &context), Limit::Host);
    }
}
