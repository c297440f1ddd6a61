//! How HTTP/2 is spoken: among how many connections calls are spread, and how much a server may send ahead.
//!
//! What it leaves alone: when HTTP/2 is spoken at all (`http.version`), and which connection carries a call.

use std::num::NonZeroU32;

use hyper::client::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use netopt_core::change::Window;

/// The largest flow-control window that there is, in bytes (RFC 9113 §6.9.1).
const MOST_WINDOW: u32 = (1 << 31) - 1;

/// How HTTP/2 is spoken. All values are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http2 {
    /// Connections to one destination at the most, among which calls are spread; the pool's own bound per key holds too.
    /// Default: 1.
    pub connections: NonZeroU32,
    /// How much a server may send before we take it, at most 2 GiB. Default: that of the engine.
    pub window: Window,
}

impl Default for Http2 {
    fn default() -> Self {
        Self {
            connections: NonZeroU32::MIN,
            window: Window::Default,
        }
    }
}

impl Http2 {
    /// The engine that speaks it so.
    pub(crate) fn engine(self) -> Builder<TokioExecutor> {
        let mut engine = Builder::new(TokioExecutor::new());
        engine.timer(TokioTimer::new());
        match self.window {
            Window::Default => {}
            Window::Adaptive => {
                engine.adaptive_window(true);
            }
            Window::Fixed(size) => {
                let size = u32::try_from(size.get()).unwrap_or(MOST_WINDOW);
                let size = size.min(MOST_WINDOW);
                engine
                    .initial_stream_window_size(size)
                    .initial_connection_window_size(size);
            }
        }
        engine
    }
}
