//! "Not estimable": the answer to a question that too few samples cannot carry.
//!
//! A tail quantile of a hundred requests is the largest of them, whatever it is called. Instead of a figure there is this
//! answer: what was asked, how many samples it takes, how many there are.

use std::fmt;

use super::quantile::Quantile;

/// A figure that cannot be stated from the samples at hand. More samples help; asking again does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEstimable {
    figure: Figure,
    need: u64,
    have: u64,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Quantile(Quantile),
    Named(&'static str),
}

impl NotEstimable {
    pub(crate) const fn quantile(quantile: Quantile, need: u64, have: u64) -> Self {
        Self {
            figure: Figure::Quantile(quantile),
            need,
            have,
        }
    }

    pub(crate) const fn named(figure: &'static str, need: u64, have: u64) -> Self {
        Self {
            figure: Figure::Named(figure),
            need,
            have,
        }
    }

    /// Samples it takes; `u64::MAX` when no number of them is enough.
    #[must_use]
    pub const fn need(self) -> u64 {
        self.need
    }

    /// Samples there are.
    #[must_use]
    pub const fn have(self) -> u64 {
        self.have
    }
}

impl fmt::Display for NotEstimable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.figure {
            Figure::Quantile(quantile) => write!(f, "{quantile}")?,
            Figure::Named(name) => f.write_str(name)?,
        }
        let (need, have) = (self.need, self.have);
        if need == u64::MAX {
            write!(
                f,
                " not estimable: no number of samples is enough, has {have}"
            )
        } else {
            write!(f, " not estimable: needs {need} samples, has {have}")
        }
    }
}

impl std::error::Error for NotEstimable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_takes() {
        let tail = NotEstimable::quantile(Quantile::P99, 368, 120);
        assert_eq!(
            tail.to_string(),
            "p99 not estimable: needs 368 samples, has 120"
        );
        assert_eq!((tail.need(), tail.have()), (368, 120));
        let never = NotEstimable::named("centre", u64::MAX, 3);
        assert_eq!(
            never.to_string(),
            "centre not estimable: no number of samples is enough, has 3"
        );
    }
}
