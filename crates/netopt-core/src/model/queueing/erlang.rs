//! Erlang's two formulas for c servers: B where a call without a server is lost, C where it waits.
//!
//! Both come from one recursion in the number of servers. Its terms are all positive, so nothing cancels; and while the
//! number of servers is below the load each step forgets what came before, so it may start about 9√a below the load
//! instead of at none. That keeps a load of a billion as quick as one of a hundred thousand steps.

use std::time::Duration;

use crate::unit::Ratio;

use super::{Erlangs, duration, probability};

/// The recursion starts where what it forgets is below e to the minus this, less than half a digit of a double.
const FORGOTTEN: f64 = 40.0;

/// Erlang's B formula at a growing number of servers: B(0) = 1, B(k) = aB(k-1) / (k + aB(k-1)).
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Recursion {
    load: f64,
    servers: u32,
    blocking: f64,
}

impl Recursion {
    /// At `servers` or a little below it, and never past the load.
    ///
    /// An error of the start shrinks by Π k/a on the way to c, at most e^(-n²/2a) and e^(-n(a-c)/a) over n steps.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    pub(in crate::model) fn below(servers: u32, load: Erlangs) -> Self {
        let (load, aim) = (load.get(), f64::from(servers).min(load.get()));
        let mut steps = (2.0 * FORGOTTEN * load).sqrt();
        if aim < load {
            steps = steps.min(FORGOTTEN / (1.0 - aim / load));
        }
        let servers = (aim - steps.ceil()) as u32;
        let blocking = if servers == 0 {
            1.0
        } else {
            1.0 - f64::from(servers) / load
        };
        Self {
            load,
            servers,
            blocking,
        }
    }

    /// One more server.
    pub(in crate::model) fn advance(&mut self) {
        self.servers = self.servers.saturating_add(1);
        let carried = self.load * self.blocking;
        let blocking = carried / (f64::from(self.servers) + carried);
        // Below the normal doubles a step rounds back to where it was, and a walk that waits for zero would not end
        // before twice the load.
        self.blocking = if blocking < f64::MIN_POSITIVE {
            0.0
        } else {
            blocking
        };
    }

    /// With exactly this many servers, if there are not more already.
    fn at(servers: u32, load: Erlangs) -> Self {
        let mut step = Self::below(servers, load);
        while step.servers < servers && step.blocking > 0.0 {
            step.advance();
        }
        Self { servers, ..step }
    }

    /// The line in front of these servers; `None` where it is unstable.
    pub(in crate::model) fn queue(self) -> Option<ErlangC> {
        let servers = f64::from(self.servers);
        let spare = servers - self.load;
        (spare > 0.0).then(|| ErlangC {
            servers: self.servers,
            load: Erlangs::new(self.load).expect("the recursion was started with a load"),
            wait: probability(servers * self.blocking / (spare + self.load * self.blocking)),
        })
    }
}

/// Erlang's B formula: the share of the calls that find all `servers` busy where nobody waits, 1 without servers.
///
/// Erlang 1917; it holds for every distribution of hold times.
#[must_use]
pub fn blocking(servers: u32, load: Erlangs) -> Ratio {
    probability(Recursion::at(servers, load).blocking)
}

/// A stable M/M/c queue in order of arrival: Poisson arrivals, exponential hold times, c servers (Erlang 1917; Kleinrock
/// 1975, Queueing Systems vol. 1, §3.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangC {
    servers: u32,
    load: Erlangs,
    wait: Ratio,
}

impl ErlangC {
    /// `None` unless the load is below the number of servers: such a queue has no mean wait.
    #[must_use]
    pub fn new(servers: u32, load: Erlangs) -> Option<Self> {
        if load.get() >= f64::from(servers) {
            return None;
        }
        Recursion::at(servers, load).queue()
    }

    /// C = cB / (c - a(1-B)): the share of the calls that has to wait.
    #[must_use]
    pub const fn wait_probability(&self) -> Ratio {
        self.wait
    }

    /// The number of servers.
    #[must_use]
    pub const fn servers(&self) -> u32 {
        self.servers
    }

    /// The share of the time that each server is busy.
    #[must_use]
    pub fn utilisation(&self) -> Ratio {
        probability(self.load.get() / f64::from(self.servers))
    }

    /// C·S/(c-a): the mean wait over all calls, those that do not wait included, when one holds a server for `hold` on
    /// average.
    #[must_use]
    pub fn mean_wait(&self, hold: Duration) -> Duration {
        duration(self.wait.get() * hold.as_secs_f64() / self.spare())
    }

    /// C·a/(c-a): the mean number of calls in line.
    #[must_use]
    pub fn mean_waiting(&self) -> Erlangs {
        Erlangs::new(self.wait.get() * self.load.get() / self.spare()).unwrap_or(self.load)
    }

    /// C·e^(-(c-a)t/S): the share of the calls that wait for longer than `time`. Exact: who waits, waits exponentially.
    #[must_use]
    pub fn waits_longer(&self, time: Duration, hold: Duration) -> Ratio {
        if time.is_zero() {
            return self.wait;
        }
        let holds = time.as_secs_f64() / hold.as_secs_f64();
        probability(self.wait.get() * (-self.spare() * holds).exp())
    }

    /// max(0, ln(C/(1-q))·S/(c-a)): the wait that a share `quantile` of all calls stays within; `None` at 1, where there
    /// is no bound.
    #[must_use]
    pub fn wait_quantile(&self, quantile: Ratio, hold: Duration) -> Option<Duration> {
        let later = 1.0 - quantile.get();
        (later > 0.0)
            .then(|| duration((self.wait.get() / later).ln() * hold.as_secs_f64() / self.spare()))
    }

    /// c - a.
    fn spare(&self) -> f64 {
        f64::from(self.servers) - self.load.get()
    }
}

#[cfg(test)]
mod tests;
