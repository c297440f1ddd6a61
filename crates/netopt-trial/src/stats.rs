//! The statistics a verdict rests on, one method a file.
//!
//! Everything works on d = ln(metric of the arm / metric of the baseline), one value a round, because the block is the unit
//! of replication and requests inside it are dependent. Validity comes from the random order alone: under "no
//! difference" the sign of each d is a fair coin, whatever drift and autocorrelation the network adds. These files
//! compute; what the numbers mean is decided in [`crate::judge`]. Formulas, sources, domains and examples are in
//! `docs/statistics.md`; values of independent software in `tests/golden/`.

pub mod autocorrelation;
pub mod bh;
mod binomial;
pub mod bootstrap;
pub mod centre;
pub mod detectable;
pub mod drift;
pub mod ebh;
pub mod flip;
pub mod floor;
pub mod index_bootstrap;
pub mod merged;
pub mod not_estimable;
pub mod outlying;
pub mod quantile;
mod ranking;
pub mod ranks;
pub mod sample_ratio;
pub mod sequence;
pub mod sign;
mod signed_rank;
