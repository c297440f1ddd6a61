//! The audits, one file each. [`crate::catalogue`] lists them; `docs/audits` explains them to people.

pub(crate) mod bottleneck_rate;
pub(crate) mod bufferbloat;
pub(crate) mod cacheable;
pub(crate) mod compression;
pub(crate) mod connection_reuse;
pub(crate) mod dead_address_first;
pub(crate) mod duplicate_requests;
pub(crate) mod h2_window;
pub(crate) mod handshake_dominates;
pub(crate) mod head_of_line;
pub(crate) mod heavy_tail;
pub(crate) mod idle_restart;
pub(crate) mod keep_alive_mismatch;
pub(crate) mod large_request_headers;
pub(crate) mod loss_bound;
pub(crate) mod nagle_delayed_ack;
pub(crate) mod no_resumption;
pub(crate) mod pool_too_large;
pub(crate) mod pool_too_small;
pub(crate) mod processing;
pub(crate) mod redirect_chain;
pub(crate) mod retry_storm;
pub(crate) mod sequential_chain;
pub(crate) mod short_ttl_storm;
pub(crate) mod slow_resolver;
pub(crate) mod slow_start_bound;
pub(crate) mod small_receive_buffer;
pub(crate) mod small_send_buffer;
pub(crate) mod syn_loss;

#[cfg(test)]
mod healthy_tests;
#[cfg(test)]
mod law_tests;
