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

use crate::carrier::{Carrier, Loan};
use crate::config::Config;
use crate::connection::Sender;
use crate::destination::Destination;
use crate::error::Error;
use crate::opener::Opener;
use crate::reach::Tools;
use crate::recording::Recording;
use crate::share::{Share, Shared};
use crate::sharing::{Growth, Pick, Sharing, Terms};
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
            keeps: config.pool.reuse.is_on(),
        })
    }

    pub(crate) fn stats(&self) -> Stats {
        self.pool.stats()
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
        if let Some(share) = self.pick(to, &sharing) {
            return Ok(join(share, recording));
        }
        let asked = Instant::now();
        if sharing.speaks_http1() {
            return self.alone(to, recording).await.map(Carrier::Alone);
        }
        let turn = sharing.turn.lock().await;
        if let Some(share) = self.pick(to, &sharing) {
            return Ok(join(share, recording));
        }
        if sharing.speaks_http1() {
            drop(turn);
            return self.alone(to, recording).await.map(Carrier::Alone);
        }
        if let Some(failure) = sharing.failure_since(asked) {
            return Err(Error::shared(failure));
        }
        let guard = match self.alone(to, recording).await {
            Ok(guard) => guard,
            Err(error) => {
                sharing.note_failure(&error, Instant::now());
                // Better one that is full than none.
                let share = self.pick(to, &sharing).ok_or(error)?;
                recording.begin_again();
                return Ok(join(share, recording));
            }
        };
        match shared(guard, &self.terms) {
            Ok(shared) => Ok(Carrier::Shared(sharing.add(shared, &self.terms))),
            Err(guard) => {
                sharing.note_http1();
                Ok(Carrier::Alone(guard))
            }
        }
    }

    /// A share in an open connection, if the call may have one; another is opened beside if all have calls on them.
    fn pick(&self, to: &Destination, sharing: &Arc<Sharing>) -> Option<Share> {
        match sharing.pick(&self.terms, Instant::now()) {
            Pick::Open => None,
            Pick::Join(share) => Some(share),
            Pick::JoinAndGrow(share, growth) => {
                tokio::spawn(grow(self.pool.clone(), to.clone(), growth, self.terms));
                Some(share)
            }
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
    let connection = share.connection();
    recording.board(&connection.line, connection.protocol(), Origin::Reused);
    Carrier::Shared(share)
}

/// Takes a connection that can be shared out of the pool.
fn shared(guard: Guard<Opener>, terms: &Terms) -> Result<Shared, Guard<Opener>> {
    let Sender::Http2(sender, streams) = &guard.sender else {
        return Err(guard);
    };
    let handle = (sender.clone(), streams.clone());
    let lifetime = terms.lifetime(fastrand::f64());
    Ok(Shared::new(handle, guard.take(), lifetime, Instant::now()))
}

/// Opens one more connection for no call in particular.
async fn grow(pool: Pool<Destination, Opener>, to: Destination, growth: Growth, terms: Terms) {
    let sharing = growth.sharing();
    let _turn = sharing.turn.lock().await;
    let open = async |opener: &Opener| opener.open(&mut Recording::begin()).await;
    match pool.get_with(&to, open).await {
        // A peer that speaks HTTP/1.1 all of a sudden gets its connection into the pool.
        Ok(guard) => drop(shared(guard, &terms).map(|shared| sharing.add(shared, &terms))),
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
