//! What an emulated path does to packets, as arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::unit::{BitRate, Ratio, parse_duration};
use netopt_lab::path::{Limit, Loss, Outages};

/// An emulated path.
#[derive(Debug, Clone, Args)]
pub(crate) struct PathArgs {
    #[command(flatten)]
    pub(crate) distance: DistanceArgs,
    #[command(flatten)]
    pub(crate) bottleneck: BottleneckArgs,
    #[command(flatten)]
    pub(crate) trouble: TroubleArgs,
    /// Seed of everything random; the same seed gives the same losses to the same packets
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        help_heading = "Trouble"
    )]
    pub(crate) seed: u64,
}

/// How far it is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Distance")]
pub(crate) struct DistanceArgs {
    /// Round-trip time, half of it each way
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    pub(crate) rtt: Duration,
    /// Extra delay of each packet each way, uniform from zero to this; packets keep their order
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) jitter: Option<Duration>,
    /// Let packets overtake each other as their jitter has it
    #[arg(long, requires = "jitter")]
    pub(crate) jitter_overtakes: bool,
}

/// How fast it is, and what waits in front of it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Bottleneck")]
pub(crate) struct BottleneckArgs {
    /// Rate each way, of whole IP packets (default: no limit)
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<BitRate>,
    /// Rate towards the far end, where it is another
    #[arg(long, value_name = "RATE")]
    pub(crate) up_rate: Option<BitRate>,
    /// A file with a rate that changes: lines such as "2s 20mbit", "500ms 0", again and again
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rate", "up_rate"])]
    pub(crate) rate_trace: Option<PathBuf>,
    /// What may wait in front of the line, as 200kB or 64p (packets); the rest is dropped
    #[arg(long, value_name = "SIZE", default_value = "1000p")]
    pub(crate) queue: Limit,
    /// How the queue is managed
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Managed::DropTail)]
    pub(crate) aqm: Managed,
    /// Mark packets that allow it (ECN) where CoDel would drop them
    #[arg(long)]
    pub(crate) ecn: bool,
}

/// Queue management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Managed {
    /// Drop what does not fit
    DropTail,
    /// Keep the standing delay at 5 ms (RFC 8289)
    Codel,
}

/// What goes wrong.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Trouble")]
pub(crate) struct TroubleArgs {
    /// Packets lost each way: 1%, or 1%x4 for bursts of four in the mean
    #[arg(long, value_name = "SHARE")]
    pub(crate) loss: Option<Loss>,
    /// Share of packets held back each way, so that later ones overtake them
    #[arg(long, value_name = "SHARE")]
    pub(crate) reorder: Option<Ratio>,
    /// How long those are held back (default: a quarter of the round-trip time, at least 1ms)
    #[arg(long, value_name = "TIME", requires = "reorder", value_parser = parse_duration)]
    pub(crate) reorder_by: Option<Duration>,
    /// Share of packets that arrive twice
    #[arg(long, value_name = "SHARE")]
    pub(crate) duplicate: Option<Ratio>,
    /// When both ways are dead: "200ms at 5s", "200ms every 10s", "200ms every 10s from 3s"
    #[arg(long, value_name = "WHEN")]
    pub(crate) outage: Option<Outages>,
}
