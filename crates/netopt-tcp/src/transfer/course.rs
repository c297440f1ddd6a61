//! When things happen in a transfer, and the work of each connection at both ends.
//!
//! Each way of each connection has a thread at each end. They begin together, look at one switch, and end by themselves:
//! the senders at the end of their time, the receivers when the senders have ended.

use std::net::TcpStream;
use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use netopt_core::unit::Bytes;
use tokio::time::Instant;

use super::bulk::{self, Pour};
use super::error::Error;
use super::exchanges::{self, Exchanges, Sizes};
use super::flow::Flow;
use super::meter::Meter;
use super::mixed::{self, Clock, Messages, Speech};
use super::spec::{Amount, LONGEST, Spec, Way, Ways, Work};
use super::stop::Stop;

/// How long what stands in queues may take to come through after the senders have ended.
pub(super) const DRAIN: Duration = Duration::from_secs(30);

/// Which end this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Client,
    Server,
}

impl End {
    /// The way that it sends; it receives the other.
    pub(super) const fn sends(self) -> Way {
        match self {
            Self::Client => Way::Up,
            Self::Server => Way::Down,
        }
    }

    /// The way that it receives.
    pub(super) const fn receives(self) -> Way {
        match self {
            Self::Client => Way::Down,
            Self::Server => Way::Up,
        }
    }
}

/// A connection that takes part.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) way: Way,
    pub(super) index: u16,
    pub(super) stream: Arc<TcpStream>,
}

/// All that the threads of one end share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course<'a> {
    pub(super) end: End,
    pub(super) spec: &'a Spec,
    pub(super) begun: Instant,
    pub(super) clock: Clock,
    pub(super) stop: &'a Stop,
    pub(super) meter: &'a Meter,
}

/// What a thread brings home.
#[derive(Debug, Default)]
pub(super) struct Yield {
    pub(super) exchanges: Option<Exchanges>,
    pub(super) messages: Option<Messages>,
}

/// A thread at work.
pub(super) type Worker<'scope> = ScopedJoinHandle<'scope, Result<Yield, Error>>;

impl<'a> Course<'a> {
    /// When the senders end.
    pub(super) fn until(&self) -> Instant {
        self.begun
            + match self.spec.amount {
                Amount::Time(time) => time,
                Amount::Bytes(_) => LONGEST,
            }
    }

    /// When everything has ended, whatever happens.
    pub(super) fn over(&self) -> Instant {
        self.until() + DRAIN
    }

    /// Both ways of the connections that they use.
    pub(super) fn flows(&self, joined: &[Joined]) -> Vec<Arc<Flow>> {
        let is_bulk = matches!(self.spec.work, Work::Bulk(_));
        joined
            .iter()
            .flat_map(|one| {
                [Way::Up, Way::Down]
                    .into_iter()
                    .filter(move |way| !is_bulk || *way == one.way)
                    .map(|way| Arc::new(Flow::new(&one.stream, way, one.index, self.begun)))
            })
            .collect()
    }

    /// Sets everybody to work.
    pub(super) fn start<'scope, 'env>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        flows: &'env [Arc<Flow>],
    ) -> Vec<Worker<'scope>>
    where
        'a: 'scope,
    {
        match self.spec.work {
            Work::Bulk(_) => flows
                .iter()
                .map(|flow| scope.spawn(move || self.bulk(flow)))
                .collect(),
            Work::Exchanges { request, response } => flows
                .chunks_exact(2)
                .map(|pair| {
                    scope.spawn(move || self.exchanges([&pair[0], &pair[1]], request, response))
                })
                .collect(),
            Work::Mixed { full, size, every } => flows
                .chunks_exact(2)
                .flat_map(|pair| self.mixed(scope, [&pair[0], &pair[1]], (full, size, every)))
                .collect(),
            Work::Connects { .. } | Work::Datagrams { .. } => Vec::new(),
        }
    }

    fn bulk(&self, flow: &Flow) -> Result<Yield, Error> {
        let sends = (flow.way == Way::Up) == (self.end == End::Client);
        if !sends {
            let Spec {
                reading,
                patience,
                stagger,
                ..
            } = *self.spec;
            // The first byte of a stream that begins later is not late.
            let patience = patience + stagger * u32::from(flow.index);
            bulk::drain(flow, reading, self.over(), patience, self.stop)?;
            return Ok(Yield::default());
        }
        let job = Pour {
            from: self.from(flow.index),
            until: self.until(),
            most: match self.spec.amount {
                Amount::Time(_) => None,
                Amount::Bytes(all) => Some(share(all, self.spec.streams, flow.index)),
            },
            rate: self.spec.rate,
            patience: self.spec.patience,
        };
        bulk::pour(flow, &job, self.stop)?;
        Ok(Yield::default())
    }

    fn exchanges(
        &self,
        flows: [&Flow; 2],
        request: Bytes,
        response: Bytes,
    ) -> Result<Yield, Error> {
        let sizes = Sizes {
            request,
            response,
            patience: self.spec.patience,
        };
        let exchanges = match self.end {
            End::Server => {
                exchanges::answer(flows, &sizes, self.stop)?;
                None
            }
            End::Client => Some(exchanges::ask(flows, &sizes, self.until(), self.stop)?),
        };
        Ok(Yield {
            exchanges,
            messages: None,
        })
    }

    fn mixed<'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        [up, down]: [&'scope Flow; 2],
        (full, size, every): (Option<Ways>, Bytes, Duration),
    ) -> [Worker<'scope>; 2]
    where
        'a: 'scope,
    {
        let fills = move |way| full.is_some_and(|ways| ways.has(way));
        let from = self.from(up.index);
        let job = move |way| Speech {
            is_full: fills(way),
            size: usize::try_from(size.get()).unwrap_or(mixed::HEADER),
            every,
            from,
            until: self.until(),
            patience: self.spec.patience,
        };
        // Between two messages, and before a stream begins, silence is no fault.
        let patience = self.spec.patience + every + from.duration_since(self.begun);
        if self.end == End::Client {
            let spoken = scope.spawn(move || {
                let sent = mixed::speak(up, &job(Way::Up), &self.clock, self.stop)?;
                let messages = Messages {
                    sent,
                    ..Messages::default()
                };
                Ok(Yield {
                    messages: Some(messages),
                    exchanges: None,
                })
            });
            let heard = scope.spawn(move || {
                let times = (self.begun, self.over());
                let messages = mixed::listen(down, times, patience, &self.clock, self.stop)?;
                Ok(Yield {
                    messages: Some(messages),
                    exchanges: None,
                })
            });
            return [spoken, heard];
        }
        let (sender, receiver) = mixed::answers();
        let heard = scope.spawn(move || {
            let to = (&self.clock, &sender);
            mixed::hear(up, self.over(), patience, to, self.stop)?;
            Ok(Yield::default())
        });
        let replied = scope.spawn(move || {
            mixed::reply(down, &job(Way::Down), &receiver, self.stop)?;
            Ok(Yield::default())
        });
        [heard, replied]
    }

    /// When a stream begins.
    fn from(&self, index: u16) -> Instant {
        self.begun + self.spec.stagger * u32::from(index)
    }
}

/// The part of `all` that a stream carries: equal, and the first ones carry what is left over.
fn share(all: Bytes, streams: u16, index: u16) -> u64 {
    let streams = u64::from(streams.max(1));
    all.get() / streams + u64::from(u64::from(index) < all.get() % streams)
}

/// What a thread brought home; one that panicked has found a defect.
pub(super) fn brought<T>(worker: ScopedJoinHandle<'_, T>) -> T {
    worker
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Joins all; what they brought, and the first that failed.
pub(super) fn gather(workers: Vec<Worker<'_>>) -> (Yield, Option<Error>) {
    let mut all = Yield::default();
    let mut first = None;
    for worker in workers {
        match worker.join() {
            Ok(Ok(one)) => {
                if let Some(exchanges) = one.exchanges {
                    all.exchanges.get_or_insert_default().merge(&exchanges);
                }
                if let Some(messages) = one.messages {
                    all.messages.get_or_insert_default().merge(messages);
                }
            }
            Ok(Err(error)) => {
                first.get_or_insert(error);
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    (all, first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_shares_are_the_whole(all: u32, streams in 1_u16..64) {
            let sum: u64 = (0..streams).map(|index| share(Bytes::new(all.into()), streams, index)).sum();
            prop_assert_eq!(sum, u64::from(all));
        }
    }
}
