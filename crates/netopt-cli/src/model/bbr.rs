//! `netopt model bbr`: where BBR settles.

use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::model::congestion::bbr;
use netopt_core::model::window;
use netopt_core::unit::{BitRate, Ratio};

use super::{Answer, Formula, Quantity};
use crate::args::model_values as values;
use crate::exit::Fault;

/// BBR's steady state.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model bbr --rate 100mbit --rtt 80ms --loss 1%")]
pub(crate) struct Bbr {
    /// Rate of the bottleneck
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Share of the segments that are lost
    #[arg(long, value_name = "SHARE", default_value = "0")]
    loss: Ratio,
    /// Which BBR
    #[arg(long, value_enum, value_name = "VERSION", default_value_t = Version::V1)]
    bbr: Version,
}

/// A version of BBR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Version {
    /// What Linux has as bbr: blind to loss
    V1,
    /// draft-ietf-ccwg-bbr: holds back above 2 % loss
    V3,
}

impl Formula for Bbr {
    fn answer(&self) -> Result<Answer, Fault> {
        let (version, name) = match self.bbr {
            Version::V1 => (bbr::Version::V1, "version 1"),
            Version::V3 => (bbr::Version::V3, "version 3"),
        };
        let settled = bbr::throughput(version, self.rate, self.loss);
        let (rate, validity) = settled.ok_or_else(|| {
            Fault::usage(format!(
                "--loss {} loses everything; give less than 100 %",
                self.loss
            ))
        })?;
        let through = Quantity::rate("throughput", "throughput", rate);
        let says = format!(
            "one flow alone gets {}, whatever the round trip is, and adds a queue of up to \
             one round trip",
            through.amount()
        );
        Ok(Answer::of(
            "bbr",
            "steady state of tcp_bbr.c and of draft-ietf-ccwg-bbr",
        )
        .given([
            Quantity::rate("rate", "bottleneck", self.rate),
            Quantity::time("rtt", "round trip", self.rtt),
            Quantity::share("loss", "loss", self.loss),
            Quantity::choice("version", "BBR", name),
        ])
        .results([
            through,
            Quantity::data(
                "bdp",
                "path holds",
                window::bandwidth_delay_product(self.rate, self.rtt),
            ),
            Quantity::data(
                "inflight_limit",
                "most in flight",
                bbr::inflight_bound(self.rate, self.rtt),
            ),
            Quantity::time(
                "queue_limit",
                "longest own queue",
                bbr::queue_bound(self.rtt),
            ),
            Quantity::share("probe", "time spent probing", version.probe_share()),
            Quantity::share("loss_ceiling", "loss ceiling", version.loss_ceiling()).meaning(
                if version.loss_ceiling().is_some() {
                    "it holds back above"
                } else {
                    "this version has none"
                },
            ),
        ])
        .says(says)
        .valid(validity)
        .holds_for(
            "one long flow, alone on a bottleneck with a buffer of a \
             bandwidth-delay product or more",
        ))
    }
}
