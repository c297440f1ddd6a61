//! The bottleneck that flows are simulated through, and how it loses packets.

use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::sim::{Bottleneck, Loss};
use netopt_core::unit::{BitRate, Bytes, Ratio};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::Quantity;

/// What all flows pass.
#[derive(Debug, Clone, Args)]
pub(super) struct LinkArgs {
    /// Rate of the bottleneck
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Buffer of the bottleneck (default: one bandwidth-delay product)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    buffer: Option<Bytes>,
    /// Share of the packets that is lost at random; with episodes, that begins one
    #[arg(long, value_name = "SHARE", default_value = "0")]
    loss: Ratio,
    /// How losses depend on each other
    #[arg(long, value_enum, value_name = "PROCESS", default_value_t = LossProcess::Independent)]
    loss_process: LossProcess,
    /// How long an episode of loss lasts (default: half a round trip)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    episode: Option<Duration>,
}

/// How packets are lost at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LossProcess {
    /// Each packet for itself
    Independent,
    /// A lost packet takes with it all that follow within an episode, as PFTK assumes
    Episodes,
}

impl LossProcess {
    const fn name(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Episodes => "episodes",
        }
    }
}

impl LinkArgs {
    /// How long an episode lasts; `None` when losses are independent.
    fn episode(&self) -> Option<Duration> {
        match self.loss_process {
            LossProcess::Independent => None,
            LossProcess::Episodes => Some(self.episode.unwrap_or(self.rtt / 2)),
        }
    }

    /// One bandwidth-delay product, unless something else was asked for.
    fn buffer(&self) -> Bytes {
        // A buffer below a few packets is another experiment.
        let few = Bytes::new(16 * 1500);
        self.buffer
            .unwrap_or_else(|| (self.rate * self.rtt).max(few))
    }

    /// The bottleneck.
    pub(super) fn bottleneck(&self) -> Result<Bottleneck, Fault> {
        Ok(Bottleneck {
            rate: self.rate,
            round_trip: self.rtt,
            buffer: self.buffer(),
            loss: self.loss()?,
        })
    }

    /// What was given, defaults included.
    pub(super) fn given(&self) -> Vec<Quantity> {
        let mut given = vec![
            Quantity::rate("rate", "bottleneck", self.rate),
            Quantity::time("rtt", "round trip", self.rtt),
            Quantity::data("buffer", "buffer", self.buffer()),
            Quantity::share("loss", "loss", self.loss),
            Quantity::choice("loss_process", "losses", self.loss_process.name()),
        ];
        given.extend(
            self.episode()
                .map(|length| Quantity::time("episode", "episode", length)),
        );
        given
    }

    fn loss(&self) -> Result<Loss, Fault> {
        if self.episode.is_some() && self.loss_process == LossProcess::Independent {
            return Err(Fault::usage(
                "--episode is for losses in episodes; add --loss-process episodes, or leave it out",
            ));
        }
        Ok(match self.episode() {
            _ if self.loss.get() == 0.0 => Loss::Never,
            None => Loss::Random(self.loss),
            Some(length) => Loss::Episodes {
                start: self.loss,
                length,
            },
        })
    }
}
