//! The cubic function itself: flat around the plateau, steep before and after.

use std::time::Duration;

use crate::unit::Segments;

use super::segments;

/// How steep the function is: C in segments/s³, finite and above zero.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Scale(f64);

impl Scale {
    /// C = 0.4, RFC 9438 §4.1.
    pub const STANDARD: Self = Self(0.4);

    /// A scale of `c` segments/s³; `None` unless it is finite and above zero.
    #[must_use]
    pub fn new(c: f64) -> Option<Self> {
        (c.is_finite() && c > 0.0).then_some(Self(c))
    }

    /// Segments/s³.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// W(t) = C(t - K)³ + `W_max`, from the window after a cut back to the plateau and beyond (RFC 9438 §4.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    scale: Scale,
    plateau: f64,
    /// K in seconds.
    rise: f64,
}

impl Curve {
    /// The function through `start` at time zero that is flat at `plateau`. A start above the plateau is its own plateau.
    #[must_use]
    pub fn new(scale: Scale, plateau: Segments, start: Segments) -> Self {
        let plateau = plateau.get().max(start.get());
        Self {
            scale,
            plateau,
            rise: ((plateau - start.get()) / scale.get()).cbrt(),
        }
    }

    /// K: the time from the cut back to the plateau, ∛((`W_max` - `cwnd_epoch`)/C); at most 10⁹ s.
    #[must_use]
    pub fn rise(&self) -> Duration {
        Duration::from_secs_f64(self.rise.min(1e9))
    }

    /// The window `age` after the cut.
    #[must_use]
    pub fn at(&self, age: Duration) -> Segments {
        let distance = age.as_secs_f64() - self.rise;
        segments(self.scale.get().mul_add(distance.powi(3), self.plateau))
    }
}
