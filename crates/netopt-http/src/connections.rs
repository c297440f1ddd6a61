//! From a destination to a connection that carries a call: pooled for HTTP/1.1, shared for HTTP/2.
//!
//! Which of the two it is may be known only after the first handshake. So where HTTP/2 is possible, one caller opens
//! and the others wait for what comes out: a shared connection, or the knowledge that this peer speaks HTTP/1.1.
//!
//! A shared connection stays until the peer closes it, the client ends, or its room is needed. The pool's bound on idle
//! connections is not for it: by then it has left the pool.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netopt_core::change::HttpVersion;
use netopt_core::outcome::{Failure, FailureKind};
use netopt_core::phase::Phase;
use netopt_pool::{Guard, Origin, Pool, Roster, Standing, Stats};
use tokio::time::Instant;

use crate::carrier::{Carrier, Loan, Share};
use crate::config::Config;
use crate::connection::Sender;
use crate::destination::Destination;
use crate::error::Error;
use crate::opener::Opener;
use crate::proxy::Proxy;
use crate::reach::Tools;
use crate::recording::Recording;
use crate::tls::TlsError;

/// Destinations kept at the most, unless more are in use at once. Beyond, a new one takes the place of one without a call,
/// and the connection that was shared there is closed.
const MOST_DESTINATIONS: usize = 4096;

/// The connections of one client.
pub(crate) struct Connections {
    pool: Pool<Destination, Opener>,
    shared: Mutex<Roster<Destination, Sharing>>,
    version: HttpVersion,
    proxy: Option<Proxy>,
    keeps: bool,
}

/// What is known about sharing with one destination.
#[derive(Default)]
struct Sharing {
    turn: tokio::sync::Mutex<()>,
    current: Mutex<Option<Share>>,
    speaks_http1: AtomicBool,
    failed: Mutex<Option<(Instant, Failure)>>,
}

impl Connections {
    pub(crate) fn new(config: &Config) -> Result<Self, TlsError> {
        let tools = Arc::new(Tools::new(config, config.version)?);
        let make = move |to: &Destination| Opener {
            tools: Arc::clone(&tools),
            to: to.clone(),
        };
        Ok(Self {
            pool: Pool::new(config.pool.clone(), make),
            shared: Mutex::new(Roster::new(MOST_DESTINATIONS)),
            version: config.version,
            proxy: config.proxy.clone(),
            keeps: config.pool.reuse.is_on(),
        })
    }

    pub(crate) fn stats(&self) -> Stats {
        self.pool.stats()
    }

    /// Where connections for calls to `to` go.
    pub(crate) fn way(&self, to: Destination) -> Result<Destination, Error> {
        to.through(self.proxy.as_ref(), self.version)
    }

    /// A connection to `to`. How it was found is told to `recording`.
    ///
    /// Cancel safe: a caller who gives up leaves the queue, or drops the connection that was being opened.
    pub(crate) async fn get(
        &self,
        to: &Destination,
        recording: &mut Recording,
    ) -> Result<Loan, Error> {
        let carrier = if self.may_share(to) {
            self.share(to, recording).await?
        } else {
            Carrier::Alone(self.alone(to, recording).await?)
        };
        Ok(Loan::new(carrier))
    }

    async fn share(&self, to: &Destination, recording: &mut Recording) -> Result<Carrier, Error> {
        let sharing = self.sharing(to);
        if let Some(share) = sharing.live() {
            return Ok(join(share, recording));
        }
        let asked = Instant::now();
        if sharing.speaks_http1() {
            return self.alone(to, recording).await.map(Carrier::Alone);
        }
        let turn = sharing.turn.lock().await;
        if let Some(share) = sharing.live() {
            return Ok(join(share, recording));
        }
        if sharing.speaks_http1() {
            drop(turn);
            return self.alone(to, recording).await.map(Carrier::Alone);
        }
        if let Some(failure) = sharing.failure_since(asked) {
            return Err(Error::shared(failure));
        }
        let guard = self
            .alone(to, recording)
            .await
            .inspect_err(|error| sharing.note_failure(error))?;
        if let Sender::Http2(sender) = &guard.sender {
            let share = Share {
                sender: sender.clone(),
                connection: Arc::from(guard.take()),
            };
            *lock(&sharing.current) = Some(share.clone());
            Ok(Carrier::Shared(share))
        } else {
            sharing.speaks_http1.store(true, Ordering::Relaxed);
            Ok(Carrier::Alone(guard))
        }
    }

    async fn alone(
        &self,
        to: &Destination,
        recording: &mut Recording,
    ) -> Result<Guard<Opener>, Error> {
        let open = async |opener: &Opener| opener.open(recording).await;
        let guard = self.pool.get_with(to, open).await.map_err(|error| {
            let full = Error::new(FailureKind::PoolTimeout, Phase::Queue, error.to_string());
            error.into_open().unwrap_or(full)
        })?;
        recording.leave(Instant::now());
        recording.board(&guard.line, guard.protocol(), guard.origin());
        Ok(guard)
    }

    fn may_share(&self, to: &Destination) -> bool {
        let possible = match self.version {
            HttpVersion::Http1 => false,
            HttpVersion::Auto => to.is_encrypted(),
            HttpVersion::Http2 => true,
        };
        possible && self.keeps
    }

    fn sharing(&self, to: &Destination) -> Arc<Sharing> {
        let mut all = lock(&self.shared);
        if let Some(sharing) = all.get(to) {
            return sharing;
        }
        let sharing = Arc::default();
        let forgotten = all.insert(to.clone(), Arc::clone(&sharing), Sharing::standing);
        drop(all);
        // Their connections close outside of the lock.
        drop(forgotten);
        sharing
    }
}

/// Takes a share in a connection that is open already.
fn join(share: Share, recording: &mut Recording) -> Carrier {
    recording.leave(Instant::now());
    let connection = &share.connection;
    recording.board(&connection.line, connection.protocol(), Origin::Reused);
    Carrier::Shared(share)
}

impl Sharing {
    fn speaks_http1(&self) -> bool {
        self.speaks_http1.load(Ordering::Relaxed)
    }

    fn live(&self) -> Option<Share> {
        let mut current = lock(&self.current);
        if current
            .as_ref()
            .is_some_and(|share| share.connection.is_closed())
        {
            *current = None;
        }
        current.clone()
    }

    /// Whether to keep it when others need the room.
    fn standing(&self) -> Standing {
        match self.live() {
            // One is kept here and one is at hand; any more carries a call.
            Some(share) if Arc::strong_count(&share.connection) > 2 => Standing::Busy,
            Some(_) => Standing::Idle,
            None if self.speaks_http1() => Standing::Idle,
            None => Standing::Gone,
        }
    }

    /// Why the connection was not opened that a caller has been waiting for since then.
    fn failure_since(&self, asked: Instant) -> Option<Failure> {
        let failed = lock(&self.failed);
        let since = failed.as_ref().filter(|(at, _)| *at >= asked);
        since.map(|(_, failure)| failure.clone())
    }

    /// Those who wait for the connection fail with the one who opens it: each after the other would take as often as
    /// long, and ask a peer that is down as often.
    fn note_failure(&self, error: &Error) {
        if error.phase() != Phase::Queue {
            *lock(&self.failed) = Some((Instant::now(), error.failure().clone()));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
