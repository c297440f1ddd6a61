//! From a destination to a connection that carries a call: pooled for HTTP/1.1, shared for HTTP/2.
//!
//! Which of the two it is may be known only after the first handshake. So where HTTP/2 is possible, one caller opens
//! and the others wait for what comes out: a shared connection, or the knowledge that this peer speaks HTTP/1.1.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use netopt_core::change::HttpVersion;
use netopt_core::exchange::Protocol;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_pool::{Guard, Origin, Pool, Stats};
use tokio::time::Instant;

use crate::client::Config;
use crate::connection::Connection;
use crate::destination::Destination;
use crate::error::Error;
use crate::opener::{Opener, Tools};
use crate::recording::Recording;
use crate::tls::TlsError;

/// Destinations kept at the most; beyond, those without a live connection are forgotten.
const MOST_DESTINATIONS: usize = 4096;

/// What carries a call.
#[derive(Debug)]
pub(crate) enum Carrier {
    /// A connection of one's own.
    Alone(Guard<Opener>),
    /// A connection shared with other calls.
    Shared(Arc<Connection>),
}

impl Carrier {
    /// The connection is not to be used again.
    pub(crate) fn close(&mut self) {
        if let Self::Alone(guard) = self {
            guard.close();
        }
    }
}

impl Deref for Carrier {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match self {
            Self::Alone(guard) => guard,
            Self::Shared(connection) => connection,
        }
    }
}

/// The connections of one client.
pub(crate) struct Connections {
    pool: Pool<Destination, Opener>,
    shared: Mutex<HashMap<Destination, Arc<Sharing>>>,
    version: HttpVersion,
    keeps: bool,
}

/// What is known about sharing with one destination.
#[derive(Default)]
struct Sharing {
    turn: tokio::sync::Mutex<()>,
    current: Mutex<Option<Arc<Connection>>>,
    speaks_http1: AtomicBool,
}

impl Connections {
    pub(crate) fn new(config: &Config) -> Result<Self, TlsError> {
        let tools = Arc::new(Tools {
            connector: config.connector.clone(),
            tls: config.tls.connector(config.version)?,
            version: config.version,
            opened: AtomicU64::new(0),
        });
        let make = move |to: &Destination| Opener {
            tools: Arc::clone(&tools),
            to: to.clone(),
        };
        Ok(Self {
            pool: Pool::new(config.pool.clone(), make),
            shared: Mutex::default(),
            version: config.version,
            keeps: config.pool.reuse.is_on(),
        })
    }

    pub(crate) fn stats(&self) -> Stats {
        self.pool.stats()
    }

    /// A connection to `to`; queue and handshakes are marked in `recording`.
    pub(crate) async fn get(
        &self,
        to: &Destination,
        recording: &mut Recording,
    ) -> Result<Carrier, Error> {
        if !self.may_share(to) {
            return self.alone(to, recording).await;
        }
        let sharing = self.sharing(to);
        if sharing.speaks_http1.load(Ordering::Relaxed) {
            return self.alone(to, recording).await;
        }
        let begun = Instant::now();
        if let Some(connection) = sharing.live() {
            return Ok(Carrier::Shared(connection));
        }
        let turn = sharing.turn.lock().await;
        if let Some(connection) = sharing.live() {
            recording.mark(Phase::Queue, begun, Instant::now());
            return Ok(Carrier::Shared(connection));
        }
        if sharing.speaks_http1.load(Ordering::Relaxed) {
            drop(turn);
            return self.alone(to, recording).await;
        }
        match self.alone(to, recording).await? {
            Carrier::Alone(guard) if guard.protocol() == Protocol::Http2 => {
                let connection: Arc<Connection> = Arc::from(guard.take());
                *sharing
                    .current
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&connection));
                Ok(Carrier::Shared(connection))
            }
            carrier => {
                sharing.speaks_http1.store(true, Ordering::Relaxed);
                Ok(carrier)
            }
        }
    }

    async fn alone(&self, to: &Destination, recording: &mut Recording) -> Result<Carrier, Error> {
        let begun = Instant::now();
        let guard = self.pool.get(to).await.map_err(|error| {
            let full = Error::new(FailureKind::PoolTimeout, Phase::Queue, error.to_string());
            error.into_open().unwrap_or(full)
        })?;
        recording.mark(Phase::Queue, begun, guard.waited_until());
        if guard.origin() == Origin::Opened {
            for &(phase, start, end) in &guard.birth.phases {
                recording.mark(phase, start, end);
            }
        }
        Ok(Carrier::Alone(guard))
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
        let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_DESTINATIONS && !all.contains_key(to) {
            all.retain(|_, sharing| Arc::strong_count(sharing) > 1 || sharing.live().is_some());
        }
        Arc::clone(all.entry(to.clone()).or_default())
    }
}

impl Sharing {
    fn live(&self) -> Option<Arc<Connection>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current
            .as_ref()
            .is_some_and(|connection| connection.is_closed())
        {
            *current = None;
        }
        current.clone()
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
