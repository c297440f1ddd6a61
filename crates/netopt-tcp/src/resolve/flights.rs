//! A memory and those who wait: many ask for a name, one query runs.
//!
//! A query runs in a task of its own, so that it goes on when the one who asked first gives up, and so that a stale
//! answer can be served while it runs. It is bounded, and it ends with the resolver.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::answer::{Answer, Cause, Late, Miss};
use super::memory::{Keeping, Memory, Recall};
use super::{Found, Origin, Source};

/// The bound on one query with all its repetitions. Who waits has a tighter bound of their own; this one ends queries
/// that nobody waits for.
const LONGEST_QUERY: Duration = Duration::from_secs(20);

/// Queries that run at the same time at the most; beyond, names are asked for without being kept.
const MOST_FLIGHTS: usize = 256;

/// How far a query is.
#[derive(Debug, Clone)]
enum Progress {
    Asking,
    /// One family is here.
    Begun(Answer),
    Done(Result<Answer, Miss>),
}

#[derive(Debug)]
pub(super) struct Flights {
    source: Source,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    memory: Memory,
    running: BTreeMap<String, (watch::Receiver<Progress>, AbortHandle)>,
}

impl Flights {
    pub(super) fn new(source: Source, keeping: Keeping) -> Self {
        Self {
            source,
            state: Mutex::new(State {
                memory: Memory::new(keeping),
                running: BTreeMap::new(),
            }),
        }
    }

    pub(super) async fn find(self: &Arc<Self>, host: &str) -> Result<Found, Miss> {
        let name = host.to_ascii_lowercase();
        let flight = {
            let mut state = self.lock();
            match state.memory.recall(&name, Instant::now()) {
                Recall::Known {
                    known,
                    is_stale,
                    refresh,
                } => {
                    if refresh {
                        self.join(&mut state, &name);
                    }
                    let origin = if is_stale {
                        Origin::Stale
                    } else {
                        Origin::Kept
                    };
                    return known.map(|answer| Found::whole(answer, origin));
                }
                Recall::Unknown => self.join(&mut state, &name),
            }
        };
        match flight {
            Some(flight) => wait(flight).await,
            None => self.source.find(host).await,
        }
    }

    /// The query for `name` that runs, or a new one; `None` when too many run.
    fn join(self: &Arc<Self>, state: &mut State, name: &str) -> Option<watch::Receiver<Progress>> {
        if let Some((running, _)) = state.running.get(name) {
            return Some(running.clone());
        }
        if state.running.len() >= MOST_FLIGHTS {
            return None;
        }
        let (teller, flight) = watch::channel(Progress::Asking);
        let (source, name_of_it) = (self.source.clone(), name.to_owned());
        let task = tokio::spawn(fly(Arc::downgrade(self), source, name_of_it, teller));
        state
            .running
            .insert(name.to_owned(), (flight.clone(), task.abort_handle()));
        Some(flight)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flights {
    fn drop(&mut self) {
        for (_, task) in self.lock().running.values() {
            task.abort();
        }
    }
}

/// Asks, tells whoever waits, and remembers.
async fn fly(home: Weak<Flights>, source: Source, name: String, teller: watch::Sender<Progress>) {
    let asking = async {
        let coming = source.ask(&name).await?;
        let Some(rest) = coming.rest else {
            return Ok(coming.answer);
        };
        teller.send_replace(Progress::Begun(coming.answer.clone()));
        Ok(match rest.await {
            Some(rest) => coming.answer.and(rest),
            None => coming.answer,
        })
    };
    let learnt = match timeout(LONGEST_QUERY, asking).await {
        Ok(learnt) => learnt,
        // One family is better than none.
        Err(_) => match &*teller.borrow() {
            Progress::Begun(answer) => Ok(answer.clone()),
            _ => Err(Cause::Silent.into()),
        },
    };
    if let Some(home) = home.upgrade() {
        let mut state = home.lock();
        state.memory.learn(&name, &learnt, Instant::now());
        state.running.remove(&name);
    }
    teller.send_replace(Progress::Done(learnt));
}

/// Waits for the first addresses; the rest follows in the answer's own time.
async fn wait(mut flight: watch::Receiver<Progress>) -> Result<Found, Miss> {
    let progress = match flight.wait_for(|p| !matches!(p, Progress::Asking)).await {
        Ok(progress) => progress.clone(),
        Err(_) => return Err(Cause::Broken("the resolver was shut down".to_owned()).into()),
    };
    match progress {
        Progress::Done(done) => done.map(|answer| Found::whole(answer, Origin::Asked)),
        Progress::Begun(answer) => {
            let known = answer.addresses.clone();
            let late: Late = Box::pin(async move { rest(flight, &known).await });
            Ok(Found {
                late: Some(late),
                ..Found::whole(answer, Origin::Asked)
            })
        }
        Progress::Asking => Err(Cause::Silent.into()),
    }
}

/// The addresses that come after those that are known.
async fn rest(mut flight: watch::Receiver<Progress>, known: &[IpAddr]) -> Vec<IpAddr> {
    match flight.wait_for(|p| matches!(p, Progress::Done(_))).await {
        Ok(progress) => match &*progress {
            Progress::Done(Ok(answer)) => answer
                .addresses
                .iter()
                .copied()
                .filter(|address| !known.contains(address))
                .collect(),
            _ => Vec::new(),
        },
        Err(_) => Vec::new(),
    }
}
