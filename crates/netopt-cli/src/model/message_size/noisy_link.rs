//! Packets on a link that flips bits: one wrong bit, and the whole packet is sent again.

use clap::Args;
use netopt_core::model::message_size::Length;
use netopt_core::model::message_size::noisy_link::NoisyLink;
use netopt_core::unit::{Bytes, Ratio};

use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades};

/// A noisy link.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: netopt model message-size noisy-link --header 40B --bit-errors \
        0.001% --plot"
)]
pub(crate) struct NoisyLinkArgs {
    /// Header of each packet
    #[arg(long, value_name = "SIZE", default_value = "40B", value_parser = values::some_data)]
    header: Bytes,
    /// Share of the bits that arrive wrong
    #[arg(long, value_name = "SHARE", value_parser = values::inner_share)]
    bit_errors: Ratio,
}

impl Formula for NoisyLinkArgs {
    fn answer(&self) -> Result<Answer, Fault> {
        let link = NoisyLink {
            header: Length::from(self.header),
            bit_errors: self.bit_errors,
        };
        let bytes = |length: Length| length.bits() / 8.0;
        let optimum = link.optimum();
        let thumb = link.rule_of_thumb();
        let goodput = optimum.and_then(|payload| link.goodput(payload));
        let middle = optimum.map_or(1.0, bytes);
        let curve = Curve::new(
            "Share of the rate that arrives as payload",
            Axis::log("payload", "payload", Unit::Data),
            Axis::linear("goodput", "arrives", Unit::Share),
        )
        .function(
            "goodput",
            decades(middle, middle / 30.0, middle * 30.0),
            |payload| link.goodput(Length::from_bytes(payload)?).map(Ratio::get),
        )
        .here(middle, goodput.map(Ratio::get));
        let shown = Quantity::of(Unit::Data, "payload", "best payload", optimum.map(bytes));
        let says = format!(
            "payloads of {}: {} of the rate arrives",
            shown.amount(),
            Amount::share(goodput)
        );
        let answer = Answer::of(
            "message-size noisy-link",
            "(−h + √(h² + 4h/(−ln(1−ε))))/2, derived in docs/theory.md",
        )
        .given([
            Quantity::data("header", "header", self.header),
            Quantity::share("bit_errors", "wrong bits", self.bit_errors),
        ])
        .results([
            shown,
            Quantity::share("goodput", "arrives as payload", goodput).meaning("of the rate"),
            Quantity::of(
                Unit::Data,
                "rule_of_thumb",
                "rule of thumb",
                thumb.map(|(length, _)| bytes(length)),
            )
            .meaning("√(header/errors)"),
        ])
        .says(says)
        .holds_for(
            "errors that hit each bit alike and are noticed at once; bursts ask for larger packets",
        )
        .curve(curve);
        Ok(match thumb {
            Some((_, validity)) => answer.valid(validity),
            None => answer,
        })
    }
}
