//! A keyed, bounded connection pool over [`deadpool`]'s `Manager` trait.
//!
//! One [`Pool`] serves all destinations: whoever asks for one key never gets a connection to another. A connection
//! counts against its key's bound from before it is opened until it is closed, whoever waits does so in order and with a
//! timeout, and a guard that is dropped gives its place back whatever happened to it.
//!
//! ```text
//! get(key) ─▶ wait for a place ─▶ newest idle one that is still good ─┬─▶ Guard
//!             (bounded, fair)     none: open one (bounded)           ─┘
//! ```
//!
//! Idle connections are taken newest first, so that a pool which needs fewer lets the rest grow old and close. Keys come
//! and go: each new one looks after a few others ([`Roster`]), so that neither the keys nor their idle connections pile
//! up. What this crate leaves alone: what a connection is, and HTTP/2's sharing of one (`netopt-http`).

mod config;
mod error;
mod guard;
mod place;
mod pool;
mod roster;
mod stats;

pub use config::Config;
pub use error::Error;
pub use guard::{Guard, Origin};
pub use pool::Pool;
pub use roster::{LOOKS, Roster, Standing};
pub use stats::{ConnectionState, Stats};
