//! What `netopt probe` measures: calls one by one, each on a new connection, then as many on a kept one.
//!
//! Decisions:
//!
//! - **One by one.** Nothing queues, so a phase is as long as path and server make it. At most [`RATE`] calls a second.
//! - **The client is the user's.** Both kinds go through `netopt::stack` with the baseline plan; only keep-alive differs.
//! - **The first call on a kept connection opens it.** It is made and not counted, so the two kinds do not mix.
//! - **Only answers are timed.** A call without an answer is counted with its reason and moves no quantile.
//! - **Bounded.** Quantiles come from histograms; the calls themselves are kept only up to a bound.
//!
//! What it leaves alone: load, and proof. What a change would bring is an estimate here; `netopt optimize` tries it.

mod datagrams;
mod finding;
mod kernel;
mod messages;
mod sampler;
#[cfg(test)]
pub(crate) mod scene;
mod series;
mod split;

use std::num::NonZeroU32;

use netopt::tcp::datagram::{DEFAULT_SIZE, Echoes};
use netopt::{Plan, Surroundings};
use netopt_core::target::Target;
use netopt_core::unit::{Bytes, PerSecond};
use netopt_load::budget::Budget;

use crate::exit::Fault;

pub(crate) use kernel::Kernel;
pub(crate) use messages::{Asked, Messages};
pub(crate) use series::{Series, Share, Trouble};
pub(crate) use split::Middles;

/// Calls in any second, at the most: what an unasked visitor may cost.
pub(crate) const RATE: f64 = 20.0;

/// After so many calls without a single answer a target is given up: the next would fail in the same way, and each may
/// cost a whole timeout.
pub(crate) const PATIENCE: u64 = 3;

/// What is known about one target.
#[derive(Debug)]
pub(crate) struct Probe {
    /// What is called.
    pub(crate) target: Target,
    /// Calls of each kind that were asked for.
    pub(crate) samples: NonZeroU32,
    /// Payload of a message of WebSocket, or of a datagram.
    pub(crate) size: Bytes,
    /// Calls on new connections.
    pub(crate) fresh: Series,
    /// Calls on a kept connection; `None` for a target without requests.
    pub(crate) kept: Option<Series>,
    /// What became of the datagrams; `None` for what is not UDP, and before the end.
    pub(crate) echoes: Option<Echoes>,
    /// What became of the messages; `None` for what is not WebSocket, and before the first.
    pub(crate) messages: Option<Messages>,
    /// Whether all calls were made that were to be made.
    pub(crate) is_complete: bool,
}

impl Probe {
    /// Nothing measured yet. Messages and datagrams have their usual size.
    #[must_use]
    pub(crate) fn new(target: Target, samples: NonZeroU32) -> Self {
        let scheme = target.scheme();
        let keeps = scheme.is_http() || scheme.is_web_socket();
        Self {
            target,
            samples,
            size: DEFAULT_SIZE,
            fresh: Series::default(),
            kept: keeps.then(Series::default),
            echoes: None,
            messages: None,
            is_complete: false,
        }
    }

    /// The calls that it will make at the most.
    #[must_use]
    pub(crate) fn planned(&self) -> u64 {
        let samples = u64::from(self.samples.get());
        if self.kept.is_some() {
            2 * samples + 1
        } else {
            samples
        }
    }

    /// Makes the calls; `told` hears of each.
    ///
    /// # Cancel safety
    /// Dropping the future ends the call in progress; what was known stays here.
    ///
    /// # Errors
    /// When no client can be made.
    pub(crate) async fn run(&mut self, way: Way<'_>, told: impl FnMut()) -> Result<(), Fault> {
        sampler::sample(self, way, told).await?;
        self.is_complete = true;
        Ok(())
    }

    /// True when at least one call was answered.
    #[must_use]
    pub(crate) fn is_measured(&self) -> bool {
        self.series().any(|series| series.answered() > 0)
    }

    /// What the kernel knew about the connections.
    #[must_use]
    pub(crate) fn kernel(&self) -> Kernel {
        Kernel::of(self.series().map(Series::exchanges))
    }

    /// The calls that a client makes most and of which the kernel told: on a kept connection where there are some.
    #[must_use]
    pub(crate) fn split(&self) -> Middles {
        let kept = self.kept.as_ref().map(Series::split);
        kept.filter(|kept| kept.n > 0)
            .unwrap_or_else(|| self.fresh.split())
    }

    /// One sentence: what stands out.
    #[must_use]
    pub(crate) fn finding(&self) -> String {
        finding::of(self)
    }

    /// The most frequent reason for which calls did not succeed.
    #[must_use]
    pub(crate) fn worst(&self) -> Option<Trouble> {
        finding::worst(self)
    }

    /// The kinds of calls that this target gets.
    pub(crate) fn series(&self) -> impl Iterator<Item = &Series> {
        std::iter::once(&self.fresh).chain(&self.kept)
    }
}

/// How the calls get there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    /// The client as the user runs it today.
    pub(crate) plan: &'a Plan,
    /// Everything about the client that is not a change.
    pub(crate) around: &'a Surroundings,
    /// What keeps the calls apart.
    pub(crate) budget: &'a Budget,
}

/// A budget for all targets of one command, because they may be the same machine.
#[must_use]
pub(crate) fn politeness() -> Budget {
    let rate = PerSecond::new(RATE).expect("20 is finite and not negative");
    Budget::new(rate, u64::MAX)
}
