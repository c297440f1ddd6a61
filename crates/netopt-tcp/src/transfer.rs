//! Transfers between two ends that are both ours: how much goes through, how long an exchange takes, and what limits it.
//!
//! [`Server`] is the far end. [`Transfer`] is the near one: it agrees with the server on a [`Spec`], both move bytes, and
//! the [`Report`] holds what both saw: counts, and the kernel's view of every stream each tenth of a second.
//!
//! ```no_run
//! use netopt_tcp::transfer::{Limits, Server, Spec, Stop, Transfer, Way};
//!
//! let server = Server::start(([127, 0, 0, 1], 0).into(), Limits::default())?;
//! let transfer = Transfer {
//!     peer: server.local_addr(),
//!     spec: Spec::default(),
//!     interval: std::time::Duration::from_secs(1),
//!     probes: None,
//! };
//! let report = transfer.run(&Stop::new(), &mut |interval| println!("{interval:?}"))?;
//! println!("{:?}", report.total(Way::Up));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Both ends are blocking threads: one that stays in the kernel for a megabyte is cheaper than a runtime that is woken for
//! each piece. What this module leaves alone: which host a name means, and how a report looks.

mod bulk;
mod client;
mod course;
mod datagrams;
mod error;
mod exchanges;
mod flow;
mod interval;
mod limits;
mod meter;
mod mixed;
mod report;
mod server;
mod spec;
mod stop;
mod view;
mod wire;

pub use client::{Probed, Transfer};
pub use datagrams::Arrived;
pub use error::{Error, Side, Stage};
pub use exchanges::Exchanges;
pub use interval::Interval;
pub use limits::Limits;
pub use mixed::Messages;
pub use report::{Ended, Report, Total};
pub use server::{Served, Server};
pub use spec::{
    Amount, LARGEST_DATAGRAM, LARGEST_MESSAGE, LONGEST, MOST_STREAMS, Reading, Refusal,
    SMALLEST_DATAGRAM, SMALLEST_MESSAGE, Sockets, Spec, Way, Ways, Work,
};
pub use stop::Stop;
pub use view::{CpuSample, FlowView, Sample, View};
