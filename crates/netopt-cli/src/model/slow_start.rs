//! `netopt model slow-start`: round trips until a transfer is through a fresh connection.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use netopt_core::model::flow_time::{Path, recurrence};
use netopt_core::model::slow_start;
use netopt_core::unit::Bytes;

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades, rounded_data};
use crate::args::model_values::{self as values, MSS};
use crate::exit::Fault;

/// Slow start.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model slow-start --data 100kB --rtt 80ms")]
pub(crate) struct SlowStart {
    /// What is transferred
    #[arg(long, alias = "size", value_name = "SIZE", value_parser = values::some_data)]
    data: Bytes,
    /// Round trip of the path (default: unknown, so only round trips are counted)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Option<Duration>,
    /// Segments in the first window
    #[arg(long, value_name = "N", default_value = "10", value_parser = values::count::<1_000_000>)]
    initial_window: NonZeroU32,
    /// Payload of a segment
    #[arg(long, value_name = "SIZE", default_value = MSS, value_parser = values::mss)]
    mss: Bytes,
}

impl SlowStart {
    /// A path on which nothing but round trips takes time.
    const fn path(&self, rtt: Duration) -> Path {
        Path {
            payload: self.mss,
            initial_window: self.initial_window.get() as u64,
            ..Path::new(rtt, None)
        }
    }

    fn rounds(&self, data: Bytes) -> Option<u32> {
        let segments = self.path(Duration::ZERO).packets(data)?;
        Some(slow_start::windows(
            segments,
            u64::from(self.initial_window.get()),
        ))
    }
}

impl Formula for SlowStart {
    fn answer(&self) -> Result<Answer, Fault> {
        let rounds = self.rounds(self.data);
        let waiting = self
            .rtt
            .and_then(|rtt| recurrence::course(&self.path(rtt), self.data))
            .map(|course| course.stalled);
        let size = self.data.bits() / 8.0;
        let curve = Curve::new(
            "Round trips of slow start",
            Axis::log("data", "data", Unit::Data),
            Axis::linear("rounds", "round trips", Unit::Number),
        )
        .function("rounds", decades(size, 1e3, 1e8), |data| {
            self.rounds(rounded_data(data)).map(f64::from)
        })
        .here(size, rounds.map(f64::from));
        let shown = Quantity::of(Unit::Number, "rounds", "round trips", rounds.map(f64::from));
        let says = match waiting {
            Some(time) if time > Duration::ZERO => format!(
                "{} windows: on a fresh connection the sender waits {} for leave to go on, \
                 however fast the line is",
                shown.amount(),
                Amount::time(time)
            ),
            _ => format!(
                "{} windows, a round trip each, however fast the line is",
                shown.amount()
            ),
        };
        let mut given = vec![
            Quantity::data("data", "data", self.data),
            Quantity::data("mss", "segment", self.mss),
            Quantity::of(
                Unit::Segments,
                "initial_window",
                "first window",
                f64::from(self.initial_window.get()),
            ),
        ];
        given.extend(self.rtt.map(|rtt| Quantity::time("rtt", "round trip", rtt)));
        let mut results = vec![shown];
        results.extend(waiting.map(|time| Quantity::time("stalled", "waiting for windows", time)));
        Ok(Answer::of(
            "slow-start",
            "⌈log₂(segments/first window + 1)⌉; RFC 5681 section \
             3.1, first window RFC 6928",
        )
        .given(given)
        .results(results)
        .says(says)
        .holds_for(
            "a fresh connection without loss that counts acknowledged bytes, \
             as Linux does, on a line that is never full",
        )
        .curve(curve))
    }
}
