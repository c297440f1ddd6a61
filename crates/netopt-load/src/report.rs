//! What a run says about itself: what was asked, what was done, and whether the generator kept up.
//!
//! A load generator that falls behind measures itself. Every report therefore carries its [`Health`], and a comparison
//! must be withheld when [`Health::kept_up`] is false. What the calls measured is the recorder's, not the report's.

use std::fmt;
use std::time::Duration;

use netopt_core::unit::{PerSecond, Ratio};

/// A call that begins later than this after its intended start is late. One tick of the runtime's timer.
pub const LATE: Duration = Duration::from_millis(1);

/// A generator with a larger share of late calls than this did not keep up.
pub const MOST_LATE: f64 = 0.10;

/// A generator that kept less than this share of the planned rate did not keep up.
pub const LEAST_KEPT: f64 = 0.99;

/// Fewer planned calls than this are not judged: one late call would decide.
pub const JUDGED_CALLS: u64 = 50;

/// The rate of a shorter plan than this is not judged: 1 % of it is about the hiccup of a scheduler.
pub const JUDGED_TIME: Duration = Duration::from_secs(2);

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// The rate that the arrival process asked for; `None` for a closed loop.
    pub asked: Option<PerSecond>,
    /// The rate at which calls began (open loop) or ended (closed loop); `None` without calls.
    pub achieved: Option<PerSecond>,
    /// From the start of the run until its last call ended or was abandoned.
    pub window: Duration,
    /// Calls that began.
    pub started: u64,
    /// Calls that ended and were recorded.
    pub finished: u64,
    /// Open loop: calls that were due before the end but found no free place in time, and so never began.
    pub unstarted: u64,
    /// Open loop: planned calls that the used-up budget did not let begin. Closed loop: callers that it turned away.
    pub refused_by_budget: u64,
    /// Whether the generator kept up.
    pub health: Health,
}

impl Report {
    /// Calls that began and did not end before the drain was over. Their latency is unknown, and it is not small.
    #[must_use]
    pub const fn abandoned(&self) -> u64 {
        self.started.saturating_sub(self.finished)
    }
}

/// Whether a run's figures are about the peer, or about the generator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    /// The share of finished calls that began more than [`LATE`] after their intended start, whatever held them;
    /// `None` without calls. In a closed loop: that waited so long for the generator after the call before.
    pub late_share: Option<Ratio>,
    /// The generator's own part of that delay, without the wait for a free place or for the budget, 99th percentile;
    /// `None` without calls.
    pub slip_p99: Option<Duration>,
    /// The share of the planned rate that was kept: 1 when the last call began on time and none was left out;
    /// `None` for a closed loop or without calls.
    pub kept: Option<Ratio>,
    /// What kept the run from its plan; `None` when it kept up, or when it was too short to be judged.
    pub saturated: Option<Limit>,
}

impl Health {
    /// False when the run was limited by the generating side: its figures say little about the peer.
    #[must_use]
    pub const fn kept_up(&self) -> bool {
        self.saturated.is_none()
    }
}

/// What keeps an open loop from its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The generator's own pace: this process, its recorder, or the machine.
    Generator,
    /// The bound on calls in flight: raise it, or the peer is slower than the asked rate.
    InFlight,
    /// The budget allows less than the plan asks for; see [`crate::budget::Budget::steady_rate`].
    Budget,
}

impl Limit {
    /// All limits, in the order of the enum.
    pub const ALL: [Self; 3] = [Self::Generator, Self::InFlight, Self::Budget];

    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generator => "generator",
            Self::InFlight => "in_flight",
            Self::Budget => "budget",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
