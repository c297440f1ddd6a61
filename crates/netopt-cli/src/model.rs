//! The calculators behind `netopt model`: each takes what was typed, asks [`netopt_core::model`], and gives an answer.
//!
//! A formula is one file here and one line in [`crate::args::ModelCommand`]. No file here holds a formula of its own: what
//! is computed, and where it holds, is said by core. How an answer looks is left to [`crate::render`].

mod answer;
mod curve;
mod quantity;
mod response;
mod unit;

pub(crate) mod bbr;
pub(crate) mod bdp;
pub(crate) mod cubic;
pub(crate) mod erlang;
pub(crate) mod flow_time;
pub(crate) mod latency;
pub(crate) mod little;
pub(crate) mod mathis;
pub(crate) mod message_size;
pub(crate) mod mm1;
pub(crate) mod pftk;
pub(crate) mod pool_size;
pub(crate) mod power;
pub(crate) mod reno;
pub(crate) mod rpm;
pub(crate) mod samples;
pub(crate) mod simulate;
pub(crate) mod slow_start;
pub(crate) mod staffing;
pub(crate) mod throughput;
pub(crate) mod trial;
pub(crate) mod window;

pub(crate) use answer::{Answer, Table};
pub(crate) use curve::{Axis, Curve, Spacing, decades, rounded_data};
pub(crate) use quantity::{Amount, Quantity};
pub(crate) use unit::{Unit, exported};

use crate::exit::Fault;

/// A formula with its arguments.
pub(crate) trait Formula {
    /// What comes out of it.
    ///
    /// # Errors
    /// One line that says the value, the bound and what to do, where the formula has no answer.
    fn answer(&self) -> Result<Answer, Fault>;
}
