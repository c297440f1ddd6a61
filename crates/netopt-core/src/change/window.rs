//! The flow-control window of HTTP/2, and its word in a plan file.

use crate::unit::Bytes;

/// How much a server may send on an HTTP/2 stream, and on all streams of a connection, before we take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// The engine's own: 2 MiB a stream, 5 MiB a connection.
    Default,
    /// Grown with the product of bandwidth and delay, as the engine measures them.
    Adaptive,
    /// This for a stream and for the connection.
    Fixed(Bytes),
}

impl Window {
    /// The word in a plan file, where the amount stands for [`Window::Fixed`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Adaptive => "adaptive",
            Self::Fixed(_) => "fixed",
        }
    }
}
