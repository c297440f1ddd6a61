//! `netopt model pftk`: throughput under loss with timeouts and a window limit, beside the other models.

use std::time::Duration;

use clap::Args;
use netopt_core::model::congestion::{bbr, cubic};
use netopt_core::model::loss::{Connection, Model, pftk};
use netopt_core::unit::{BitRate, Ratio};

use super::response::rate_of;
use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit, decades};
use crate::args::ConnectionArgs;
use crate::args::model_values as values;
use crate::exit::Fault;

/// PFTK and its neighbours.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model pftk --rtt 100ms --loss 1% --rate 100mbit --plot")]
pub(crate) struct Pftk {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Share of the segments that are lost
    #[arg(long, value_name = "SHARE", value_parser = values::some_share)]
    loss: Ratio,
    /// First retransmission timeout (default: four round trips)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    rto: Option<Duration>,
    /// Rate of the bottleneck, to compare with BBR (default: unknown)
    #[arg(long, value_name = "RATE")]
    rate: Option<BitRate>,
}

impl Pftk {
    fn connection(&self) -> Result<Connection, Fault> {
        let connection = self.connection.connection()?;
        Ok(Connection {
            rto: self.rto.unwrap_or(connection.rto),
            ..connection
        })
    }

    fn curve(&self, connection: &Connection) -> Curve {
        let (from, to) = decades(self.loss.get(), 1e-6, 0.3);
        let span = (from, to.min(0.999));
        let by =
            |rate: &dyn Fn(Ratio) -> Option<BitRate>, loss| Some(rate(Ratio::new(loss)?)?.bps());
        let curve = Curve::new(
            "What loss leaves of a transfer",
            Axis::log("loss", "loss", Unit::Share),
            Axis::log("rate", "rate", Unit::Rate),
        )
        .function("pftk", span, |loss| {
            by(&|loss| Model::PftkFull.rate(connection, loss), loss)
        })
        .function("mathis", span, |loss| {
            by(&|loss| Model::Mathis.rate(connection, loss), loss)
        })
        .function("cubic", span, |loss| {
            by(&|loss| with_cubic(connection, loss), loss)
        });
        match self.rate {
            Some(rate) => curve.function("bbr", span, |loss| {
                by(
                    &|loss| Some(bbr::throughput(bbr::Version::V1, rate, loss)?.0),
                    loss,
                )
            }),
            None => curve,
        }
    }
}

/// The rate of a CUBIC sender that no window and no line limits.
fn with_cubic(connection: &Connection, loss: Ratio) -> Option<BitRate> {
    let window = cubic::steady_window(cubic::Scale::STANDARD, loss, connection.rtt)?;
    rate_of(connection, window)
}

/// What the other models say.
fn neighbours(connection: &Connection, loss: Ratio) -> [Quantity; 4] {
    let by = |model: Model| model.rate(connection, loss);
    [
        Quantity::rate(
            "pftk_approximate",
            "pftk, simple",
            by(Model::PftkApproximate),
        ),
        Quantity::rate("tfrc", "tfrc", by(Model::Tfrc)).meaning("RFC 5348"),
        Quantity::rate("mathis", "mathis", by(Model::Mathis))
            .meaning("without timeouts and limits"),
        Quantity::rate("cubic", "cubic", with_cubic(connection, loss))
            .meaning("mean, without timeouts and limits"),
    ]
}

impl Formula for Pftk {
    fn answer(&self) -> Result<Answer, Fault> {
        let connection = self.connection()?;
        let loss = self.loss;
        let full = Model::PftkFull.rate(&connection, loss);
        let received = pftk::received(&connection, loss);
        let received = received.and_then(|each_second| each_second.carrying(connection.mss));
        let window = pftk::expected_window(loss, connection.acks);
        let timeouts = window.map(|window| pftk::timeout_share(loss, window));
        let bbr = self
            .rate
            .and_then(|rate| bbr::throughput(bbr::Version::V1, rate, loss));
        let mut given = self.connection.given();
        given.extend([
            Quantity::time("rto", "timeout", connection.rto),
            Quantity::share("loss", "loss", loss),
        ]);
        given.extend(
            self.rate
                .map(|rate| Quantity::rate("rate", "bottleneck", rate)),
        );
        let shown = Quantity::rate("pftk_full", "pftk, full", full).meaning("what is sent");
        let says = format!(
            "a long Reno transfer sends {}; {} of its losses cost a timeout",
            shown.amount(),
            Amount::of(Unit::Share, timeouts)
        );
        let mut results = vec![
            shown,
            Quantity::rate("pftk_received", "pftk, received", received).meaning("what arrives"),
        ];
        results.extend(neighbours(&connection, loss));
        results
            .extend(bbr.map(|(rate, _)| Quantity::rate("bbr", "bbr", rate).meaning("version 1")));
        results.extend([
            Quantity::segments("expected_window", "mean window at a loss", window),
            Quantity::of(Unit::Share, "timeout", "losses with timeout", timeouts),
        ]);
        let answer = Answer::of(
            "pftk",
            "Padhye, Firoiu, Towsley, Kurose, SIGCOMM 1998; \
             received: Cardwell, Savage, Anderson, INFOCOM 2000, eq. 22",
        )
        .given(given)
        .results(results)
        .says(says)
        .valid(pftk::validity(&connection, loss))
        .holds_for(
            "long transfers of Reno, timeouts of 3 to 21 round trips, and losses that take the \
             rest of their round trip along; independent losses let more through, up to three \
             times as much",
        )
        .curve(
            self.curve(&connection)
                .here(loss.get(), full.map(BitRate::bps)),
        );
        Ok(match bbr {
            Some((_, validity)) => answer.valid(validity),
            None => answer,
        })
    }
}
