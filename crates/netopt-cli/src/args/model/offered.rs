//! An offered load: as it is, or as arrivals and the time that each stays.

use std::time::Duration;

use clap::{ArgGroup, Args};
use netopt_core::model::queueing::Erlangs;
use netopt_core::unit::PerSecond;

use super::values;
use crate::exit::Fault;
use crate::model::Quantity;

/// An offered load.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("offered").required(true))]
pub(crate) struct OfferedArgs {
    /// Calls present at once on average (default: arrivals times hold)
    #[arg(long, value_name = "N", group = "offered", value_parser = values::load)]
    pub(crate) load: Option<Erlangs>,
    /// Calls a second
    #[arg(long, value_name = "RATE", group = "offered", value_parser = values::events, requires = "hold")]
    pub(crate) arrivals: Option<PerSecond>,
    /// How long a call holds its server or connection on average
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    pub(crate) hold: Option<Duration>,
}

impl OfferedArgs {
    /// The load, if it is within what can be searched.
    pub(crate) fn load(&self) -> Option<Erlangs> {
        self.load
            .or_else(|| Some(Erlangs::of(self.arrivals?, self.hold?)))
            .filter(|load| load.get() <= values::MOST_LOAD)
    }

    /// The load, or what is wrong with it.
    ///
    /// # Errors
    /// When it lies beyond what can be searched.
    pub(crate) fn checked(&self) -> Result<Erlangs, Fault> {
        self.load().filter(|load| load.get() > 0.0).ok_or_else(|| {
            Fault::usage(
                "the offered load, arrivals times hold, is not above 0 and up to \
                 1000000; give other --arrivals or another --hold",
            )
        })
    }

    /// What was given, for the answer.
    pub(crate) fn given(&self) -> Vec<Quantity> {
        let mut given = Vec::new();
        given.extend(
            self.arrivals
                .map(|rate| Quantity::per_second("arrivals", "arrivals", rate)),
        );
        given.extend(self.hold.map(|hold| Quantity::time("hold", "hold", hold)));
        given.extend(
            self.load()
                .map(|load| Quantity::number("load", "offered load", load.get())),
        );
        given
    }
}
