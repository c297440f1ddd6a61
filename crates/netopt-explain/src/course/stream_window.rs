//! What we let a server send on HTTP/2 before we take it.
//!
//! A server may send so much on a stream, and so much on all streams of a connection together, and then waits for more room
//! (RFC 9113 §5.2). Calls at the same time share that of the connection. What this leaves alone: a window that the engine grows
//! by itself, since nobody knows how large it was during a call.

use netopt_core::change::Window;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::unit::Bytes;

use crate::crowd::at_once;
use crate::facts::Facts;

/// The engine's own windows: of a stream, and of a connection.
pub(crate) const DEFAULT_STREAM: Bytes = Bytes::new(2 * 1024 * 1024);
const DEFAULT_CONNECTION: Bytes = Bytes::new(5 * 1024 * 1024);

/// What a call of the baseline is granted, as one of as many as there were at a time; `None` when nobody knows.
pub(super) fn granted(facts: &Facts) -> Option<Bytes> {
    let settings = facts.settings();
    let (stream, connection) = match settings.http.h2_window {
        Window::Default => (DEFAULT_STREAM, DEFAULT_CONNECTION),
        Window::Fixed(window) => (window, window),
        Window::Adaptive => return None,
    };
    let connections = f64::from(settings.http.h2_connections.get());
    let sharing = (at_once(facts).unwrap_or(1.0) / connections).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    let share = (connection.bits() / 8.0 / sharing) as u64;
    Some(stream.min(Bytes::new(share)))
}

/// Whether such a window bounds this call.
pub(super) fn bounds(call: &Exchange) -> bool {
    let used = call.connection.as_ref();
    used.is_some_and(|used| used.protocol == Protocol::Http2)
}
