//! From a destination to a connection that carries a call: pooled for HTTP/1.1, shared for HTTP/2.
//!
//! Which of the two it is may be known only after the first handshake. So where HTTP/2 is possible, one caller opens
//! and the others wait for what comes out: a shared connection, or the knowledge that this peer speaks HTTP/1.1.
//!
//! A shared connection leaves the pool; what bounds it then is told in `sharing.rs`.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netopt_core::change::HttpVersion;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_pool::{Guard, Origin, Pool, Roster, Stats};
use tokio::time::Instant;

use crate::client::carrier::{Carrier, Loan};
use crate::client::connection::Sender;
use crate::client::handshake::Handshake;
use crate::client::opener::Opener;
use crate::client::share::{Share, Shared};
use crate::client::sharing::{Growth, Pick, Sharing, Terms};
use crate::config::Config;
use crate::destination::Destination;
use crate::error::Error;
use crate::proxy::Proxy;
use crate::reach::Tools;
use crate::reach::recording::{Phases as _, Recording};
use crate::tls::TlsError;

/// Destinations kept at the most, unless more are in use at once. Beyond, a new one takes the place of one without a call,
/// and the connection that was shared there is closed.
const MOST_DESTINATIONS: usize = 4096;

/// The connections of one client.
pub(crate) struct Connections {
    pool: Pool<Destination, Opener>,
    shared: Mutex<Roster<Destination, Sharing>>,
    terms: Terms,
    version: HttpVersion,
    proxy: Option<Proxy>,
    keeps: bool,
}

impl Connections {
    pub(crate) fn new(config: &Config) -> Result<Self, TlsError> {
        let tools = Arc::new(Tools::new(config, config.version)?);
        let most = config.http2.connections;
        let make = move |to: &Destination| Opener {
            tools: Arc::clone(&tools),
            to: to.clone(),
        };
        Ok(Self {
            pool: Pool::new(config.pool.clone(), make),
            shared: Mutex::new(Roster::new(MOST_DESTINATIONS)),
            terms: Terms {
                most: config
                    .pool
                    .per_key
                    .map_or(most, |bound| most.min(bound))
                    .get(),
                idle: config.pool.idle,
                lifetime: config.pool.upkeep.lifetime,
            },
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
    /// Cancel safe: a caller who gives up leaves the queue; a connection that was being opened for it goes to the pool.
    pub(crate) async fn get(
        &self,
        to: &Destination,
        recording: &mut Recording,
    ) -> Result<Loan, Error> {
        if self.may_share(to) {
            self.share(to, recording).await
        } else {
            self.alone(to, recording).await.map(lend)
        }
    }

    async fn share(&self, to: &Destination, recording: &mut Recording) -> Result<Loan, Error> {
        let sharing = self.sharing(to);
        let asked = Instant::now();
        let (mut head, mut turn) = (None, None);
        let mut now = asked;
        loop {
            match sharing.pick(&self.terms, head.as_ref(), now) {
                Pick::Join(share) => return Ok(join(share, recording)),
                Pick::JoinAndGrow(share, growth) => {
                    tokio::spawn(grow(self.pool.clone(), to.clone(), growth, self.terms));
                    return Ok(join(share, recording));
                }
                Pick::Wait => {
                    // Whoever is at the head of the line may wait for the turn.
                    turn = None;
                    match &head {
                        None => head = Some(sharing.queue.join().await),
                        Some(head) => head.wait().await,
                    }
                }
                Pick::Open if sharing.speaks_http1() => {
                    drop(turn);
                    return self.alone(to, recording).await.map(lend);
                }
                Pick::Open if turn.is_none() => turn = Some(sharing.turn.lock().await),
                Pick::Open => match self.open(to, &sharing, asked, recording).await {
                    // Better a place in one that is full than none.
                    Err(_) if sharing.is_open() => recording.begin_again(),
                    ended => return ended,
                },
            }
            now = Instant::now();
        }
    }

    /// Opens a connection, and shares it if that is possible.
    async fn open(
        &self,
        to: &Destination,
        sharing: &Arc<Sharing>,
        asked: Instant,
        recording: &mut Recording,
    ) -> Result<Loan, Error> {
        if let Some(failure) = sharing.failure_since(asked) {
            return Err(Error::shared(failure));
        }
        let guard = self
            .alone(to, recording)
            .await
            .inspect_err(|error| sharing.note_failure(error, Instant::now()))?;
        match shared(guard, sharing, &self.terms) {
            Ok(share) => Ok(Loan::new(Carrier::Shared(share), Origin::Opened)),
            Err(guard) => {
                sharing.note_http1();
                Ok(lend(guard))
            }
        }
    }

    async fn alone(
        &self,
        to: &Destination,
        recording: &mut Recording,
    ) -> Result<Guard<Opener>, Error> {
        let open = async |opener: &Opener| {
            let (pool, key) = (self.pool.clone(), to.clone());
            // One for which there is no place any more closes.
            let orphan = move |connection| drop(pool.adopt(&key, connection));
            Handshake::of(opener, orphan).follow(recording).await
        };
        let guard = self.pool.get_with(to, open).await.map_err(|error| {
            let full = Error::new(FailureKind::PoolTimeout, Phase::Queue, error.to_string());
            error.into_open().unwrap_or(full)
        })?;
        let now = Instant::now();
        recording.leave(now);
        recording.board(&guard.line, guard.protocol(), guard.origin(), now);
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
fn join(share: Share, recording: &mut Recording) -> Loan {
    let now = Instant::now();
    recording.leave(now);
    let connection = share.connection();
    recording.board(&connection.line, connection.protocol(), Origin::Reused, now);
    Loan::new(Carrier::Shared(share), Origin::Reused)
}

fn lend(guard: Guard<Opener>) -> Loan {
    let found = guard.origin();
    Loan::new(Carrier::Alone(guard), found)
}

/// Takes a connection that can be shared out of the pool, and shares it.
fn shared(
    guard: Guard<Opener>,
    sharing: &Arc<Sharing>,
    terms: &Terms,
) -> Result<Share, Guard<Opener>> {
    let Sender::Http2(sender, streams) = &guard.sender else {
        return Err(guard);
    };
    let handle = (sender.clone(), streams.clone());
    let queue = Arc::clone(&sharing.queue);
    let lifetime = terms.lifetime(fastrand::f64());
    let shared = Shared::new(handle, guard.take(), queue, lifetime, Instant::now());
    Ok(sharing.add(shared, terms))
}

/// Opens one more connection for no call in particular.
async fn grow(pool: Pool<Destination, Opener>, to: Destination, growth: Growth, terms: Terms) {
    let sharing = growth.sharing();
    let _turn = sharing.turn.lock().await;
    let open = async |opener: &Opener| opener.open(&mut *Recording::begin()).await;
    match pool.get_with(&to, open).await {
        // A peer that speaks HTTP/1.1 all of a sudden gets its connection into the pool.
        Ok(guard) => drop(shared(guard, sharing, &terms)),
        Err(error) => {
            if let Some(error) = error.into_open() {
                sharing.note_failure(&error, Instant::now());
            }
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
