//! Dialers that open numbered connections in 10 ms, to servers that can refuse, close and restart.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use netopt_pool::{Config, Pool};
use tokio::time::{Instant, sleep};

/// How long opening takes.
pub(crate) const OPENING: Duration = Duration::from_millis(10);

/// Opens numbered connections to one port.
pub(crate) struct Dialer {
    port: u16,
    world: Arc<World>,
}

/// The servers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) opened: AtomicU32,
    pub(crate) open: AtomicU32,
    pub(crate) most: AtomicU32,
    pub(crate) refuses: AtomicBool,
    pub(crate) panics: AtomicBool,
    pub(crate) hangs: AtomicBool,
    pub(crate) peers_closed: AtomicBool,
    /// Connections with a lower number are closed by the servers.
    pub(crate) restarted_at: AtomicU32,
    /// Servers close what was idle for longer.
    pub(crate) keep_alive: Mutex<Option<Duration>>,
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) port: u16,
    pub(crate) number: u32,
    used: Instant,
    world: Counted,
}

#[derive(Debug)]
struct Counted(Arc<World>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl Manager for Dialer {
    type Type = Connection;
    type Error = &'static str;

    async fn create(&self) -> Result<Connection, &'static str> {
        let world = &self.world;
        sleep(OPENING).await;
        assert!(!world.panics.load(Ordering::SeqCst), "a planted panic");
        if world.refuses.load(Ordering::SeqCst) {
            return Err("refused");
        }
        let number = world.opened.fetch_add(1, Ordering::SeqCst);
        let open = world.open.fetch_add(1, Ordering::SeqCst) + 1;
        world.most.fetch_max(open, Ordering::SeqCst);
        Ok(Connection {
            port: self.port,
            number,
            used: Instant::now(),
            world: Counted(Arc::clone(world)),
        })
    }

    async fn recycle(&self, it: &mut Connection, _: &Metrics) -> RecycleResult<&'static str> {
        let world = &it.world.0;
        if world.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let keep = *world.keep_alive.lock().expect("no test panics with it");
        let closed = world.peers_closed.load(Ordering::SeqCst)
            || it.number < world.restarted_at.load(Ordering::SeqCst)
            || keep.is_some_and(|keep| it.used.elapsed() > keep);
        if closed {
            return Err(RecycleError::message("closed by the peer"));
        }
        it.used = Instant::now();
        Ok(())
    }
}

/// A pool and its servers.
pub(crate) fn pool(config: Config) -> (Pool<u16, Dialer>, Arc<World>) {
    let world = Arc::new(World::default());
    let dialers = Arc::clone(&world);
    (
        Pool::new(config, move |port: &u16| Dialer {
            port: *port,
            world: Arc::clone(&dialers),
        }),
        world,
    )
}

/// So many places a key, for which a caller waits 100 ms.
pub(crate) fn bounded(places: u32) -> Config {
    Config {
        per_key: NonZeroU32::new(places),
        wait: Duration::from_millis(100),
        ..Config::default()
    }
}
