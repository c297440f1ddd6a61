//! Connecting to one of several addresses: by a race after RFC 8305 ("Happy Eyeballs" version 2), or in turn.
//!
//! When which address is tried is decided by a machine without I/O ([`staggered`] or [`in_turn`]); here it is carried
//! out. Every attempt is kept with its times, whether the whole succeeds, fails or is given up. In a race one dead
//! address costs a quarter of a second, in turn it costs its share of the whole bound.
//!
//! What it leaves alone: looking names up, and the bound on the whole.

mod attempt;
mod dial;
mod in_turn;
mod order;
mod staggered;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

pub use attempt::{Attempt, AttemptEnd};
pub(crate) use dial::dial;
use in_turn::InTurn;
pub(crate) use staggered::STAGGER;
use staggered::Staggered;

/// What a machine wants to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Try this address, for so long at the most.
    Begin {
        address: SocketAddr,
        within: Option<Duration>,
    },
    /// Nothing before then, unless an attempt ends or an address comes.
    Wait { until: Option<Instant> },
    /// Every address failed.
    Lost,
}

/// How several addresses are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// RFC 8305.
    Race,
    /// One after the other; each family shares this bound.
    InTurn(Duration),
}

/// The attempts so far. It belongs to the caller, so that it is still there when the future is dropped.
pub(crate) type Log = Vec<Attempt>;

/// Addresses to try: those that are known, and where others may come from.
pub(crate) struct Field {
    pub(crate) addresses: Vec<SocketAddr>,
    /// The answer that is still on its way; `None` when all are known.
    pub(crate) late: Option<BoxFuture<'static, Vec<SocketAddr>>>,
}

#[derive(Debug)]
enum Machine {
    Race(Staggered),
    InTurn(InTurn),
}

impl Machine {
    fn step(&mut self, now: Instant) -> Step {
        match self {
            Self::Race(race) => race.step(now),
            Self::InTurn(turns) => turns.step(now),
        }
    }

    fn failed(&mut self, address: SocketAddr, now: Instant) {
        match self {
            Self::Race(race) => race.failed(now),
            Self::InTurn(turns) => turns.failed(address),
        }
    }

    /// The last addresses that come.
    fn complete(&mut self, addresses: Vec<SocketAddr>) {
        if let Self::Race(race) = self {
            race.add(addresses);
            race.close();
        }
    }
}

/// Connects to the first address that answers; `dial` opens one connection. Fails with the first error.
///
/// Cancel safe: dropping the future drops every attempt, and `log` says where each stood.
pub(crate) async fn connect<D, F>(
    field: Field,
    manner: Manner,
    log: &mut Log,
    dial: D,
) -> io::Result<TcpStream>
where
    D: Fn(SocketAddr) -> F,
    F: Future<Output = io::Result<TcpStream>>,
{
    let begun = Instant::now();
    let Field {
        addresses,
        mut late,
    } = field;
    let mut machine = match manner {
        Manner::Race => Machine::Race(Staggered::open(addresses, begun)),
        Manner::InTurn(bound) => Machine::InTurn(InTurn::new(addresses, bound, begun)),
    };
    if late.is_none() {
        machine.complete(Vec::new());
    }
    let mut running = FuturesUnordered::new();
    let mut first_error = None;
    loop {
        let now = Instant::now();
        let until = match machine.step(now) {
            Step::Begin { address, within } => {
                let number = log.len();
                log.push(Attempt {
                    address,
                    start: now,
                    end: now,
                    outcome: AttemptEnd::Running,
                });
                let attempt = dial(address);
                running.push(async move { (number, bounded(attempt, within).await) });
                continue;
            }
            Step::Lost => {
                return Err(first_error.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()));
            }
            Step::Wait { until } => until,
        };
        tokio::select! {
            Some((number, result)) = running.next() => {
                let now = Instant::now();
                match result {
                    Ok(stream) => {
                        close(log, number, now);
                        return Ok(stream);
                    }
                    Err(error) => {
                        let attempt = &mut log[number];
                        attempt.end = now;
                        attempt.outcome = AttemptEnd::Failed(error.kind());
                        machine.failed(attempt.address, now);
                        first_error.get_or_insert(error);
                    }
                }
            }
            () = at(until), if until.is_some() => {}
            more = rest(&mut late), if late.is_some() => {
                late = None;
                machine.complete(more);
            }
        }
    }
}

/// One attempt won; whoever still runs is overtaken.
fn close(log: &mut Log, winner: usize, now: Instant) {
    for (number, attempt) in log.iter_mut().enumerate() {
        if number == winner {
            (attempt.end, attempt.outcome) = (now, AttemptEnd::Won);
        } else if attempt.outcome == AttemptEnd::Running {
            (attempt.end, attempt.outcome) = (now, AttemptEnd::Overtaken);
        }
    }
}

async fn bounded(
    attempt: impl Future<Output = io::Result<TcpStream>>,
    within: Option<Duration>,
) -> io::Result<TcpStream> {
    match within {
        None => attempt.await,
        Some(within) => match timeout(within, attempt).await {
            Ok(result) => result,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        },
    }
}

async fn at(until: Option<Instant>) {
    if let Some(until) = until {
        sleep_until(until).await;
    }
}

async fn rest(late: &mut Option<BoxFuture<'static, Vec<SocketAddr>>>) -> Vec<SocketAddr> {
    match late {
        Some(late) => late.await,
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
