//! A keyed, bounded connection pool over [`deadpool`]'s `Manager` trait.
//!
//! One [`Pool`] serves all destinations: whoever asks for one key never gets a connection to another. A connection
//! counts against its key's bound from before it is opened until it is closed, whoever waits does so in order and with a
//! timeout, and a guard that is dropped gives its place back whatever happened to it.
//!
//! ```text
//! get(key) ─▶ an idle one that is still good ─────────────────────────────────┬─▶ Guard
//!             none: room for one ─▶ open it ─┬─▶ the first that is there ─────┘
//!             no room: wait in line ─────────┘
//! ```
//!
//! ```
//! use std::num::NonZeroU32;
//!
//! use deadpool::managed::{Manager, Metrics, RecycleResult};
//! use netopt_pool::{Config, Origin, Pool};
//!
//! /// Any manager for deadpool will do.
//! struct Greeter(String);
//!
//! impl Manager for Greeter {
//!     type Type = String;
//!     type Error = std::io::Error;
//!
//!     async fn create(&self) -> Result<String, std::io::Error> {
//!         Ok(format!("hello {}", self.0))
//!     }
//!
//!     async fn recycle(&self, _: &mut String, _: &Metrics) -> RecycleResult<std::io::Error> {
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), netopt_pool::Error<std::io::Error>> {
//! let config = Config { per_key: NonZeroU32::new(8), ..Config::default() };
//! let pool = Pool::new(config, |name: &&str| Greeter((*name).to_owned()));
//! assert_eq!(*pool.get(&"you").await?, "hello you");
//! assert_eq!(pool.get(&"you").await?.origin(), Origin::Reused);
//! # Ok(())
//! # }
//! ```
//!
//! Who finds an idle connection takes no lock: the connections lie in the slots of an engine whose hands change by single
//! steps (`engine.rs`). Idle connections are taken newest first, so that a pool which needs fewer lets the rest grow old and
//! close; [`Config`] can turn that round. Keys come and go: each new one looks after a few others ([`Roster`]), so that
//! neither the keys nor their idle connections pile up. What this crate leaves alone: what a connection is, and HTTP/2's
//! sharing of one (`netopt-http`).

mod age;
mod asking;
mod cell;
mod clock;
mod config;
mod engine;
mod entry;
mod error;
mod guard;
mod keeper;
mod learn;
mod opening;
mod partition;
mod place;
mod pool;
mod roster;
mod seat;
mod shared;
mod sizing;
mod stats;
mod sync;
mod told;
mod total;
mod worker;

pub use age::{HINT_MARGIN, LIFETIME_SPREAD};
pub use config::{Config, Phases, Upkeep};
pub use error::{Error, Phase};
pub use guard::{Guard, Origin};
pub use pool::Pool;
pub use roster::{LOOKS, Roster, Standing};
pub use sizing::Advice;
pub use stats::{CloseReason, Closed, ConnectionState, Stats};
