//! A long-lived connection as the loss models see it.

use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::model::loss::{Acks, Connection};
use netopt_core::unit::{Bytes, Segments};

use super::values::{self, MSS};
use crate::exit::Fault;
use crate::model::Quantity;

/// A connection.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConnectionArgs {
    /// Round trip while the transfer runs
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    pub(crate) rtt: Duration,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    pub(crate) mss: Bytes,
    /// When the receiver acknowledges
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Acknowledges::EverySecond)]
    pub(crate) acks: Acknowledges,
    /// Largest window that the receiver allows (default: no limit)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    pub(crate) window: Option<Bytes>,
}

/// When a receiver acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Acknowledges {
    /// Each segment at once
    EverySegment,
    /// Every second segment
    EverySecond,
}

impl ConnectionArgs {
    /// The connection, with a first retransmission timeout of four round trips.
    ///
    /// # Errors
    /// When the window does not hold a segment: it was meant as a number of segments.
    pub(crate) fn connection(&self) -> Result<Connection, Fault> {
        if let Some(window) = self.window.filter(|window| *window < self.mss) {
            return Err(Fault::usage(format!(
                "--window {window} holds no segment of {}; give it as data, such as 64KiB",
                self.mss
            )));
        }
        Ok(Connection {
            acks: match self.acks {
                Acknowledges::EverySegment => Acks::EverySegment,
                Acknowledges::EverySecond => Acks::EverySecond,
            },
            window: self
                .window
                .and_then(|window| Segments::new(window.bits() / self.mss.bits())),
            ..Connection::new(self.mss, self.rtt)
        })
    }

    /// What was given, for the answer.
    pub(crate) fn given(&self) -> Vec<Quantity> {
        let acks = match self.acks {
            Acknowledges::EverySegment => "every segment",
            Acknowledges::EverySecond => "every second segment",
        };
        let mut given = vec![
            Quantity::time("rtt", "round trip", self.rtt),
            Quantity::data("mss", "segment", self.mss),
            Quantity::choice("acks", "acknowledged", acks),
        ];
        given.extend(
            self.window
                .map(|window| Quantity::data("window", "window limit", window)),
        );
        given
    }
}
