//! The arguments of `netopt probe` that watch connections instead of calling a target.

use std::time::Duration;

use clap::Args;

use super::values;

/// Eight looks: enough for shares that mean something, and short enough to wait for.
const TIME: &str = "2s";

/// Whose connections are watched.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Watching connections of other programs")]
pub(crate) struct WatchArgs {
    /// Watch all TCP connections of this machine and say what holds them
    #[arg(long, group = "watched", conflicts_with_all = ["targets", "samples"])]
    pub(crate) sockets: bool,
    /// Watch those of this process only
    #[arg(long, group = "watched", conflicts_with_all = ["targets", "samples"], value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// Watch those with this port at either end only
    #[arg(long, requires = "watched", value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// For how long
    #[arg(long = "for", requires = "watched", value_name = "TIME", default_value = TIME, value_parser = values::timeout)]
    pub(crate) time: Duration,
}

impl WatchArgs {
    /// Whether connections are to be watched at all.
    #[must_use]
    pub(crate) const fn is_asked(&self) -> bool {
        self.sockets || self.pid.is_some()
    }
}
