//! The verbs of `netopt model`: one line for each formula, in groups that its help shows.
//!
//! What a formula asks for stands with the formula in [`crate::model`]; here is what all of them share: how the answer is
//! shown, and how numbers are read.

mod connection;
mod offered;
mod opening;
mod shown;
pub(crate) mod values;

use clap::{Arg, Subcommand};

use crate::model::{
    bbr, bdp, cubic, erlang, flow_time, latency, little, mathis, message_size, mm1, pftk,
    pool_size, power, reno, rpm, samples, simulate, slow_start, staffing, throughput, trial,
    window,
};

pub(crate) use connection::ConnectionArgs;
pub(crate) use offered::OfferedArgs;
pub(crate) use opening::Opens;
pub(crate) use shown::{Asked, DrawArgs, Drawn, Plain};

/// Makes the verbs, their help in groups, and the way from a verb to its formula out of one list.
macro_rules! formulas {
    ($($group:literal { $(#[doc = $about:literal] $name:literal $verb:ident($asked:ty) $($nested:ident)?,)+ })+) => {
        /// The formulas.
        #[derive(Debug, Subcommand)]
        pub(crate) enum ModelCommand {
            $($(#[doc = $about] #[command(name = $name, mut_args = readable $(, $nested)?)] $verb(Box<$asked>),)+)+
        }

        impl ModelCommand {
            /// What was asked, and how the answer is to be shown.
            pub(crate) fn asked(&self) -> &dyn Asked {
                match self {
                    $($(Self::$verb(asked) => asked.as_ref(),)+)+
                }
            }
        }

        /// The verbs of each group with what they answer.
        const GROUPS: &[(&str, &[(&str, &str)])] = &[$(($group, &[$(($name, $about)),+])),+];
    };
}

formulas! {
    "Calls, rates and windows" {
        /// What a call should take, term by term
        "latency" Latency(Plain<latency::Latency>),
        /// What went through in a time, and the share of the line that it used
        "throughput" Throughput(Plain<throughput::Throughput>),
        /// What a path holds in flight: rate times round trip
        "bdp" Bdp(Drawn<bdp::Bdp>),
        /// What a window allows, and how many connections fill the path
        "window" Window(Drawn<window::Window>),
    }
    "Transfers and congestion control" {
        /// Round trips until a transfer is through a fresh connection
        "slow-start" SlowStart(Drawn<slow_start::SlowStart>),
        /// How long a transfer of a given size takes, with and without loss
        "flow-time" FlowTime(Drawn<flow_time::FlowTime>),
        /// Mean window and rate of Reno at a loss ratio
        "reno" Reno(Drawn<reno::Reno>),
        /// Mean window and rate of CUBIC, and how it grows back after a loss
        "cubic" Cubic(Drawn<cubic::Cubic>),
        /// Rate, data in flight and queue that BBR settles at
        "bbr" Bbr(Plain<bbr::Bbr>),
    }
    "Loss" {
        /// The square-root law: what random loss leaves of a transfer
        "mathis" Mathis(Drawn<mathis::Mathis>),
        /// The same with timeouts and window limit, beside the other models
        "pftk" Pftk(Drawn<pftk::Pftk>),
    }
    "Queues and pools" {
        /// Calls present, arrivals and time: two of them give the third
        "little" Little(Plain<little::Little>),
        /// One server, and how its line explodes as it fills
        "mm1" Mm1(Drawn<mm1::OneServer>),
        /// Several servers: who waits (C), and who is lost (B)
        "erlang" Erlang(Drawn<erlang::Erlang>),
        /// How many servers a load takes, exactly and by the root rule
        "staffing" Staffing(Drawn<staffing::Staffing>),
        /// How much to keep in flight, and what a full buffer costs
        "power" Power(Drawn<power::Power>),
        /// Connections for a load, or for the calls of a measured trace
        "pool-size" PoolSize(Drawn<pool_size::PoolSize>),
    }
    "Sizes, samples, responsiveness, simulation" {
        /// How large a message, a packet or a batch should be
        "message-size" MessageSize(message_size::MessageSize) subcommand,
        /// How many calls a quantile takes, and what so many can tell
        "samples" Samples(Drawn<samples::Samples>),
        /// What a trial can find, and how many rounds an effect takes
        "trial" Trial(Drawn<trial::Trial>),
        /// Round trips per minute under load, from samples
        "rpm" Rpm(Plain<rpm::Rpm>),
        /// Flows through a bottleneck, packet by packet
        "simulate" Simulate(Drawn<simulate::Simulate>),
    }
}

/// Values may begin with a hyphen, so that `-5ms` is refused as a time and not as an option nobody knows.
fn readable(arg: Arg) -> Arg {
    if arg.get_action().takes_values() {
        arg.allow_hyphen_values(true)
    } else {
        arg
    }
}

/// The help of `netopt model`: its verbs come in groups, below.
pub(crate) const HELP: &str = "{about-with-newline}\n{usage-heading} {usage}{after-help}\n";

/// The verbs in their groups, for the help.
pub(crate) fn overview() -> String {
    let mut text = String::new();
    for (group, verbs) in GROUPS {
        text += &format!("{group}:\n");
        for (name, about) in *verbs {
            text += &format!("  {name:<14}{}\n", about.trim());
        }
        text.push('\n');
    }
    text + UNITS
}

/// How quantities are written.
const UNITS: &str = "\
    Units: times 250us 80ms 1.5s, data 1460B 64KiB 10MB, rates 500kbit 20mbit
1gbit, shares 1% or 0.01.
`netopt model FORMULA --help` says what a formula takes, with an example.";
