//! One request that is on its way for several callers: who waits, what came, and who drives it.
//!
//! A task of its own drives the call, so that it does not matter which of the callers goes. It ends with the last of
//! them. It reads the body only as fast as the fastest caller does.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use tokio::task::AbortHandle;

use super::log::Log;
use crate::body::Body;
use crate::decode::Decoded;
use crate::error::Error;
use crate::ledger::AttemptId;

/// The head of an answer, or why there is none, for everybody.
type Head = Result<(StatusCode, HeaderMap, Option<Decoded>), Arc<Error>>;

/// A request on its way.
pub(super) struct Flight {
    state: Mutex<State>,
    pub(super) window: usize,
}

pub(super) struct State {
    pub(super) log: Log,
    pub(super) head: Option<Head>,
    /// Of the attempt, for the caller whose request it is.
    pub(super) attempt: Option<AttemptId>,
    pub(super) end: Option<Result<Option<HeaderMap>, Arc<Error>>>,
    waiting: Vec<Waker>,
    driver: Option<Waker>,
    task: Option<AbortHandle>,
}

impl Flight {
    pub(super) fn new(window: usize) -> Self {
        let state = State {
            log: Log::new(window),
            head: None,
            attempt: None,
            end: None,
            waiting: Vec::new(),
            driver: None,
            task: None,
        };
        Self {
            state: Mutex::new(state),
            window,
        }
    }

    /// One more caller, unless there are `most`.
    pub(super) fn join(&self, most: usize) -> Option<u64> {
        let mut state = self.state();
        (state.log.readers() < most).then(|| state.log.join())
    }

    /// One caller less; with the last, the task ends. True if it was the last.
    pub(super) fn leave(&self, id: u64) -> bool {
        let mut state = self.state();
        let last = state.log.leave(id);
        if last && let Some(task) = state.task.take() {
            task.abort();
        }
        // Who waited may have been all that kept the task from reading.
        state.wake_driver();
        last
    }

    /// What drives it; ended with the last caller.
    pub(super) fn driven_by(&self, task: AbortHandle) {
        let mut state = self.state();
        if state.log.readers() == 0 {
            task.abort();
        } else {
            state.task = Some(task);
        }
    }

    /// The head is here, or the call failed. From now on nobody may join.
    pub(super) fn answered(&self, result: Result<&Response<Body>, Error>) {
        let mut state = self.state();
        state.head = Some(match result {
            Ok(response) => {
                let extensions = response.extensions();
                state.attempt = extensions.get().copied();
                Ok((
                    response.status(),
                    response.headers().clone(),
                    extensions.get().copied(),
                ))
            }
            Err(error) => Err(Arc::new(error)),
        });
        state.wake_all();
    }

    /// Reads the body for all, as fast as the fastest of them.
    pub(super) async fn pump(&self, mut body: Body) {
        let mut trailers = None;
        let end = loop {
            poll_fn(|cx| self.poll_wanted(cx)).await;
            match body.frame().await {
                None => break Ok(trailers),
                Some(Err(error)) => break Err(Arc::new(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) if piece.is_empty() => {}
                    Ok(piece) => {
                        let mut state = self.state();
                        state.log.push(piece);
                        state.wake_all();
                    }
                    Err(frame) => trailers = frame.into_trailers().ok(),
                },
            }
        };
        let mut state = self.state();
        state.end = Some(end);
        state.wake_all();
    }

    /// The task is over. If it ended in the middle, by a panic or with its runtime, nobody waits on.
    pub(super) fn landed(&self) {
        let mut state = self.state();
        if state.end.is_none() {
            let failure = Failure {
                kind: FailureKind::Other,
                phase: Phase::Receive,
                message: "the call whose answer was to be shared ended without one".to_owned(),
            };
            let error = Arc::new(Error::shared(failure));
            if state.head.is_none() {
                state.head = Some(Err(Arc::clone(&error)));
            }
            state.end = Some(Err(error));
        }
        state.wake_all();
    }

    fn poll_wanted(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.log.wants_more() {
            return Poll::Ready(());
        }
        state.driver = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake_all(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }

    /// Lets the task read on, if somebody wants more.
    pub(super) fn wake_driver(&mut self) {
        if self.log.wants_more()
            && let Some(driver) = self.driver.take()
        {
            driver.wake();
        }
    }

    /// Wakes this caller when something came.
    pub(super) fn wait(&mut self, cx: &Context<'_>) {
        if !self.waiting.iter().any(|known| known.will_wake(cx.waker())) {
            self.waiting.push(cx.waker().clone());
        }
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight")
            .field("callers", &self.state().log.readers())
            .finish_non_exhaustive()
    }
}

/// Held by the task that drives a flight; however it ends, nobody waits for it afterwards.
#[derive(Debug)]
pub(super) struct Driver(pub(super) Arc<Flight>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.landed();
    }
}
