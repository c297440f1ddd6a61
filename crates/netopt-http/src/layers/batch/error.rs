//! Why a key has no value.

use std::fmt;
use std::sync::Arc;

/// Why a key has no value: because of itself, of its batch, or of who gathers.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E, F> {
    /// This key failed; the others of its batch need not have.
    Key(E),
    /// The whole batch failed; all of its callers get this.
    Batch(Arc<F>),
    /// The service answered with another number of results than it had keys.
    Count {
        /// Keys that were asked for.
        keys: usize,
        /// Results that came.
        results: usize,
    },
    /// The service panicked, or its runtime is shutting down.
    Gone,
}

impl<E: fmt::Display, F> fmt::Display for Error<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Batch(_) => f.write_str("the batch failed as a whole"),
            Self::Count { keys, results } => write!(
                f,
                "a batch of {keys} keys was answered with {results} results; the service must answer each key, in order"
            ),
            Self::Gone => f.write_str("the batch ended without an answer"),
        }
    }
}

impl<E, F> std::error::Error for Error<E, F>
where
    E: fmt::Debug + fmt::Display,
    F: std::error::Error + 'static,
{
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Batch(error) => Some(error),
            _ => None,
        }
    }
}
