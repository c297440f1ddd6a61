//! Who hears of every call that ended.
//!
//! The driver calls the recorder on its own task, as results arrive, so a recorder needs no lock and can drive a live
//! screen. It should be quick: while it runs, the driver begins no call, and a slow one shows up as slip in
//! [`crate::report::Health`].

use netopt_core::exchange::Exchange;
use netopt_core::metrics::NetworkMetrics;

/// Takes exchanges in the order in which they ended. Closures `FnMut(Exchange)` and pairs of recorders are recorders.
pub trait Record {
    /// Takes one exchange, its `lateness` filled in.
    fn record(&mut self, exchange: Exchange);
}

/// Sums and distributions, in bounded memory.
impl Record for NetworkMetrics {
    fn record(&mut self, exchange: Exchange) {
        Self::record(self, &exchange);
    }
}

impl<F: FnMut(Exchange)> Record for F {
    fn record(&mut self, exchange: Exchange) {
        self(exchange);
    }
}

/// Both hear of every exchange; the first gets a copy.
impl<A: Record, B: Record> Record for (A, B) {
    fn record(&mut self, exchange: Exchange) {
        self.0.record(exchange.clone());
        self.1.record(exchange);
    }
}

/// Keeps the first exchanges whole, up to a limit, and counts the rest.
#[derive(Debug, Clone)]
pub struct Samples {
    kept: Vec<Exchange>,
    limit: usize,
    dropped: u64,
}

impl Samples {
    /// Keeps at most `limit` exchanges.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            kept: Vec::new(),
            limit,
            dropped: 0,
        }
    }

    /// Those kept, in the order in which they ended.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.kept
    }

    /// Those kept, by value.
    #[must_use]
    pub fn into_exchanges(self) -> Vec<Exchange> {
        self.kept
    }

    /// How many came after the limit was reached.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Record for Samples {
    fn record(&mut self, exchange: Exchange) {
        if self.kept.len() < self.limit {
            self.kept.push(exchange);
        } else {
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use netopt_core::outcome::Outcome;
    use netopt_core::phase::Timeline;

    use super::*;

    fn exchange() -> Exchange {
        Exchange::bare(Timeline::new(), Outcome::Answered(200))
    }

    #[test]
    fn a_pair_hears_twice_and_samples_are_bounded() {
        let mut heard = 0;
        let count = |_: Exchange| heard += 1;
        let mut recorder = ((NetworkMetrics::new(), Samples::new(2)), count);
        for _ in 0..5 {
            recorder.record(exchange());
        }
        let ((metrics, samples), _) = recorder;
        assert_eq!((metrics.count(), heard), (5, 5));
        assert_eq!((samples.exchanges().len(), samples.dropped()), (2, 3));
    }
}
