//! The opening of a connection that outlives the call for which it began.
//!
//! A caller who gives up while its connection is being opened has paid for most of it: whoever asks next has use for it. So what
//! opens a connection borrows nothing from the call. As long as the call waits, it drives the opening by itself and is told each
//! phase; when it is dropped a task goes on, and hands the connection to the pool.
//!
//! What it leaves alone: the bounds, which are the connector's, and the place in the pool, which comes free with the call.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use netopt_core::phase::Phase;
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::client::connection::Connection;
use crate::client::opener::Opener;
use crate::error::Error;
use crate::reach::recording::{Phases, Recording};

type Work = Pin<Box<dyn Future<Output = Result<Box<Connection>, Error>> + Send>>;

/// A connection that is being opened. Dropping it does not end the opening.
pub(crate) struct Handshake<F: FnOnce(Box<Connection>) + Send + 'static> {
    /// `None` when it is done.
    work: Option<Work>,
    notes: Notes,
    /// What becomes of a connection that nobody waits for any more.
    orphan: Option<F>,
}

/// What the opening notes, until the call takes it over.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

#[derive(Debug, Clone, Copy)]
enum Note {
    Enter(Phase, Instant),
    Leave(Instant),
}

impl Notes {
    fn add(&self, note: Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(note);
    }

    fn take_over(&self, recording: &mut Recording) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for note in notes.drain(..) {
            match note {
                Note::Enter(phase, at) => recording.enter(phase, at),
                Note::Leave(at) => recording.leave(at),
            }
        }
    }
}

impl Phases for Notes {
    fn enter(&mut self, phase: Phase, at: Instant) {
        self.add(Note::Enter(phase, at));
    }

    fn leave(&mut self, at: Instant) {
        self.add(Note::Leave(at));
    }
}

impl<F: FnOnce(Box<Connection>) + Send + 'static> Handshake<F> {
    /// Begins when it is first waited for.
    pub(crate) fn of(opener: &Opener, orphan: F) -> Self {
        let (opener, notes) = (opener.clone(), Notes::default());
        let mut told = notes.clone();
        Self {
            work: Some(Box::pin(async move { opener.open(&mut told).await })),
            notes,
            orphan: Some(orphan),
        }
    }

    /// Waits for the connection, and tells `recording` each phase as it begins and ends.
    ///
    /// Cancel safe: the connection becomes an orphan when it is open.
    pub(crate) async fn follow(
        mut self,
        recording: &mut Recording,
    ) -> Result<Box<Connection>, Error> {
        let opened = poll_fn(|cx| {
            let work = self.work.as_mut().expect("it is waited for once");
            let opened = work.as_mut().poll(cx);
            self.notes.take_over(recording);
            opened
        })
        .await;
        self.work = None;
        opened
    }
}

impl<F: FnOnce(Box<Connection>) + Send + 'static> Drop for Handshake<F> {
    fn drop(&mut self) {
        let (Some(work), Some(orphan)) = (self.work.take(), self.orphan.take()) else {
            return;
        };
        // Outside of a runtime nothing goes on.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                // Nobody asks why it could not be opened.
                if let Ok(connection) = work.await {
                    orphan(connection);
                }
            });
        }
    }
}
