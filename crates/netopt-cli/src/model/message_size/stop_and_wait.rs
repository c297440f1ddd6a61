//! Chunks that are sent one at a time, each after the answer to the last.

use std::time::Duration;

use clap::Args;
use netopt_core::model::message_size::Length;
use netopt_core::model::message_size::stop_and_wait::{chunk_for, utilisation};
use netopt_core::unit::{BitRate, Bytes, Ratio};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Answer, Axis, Curve, Formula, Quantity, Unit, decades};

/// Stop and wait.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model message-size stop-and-wait --rate 10mbit --rtt 80ms \
        --utilisation 90%"
)]
pub(crate) struct StopAndWaitArgs {
    /// Rate of the line
    #[arg(long, value_name = "RATE")]
    rate: BitRate,
    /// Round trip of the empty path
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rtt: Duration,
    /// Share of the line that is wanted
    #[arg(long, value_name = "SHARE", default_value = "90%", value_parser = values::inner_share)]
    utilisation: Ratio,
    /// A chunk as it is, to say what it uses (default: none)
    #[arg(long, value_name = "SIZE", value_parser = values::some_data)]
    chunk: Option<Bytes>,
}

impl Formula for StopAndWaitArgs {
    fn answer(&self) -> Result<Answer, Fault> {
        let used = |chunk: Length| utilisation(chunk, self.rate, self.rtt);
        let needed = chunk_for(self.utilisation, self.rate, self.rtt);
        let bytes = |length: Length| length.bits() / 8.0;
        let middle = needed.map_or(1e6, bytes);
        let curve = Curve::new(
            "Share of the line by size of a chunk",
            Axis::log("chunk", "chunk", Unit::Data),
            Axis::linear("utilisation", "line used", Unit::Share),
        )
        .function("used", decades(middle, middle / 1000.0, middle), |chunk| {
            used(Length::from_bytes(chunk)?).map(Ratio::get)
        })
        .here(middle, self.utilisation.get());
        let mut given = vec![
            Quantity::rate("rate", "rate", self.rate),
            Quantity::time("rtt", "round trip", self.rtt),
            Quantity::share("wanted", "use wanted", self.utilisation),
        ];
        given.extend(
            self.chunk
                .map(|chunk| Quantity::data("given_chunk", "chunk", chunk)),
        );
        let shown = Quantity::of(Unit::Data, "chunk", "chunk needed", needed.map(bytes));
        let says = format!(
            "ask for {} at a time; a larger chunk is always better",
            shown.amount()
        );
        let mut results = vec![shown];
        results.extend(self.chunk.map(|chunk| {
            Quantity::share(
                "utilisation",
                "the given one uses",
                used(Length::from(chunk)),
            )
        }));
        Ok(Answer::of(
            "message-size stop-and-wait",
            "η/(1−η)·rate·round trip; Kurose and \
             Ross, Computer Networking, section 3.4.2",
        )
        .given(given)
        .results(results)
        .says(says)
        .holds_for(
            "one chunk under way at a time, on a line whose windows have grown; a \
             second one under way halves the chunk",
        )
        .curve(curve))
    }
}
