//! The arguments of `netopt lab run`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::PathArgs;

/// Arguments of `netopt lab run`.
#[derive(Debug, Args)]
#[command(
    after_help = "The far end is at 198.18.0.2, which CMD finds in NETOPT_LAB_PEER and as the host `peer`.\n\
    CMD keeps its standard streams, and its exit code becomes that of netopt. What the path did goes to stderr.\n\n\
    Examples:\n  \
    netopt lab run --rtt 80ms --rate 20mbit --far 'iperf3 -s -1' -- iperf3 -c peer\n  \
    netopt lab run --rtt 40ms --loss 1% --forward 8080 -- curl http://peer:8080/\n  \
    netopt lab run --rtt 40ms --shell"
)]
pub(crate) struct RunArgs {
    /// A server command for the far end, given to sh; CMD starts when it listens
    #[arg(long, value_name = "COMMAND")]
    pub(crate) far: Option<String>,
    /// A TCP port of this machine's loopback that the far end shall have, too; may be repeated
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) forward: Vec<u16>,
    /// Open a shell at the near end
    #[arg(long, conflicts_with = "command")]
    pub(crate) shell: bool,
    /// Congestion control of both ends, such as cubic, bbr or reno (default: that of this machine)
    #[arg(long, value_name = "NAME")]
    pub(crate) congestion_control: Option<String>,
    /// Save what the path did, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) path: PathArgs,
    /// The command to run at the near end
    #[arg(last = true, value_name = "CMD", required_unless_present = "shell")]
    pub(crate) command: Vec<OsString>,
}
