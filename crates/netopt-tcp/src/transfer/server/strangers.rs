//! Who came and did not say what it wants, counted by how it did not.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a client failed to open a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// It said something else.
    Foreign,
    /// It did not say enough within [`super::Limits::opening`].
    Silent,
    /// It closed or reset the connection before it had said enough.
    Left,
}

impl Stranger {
    /// By what reading its opening came to; `None` when this server was told to stop meanwhile.
    pub(super) fn by(error: &io::Error) -> Option<Self> {
        match error.kind() {
            io::ErrorKind::Interrupted => None,
            io::ErrorKind::TimedOut => Some(Self::Silent),
            io::ErrorKind::InvalidData => Some(Self::Foreign),
            _ => Some(Self::Left),
        }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    foreign: AtomicU64,
    silent: AtomicU64,
    left: AtomicU64,
}

impl Strangers {
    pub(super) fn count(&self, stranger: Stranger) {
        let counter = match stranger {
            Stranger::Foreign => &self.foreign,
            Stranger::Silent => &self.silent,
            Stranger::Left => &self.left,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Foreign, silent, and left, in this order.
    pub(super) fn counts(&self) -> [u64; 3] {
        [&self.foreign, &self.silent, &self.left].map(|counter| counter.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_not_to_speak_has_its_count() {
        let strangers = Strangers::default();
        for kind in [
            io::ErrorKind::TimedOut,
            io::ErrorKind::UnexpectedEof,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::InvalidData,
            io::ErrorKind::Interrupted,
        ] {
            if let Some(stranger) = Stranger::by(&kind.into()) {
                strangers.count(stranger);
            }
        }
        assert_eq!(strangers.counts(), [1, 1, 2]);
    }
}
