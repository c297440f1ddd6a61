//! `netopt model rpm`: round trips per minute from measured samples, by the version of the draft.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::model::responsiveness::{Draft, Foreign, Tls};

use super::{Answer, Formula, Quantity, Unit};
use crate::args::model_values as values;
use crate::exit::Fault;

/// Responsiveness under load.
#[derive(Debug, Args)]
#[command(
    after_help = "Samples are separated by commas, or the option is given again.\n\nExample: \
        netopt model rpm --tcp 60ms --tls 60ms --http 60ms --loaded 20ms"
)]
pub(crate) struct Rpm {
    /// TCP handshakes of probes on connections of their own
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true, value_parser = values::above_zero)]
    tcp: Vec<Duration>,
    /// TLS handshakes of these, one for each (default: no TLS)
    #[arg(long, value_name = "TIMES", value_delimiter = ',', value_parser = values::above_zero)]
    tls: Vec<Duration>,
    /// Round trips of a TLS handshake: 1 with TLS 1.3, 2 with TLS 1.2
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::count::<{ values::MANY }>)]
    tls_round_trips: NonZeroU32,
    /// Requests of these probes, one for each
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true, value_parser = values::above_zero)]
    http: Vec<Duration>,
    /// Requests on the connections that carry the load
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true, value_parser = values::above_zero)]
    loaded: Vec<Duration>,
    /// Which version of draft-ietf-ippm-responsiveness
    #[arg(long, value_enum, value_name = "VERSION", default_value_t = Version::V09)]
    draft: Version,
}

/// A version of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Version {
    /// One minute over the mean of both round trips
    #[value(name = "03")]
    V03,
    /// The mean of both figures
    #[value(name = "09")]
    V09,
}

impl Rpm {
    /// One probe of each kind of time.
    fn foreign(&self) -> Result<Vec<Foreign>, Fault> {
        let count = self.tcp.len();
        for (name, samples) in [("--http", &self.http), ("--tls", &self.tls)] {
            if samples.len() != count && !(name == "--tls" && samples.is_empty()) {
                return Err(Fault::usage(format!(
                    "{name} has {} samples and --tcp has {count}: each probe has one of each",
                    samples.len()
                )));
            }
        }
        let probes = self.tcp.iter().zip(&self.http).enumerate();
        Ok(probes
            .map(|(index, (tcp, http))| Foreign {
                tcp: *tcp,
                tls: self.tls.get(index).map(|time| Tls {
                    time: *time,
                    round_trips: self.tls_round_trips,
                }),
                http: *http,
            })
            .collect())
    }
}

impl Formula for Rpm {
    fn answer(&self) -> Result<Answer, Fault> {
        let foreign = self.foreign()?;
        let (draft, version) = match self.draft {
            Version::V03 => (Draft::Ietf03, "03"),
            Version::V09 => (Draft::Ietf09, "09"),
        };
        let result = draft
            .responsiveness(&foreign, &self.loaded)
            .ok_or_else(|| {
                Fault::usage("the samples give no responsiveness: each must be above 0")
            })?;
        let shown = Quantity::number("rpm", "responsiveness", result.combined.get())
            .meaning("round trips a minute");
        let says = format!(
            "{} round trips a minute under load, by {}",
            shown.amount(),
            draft.name()
        );
        Ok(Answer::of(
            "rpm",
            "draft-ietf-ippm-responsiveness, section \"Aggregating the measurements\"",
        )
        .given([
            Quantity::of(
                Unit::Number,
                "foreign",
                "own connections",
                values::real(foreign.len() as u64),
            )
            .meaning(probes(foreign.len())),
            Quantity::of(
                Unit::Number,
                "loaded",
                "loaded connections",
                values::real(self.loaded.len() as u64),
            )
            .meaning(probes(self.loaded.len())),
            Quantity::choice("draft", "version", version),
        ])
        .results([
            shown,
            Quantity::number("foreign_rpm", "own connections", result.foreign.get()),
            Quantity::number("loaded_rpm", "loaded connections", result.loaded.get()),
            Quantity::time(
                "round_trip",
                "as a round trip",
                result.combined.round_trip(),
            ),
        ])
        .says(says)
        .holds_for(
            "samples of one path under full load; figures of two versions are not to be compared",
        ))
    }
}

/// What so many are.
const fn probes(count: usize) -> &'static str {
    if count == 1 { "probe" } else { "probes" }
}
