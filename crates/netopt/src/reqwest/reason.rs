//! Why reqwest 0.13 cannot take a knob, one reason a knob: what is missing, and where there is something close, what that does.
//!
//! `docs/reqwest.md` repeats them word by word; a test holds the two together.

pub(super) const QUICKACK: &str =
    "it has to be set anew after reads, and reqwest does not hand out its sockets";
pub(super) const SOCKET: &str = "reqwest has no setting for it and does not hand out its sockets; what a `connector_layer` sees is sealed";
pub(super) const RACING: &str = "the connector tries the addresses of a family one after the other, and its request cannot be copied by a `connector_layer` for a second attempt";
pub(super) const RESUMPTION: &str = "reqwest keeps TLS sessions; without them only by a configuration of TLS that replaces the builder's, `tls_backend_preconfigured`";
pub(super) const MAX_CONNECTIONS: &str = "the pool has no bound; a concurrency limit as `connector_layer` bounds the connections that are being opened, not those that are open";
pub(super) const MIN_IDLE: &str = "the pool opens no connection ahead of a call";
pub(super) const LIFETIME: &str =
    "the pool knows when a connection was used last, not how old it is";
pub(super) const FIFO: &str = "the pool hands out the connection that was used last";
pub(super) const REQUEST_ENCODING: &str = "reqwest does not compress what it sends";
pub(super) const COALESCE: &str = "reqwest has no layer for calls in flight";
pub(super) const H2_CONNECTIONS: &str = "the pool has one HTTP/2 connection to a destination";
pub(super) const CACHE: &str = "reqwest has no cache";
pub(super) const RETRIES: &str = "calls are made again at once, without waits; 429 is not retried, because `Retry-After` cannot be read";
pub(super) const IDLE_BUDGET: &str =
    "it bounds retries, and this plan makes none that reqwest could";
pub(super) const HEDGE: &str = "reqwest makes no second call beside the first";
pub(super) const CONCURRENCY: &str = "reqwest has no bound on calls; a concurrency limit as `connector_layer` counts only connections that are being opened";
pub(super) const RATE: &str = "reqwest has no bound on calls";
pub(super) const ATTEMPT: &str =
    "`timeout` and `read_timeout` bound a call with all its retries and redirects, not one attempt";
pub(super) const STALL: &str = "applied as `read_timeout`, which bounds the wait for the head of the answer as well, over all attempts together";
#[cfg(not(target_os = "linux"))]
pub(super) const USER_TIMEOUT: &str = "reqwest has it on Linux only";
