//! The client against origins with planted faults: phases, reuse, protocols, and every way to fail.
//!
//! Times are compared with each other or with what was planted, never with what a machine should manage. Where
//! something else on the machine may stretch a phase, the best of several calls counts.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod bad_answers;
mod bad_frames;
mod bad_peers;
mod bad_tls;
mod cache;
mod cancel;
mod coalesce;
mod compress;
mod encoding;
mod expect;
mod failure;
mod frames;
mod hedge;
mod http2;
mod interim;
mod keep_alive;
mod limit;
mod metrics;
mod nagle;
mod once;
mod peer;
mod plain;
mod pool;
mod proxy;
mod proxy_bad;
mod redirect;
mod retry;
mod scene;
mod seed;
mod stack;
mod stage;
mod stale;
mod stall;
#[cfg(target_os = "linux")]
mod stamps;
mod timeout;
mod tls;
mod trailers;
mod unprocessed;
mod upgrade;
mod web_socket;
