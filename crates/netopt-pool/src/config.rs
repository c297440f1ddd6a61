//! The bounds of a pool.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::change::Switch;

/// Below the 60 s and 75 s after which common load balancers and servers close idle connections.
const DEFAULT_IDLE: Duration = Duration::from_secs(50);
/// Long enough for a burst to pass, short enough that a caller learns of a pool that is too small.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The bounds of a pool. All values are valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections per key at the most, open or being opened. Default: unlimited.
    pub per_key: Option<NonZeroU32>,
    /// How long a caller waits for a place. Default: 5 s.
    pub wait: Duration,
    /// A connection that was idle for so long is closed instead of used. When nobody asks for its key any more, it is
    /// closed as other keys come; there is no task that closes it on time. Default: 50 s.
    pub idle: Duration,
    /// Off closes each connection after its first use. Default: on.
    pub reuse: Switch,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            per_key: None,
            wait: DEFAULT_WAIT,
            idle: DEFAULT_IDLE,
            reuse: Switch::On,
        }
    }
}
