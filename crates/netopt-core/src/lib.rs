//! The vocabulary that all of netopt speaks.

pub mod unit;
