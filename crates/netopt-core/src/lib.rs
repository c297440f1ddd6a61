//! The vocabulary that all of netopt speaks.

pub mod metric;
pub mod unit;
pub mod verdict;
