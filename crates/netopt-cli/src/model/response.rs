//! The response to loss of a sender that halves or cuts its window: what Reno and CUBIC answer alike.

use std::time::Duration;

use netopt_core::model::loss::{Connection, mathis};
use netopt_core::model::queueing::Erlangs;
use netopt_core::model::validity::Validity;
use netopt_core::unit::{BitRate, Bytes, Ratio, Segments};

use super::{Amount, Axis, Curve, Quantity, Unit, decades};

/// What both are asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) rtt: Duration,
    pub(super) mss: Bytes,
    pub(super) loss: Option<Ratio>,
    pub(super) rate: Option<BitRate>,
}

impl Asked {
    /// For the answer.
    pub(super) fn given(&self) -> Vec<Quantity> {
        let mut given = vec![
            Quantity::time("rtt", "round trip", self.rtt),
            Quantity::data("mss", "segment", self.mss),
        ];
        given.extend(self.loss.map(|loss| Quantity::share("loss", "loss", loss)));
        given.extend(
            self.rate
                .map(|rate| Quantity::rate("rate", "rate wanted", rate)),
        );
        given
    }

    /// The window that the wanted rate takes: by Little's law, what is in flight for a round trip.
    pub(super) fn window_of_rate(&self) -> Option<Segments> {
        let each_second = self.rate?.in_pieces_of(self.mss)?;
        Segments::new(Erlangs::of(each_second, self.rtt).get())
    }

    /// The mean window, and the rate that it gives.
    pub(super) fn of_loss(&self, window: Option<Segments>) -> Vec<Quantity> {
        if self.loss.is_none() {
            return Vec::new();
        }
        vec![
            Quantity::segments("mean_window", "mean window", window),
            Quantity::rate("rate", "rate", self.rate_of(window)),
        ]
    }

    /// The window that the wanted rate takes, and the most loss that allows it.
    pub(super) fn of_rate(&self, loss: Option<Ratio>) -> Vec<Quantity> {
        if self.rate.is_none() {
            return Vec::new();
        }
        vec![
            Quantity::segments(
                "window_needed",
                "window for the rate",
                self.window_of_rate(),
            ),
            Quantity::share("loss_allowed", "loss that allows it", loss),
        ]
    }

    fn rate_of(&self, window: Option<Segments>) -> Option<BitRate> {
        rate_of(&Connection::new(self.mss, self.rtt), window?)
    }

    /// The answer in one sentence.
    pub(super) fn sentence(
        &self,
        who: &str,
        window: Option<Segments>,
        loss: Option<Ratio>,
    ) -> String {
        let mut parts = Vec::new();
        if let (Some(given), Some(rate)) = (self.loss, self.rate_of(window)) {
            parts.push(format!(
                "at {} loss {who} gets {}",
                Amount::share(given),
                Amount::rate(rate)
            ));
        }
        if let Some(wanted) = self.rate {
            let wanted = Amount::rate(wanted);
            parts.push(match loss {
                Some(loss) => format!(
                    "for {wanted} it may lose {} of its segments",
                    Amount::share(loss)
                ),
                None => format!("no loss ratio up to 100 % gives as little as {wanted}"),
            });
        }
        parts.join("; ")
    }

    /// The curve with the point of the given loss.
    pub(super) fn here(&self, curve: Curve, window: Option<Segments>) -> Curve {
        match self.loss {
            Some(loss) => curve.here(loss.get(), window.map(Segments::get)),
            None => curve,
        }
    }
}

/// What a connection with this window carries.
pub(super) fn rate_of(connection: &Connection, window: Segments) -> Option<BitRate> {
    let with = Connection {
        window: Some(window),
        ..*connection
    };
    with.window_limit()?.carrying(connection.mss)
}

/// Windows over loss.
pub(super) fn axes(title: &str) -> Curve {
    Curve::new(
        title,
        Axis::log("loss", "loss", Unit::Share),
        Axis::log("mean_window", "mean window, segments", Unit::Segments),
    )
}

/// The loss ratios of a curve.
pub(super) fn span(loss: Option<Ratio>) -> (f64, f64) {
    let (from, to) = decades(loss.map_or(1e-3, Ratio::get), 1e-8, 0.1);
    (from, to.min(1.0))
}

/// Without timeouts, so where Mathis holds.
pub(super) fn validity(loss: Option<Ratio>) -> Validity {
    match loss {
        Some(loss) if loss.get() > mathis::MOST_LOSS => {
            Validity::Beyond("above 2 % loss timeouts count, so the window is too large")
        }
        _ => Validity::Holds,
    }
}
