//! The bounds of a pool.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::model::pool::Order;

/// Below the 60 s and 75 s after which common load balancers and servers close idle connections.
const DEFAULT_IDLE: Duration = Duration::from_secs(50);
/// Long enough for a burst to pass, short enough that a caller learns of a pool that is too small.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The bounds of a pool. All values are valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections per key at the most, open or being opened. Default: unlimited, which is 65,535, as many as one address
    /// has ports for one destination; more than that is taken for that.
    pub per_key: Option<NonZeroU32>,
    /// Connections of all keys together at the most, open or being opened. Who finds them all taken closes an idle one of
    /// another key, or waits. Default: unlimited.
    pub total: Option<NonZeroU32>,
    /// How long a caller waits for a place. Default: 5 s.
    pub wait: Duration,
    /// A connection that was idle for so long is closed instead of used; nobody has to ask for it. Below a second the pool
    /// reads an exact clock, which costs some nanoseconds a loan. Default: 50 s.
    pub idle: Duration,
    /// Off closes each connection after its first use. Default: on.
    pub reuse: Switch,
    /// Which idle connection is taken: the one used last, so that a pool which needs fewer lets the rest grow old and
    /// close, or the one that was idle for longest, so that all are kept alive. Default: the one used last.
    pub order: Order,
    /// What is done for connections that nobody asks for just now.
    pub upkeep: Upkeep,
    /// How long each step may take besides the wait.
    pub phases: Phases,
}

/// What a pool does for connections that nobody asks for just now.
#[derive(Debug, Clone, Default)]
pub struct Upkeep {
    /// Idle connections that a key has at least, within its bounds, once a first one was given back; they are opened ahead
    /// of the calls that need them. Default: 0.
    pub min_idle: u32,
    /// A connection that is this old, by a tenth less or more, is closed as soon as it is idle, so that new servers behind
    /// an address get their share. Default: no bound.
    pub lifetime: Option<Duration>,
    /// What spreads the lifetimes. Default: drawn anew by each pool, so that clients started together do not open their
    /// connections together for ever.
    pub seed: Option<u64>,
}

/// How long each step of a `get` may take. Default: no bounds besides [`Config::wait`].
#[derive(Debug, Clone, Default)]
pub struct Phases {
    /// Opening a connection.
    pub create: Option<Duration>,
    /// Finding out whether an idle connection is still good. One that takes longer is closed and the next is tried.
    pub recycle: Option<Duration>,
    /// All of it together.
    pub whole: Option<Duration>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            per_key: None,
            total: None,
            wait: DEFAULT_WAIT,
            idle: DEFAULT_IDLE,
            reuse: Switch::On,
            order: Order::Lifo,
            upkeep: Upkeep::default(),
            phases: Phases::default(),
        }
    }
}
