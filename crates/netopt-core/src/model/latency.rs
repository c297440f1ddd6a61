//! Where the time of a call went: the seed's four terms, the connection's rounds, and what is left over.
//!
//! [`Breakdown`] is the form of both a measurement and a prediction. `netopt-explain` fills it from measured calls,
//! where the residual is what the terms fail to explain; [`call`] and [`hop`] fill it from what is known of a path,
//! where the residual is nil.

use std::time::Duration;

use crate::unit::millis;

pub mod call;
pub mod hop;
pub mod propagation;

/// A term of the latency of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Name to address.
    Dns,
    /// TCP handshake.
    Connect,
    /// TLS handshake.
    Tls,
    /// Waiting for a pooled connection.
    PoolWait,
    /// The way there and back, empty: the smallest round trip.
    Propagation,
    /// Putting the bytes on the slowest line.
    Transmission,
    /// Standing in queues of the path.
    Queuing,
    /// The server's work.
    Processing,
    /// Extra round trips: a window was too small for the data, or a relay opened its own connection first.
    Rounds,
}

impl Term {
    /// All terms in the order of a call.
    pub const ALL: [Self; 9] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::PoolWait,
        Self::Propagation,
        Self::Transmission,
        Self::Queuing,
        Self::Processing,
        Self::Rounds,
    ];

    /// The name in reports; with `_ms` behind it, the key in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::PoolWait => "pool_wait",
            Self::Propagation => "propagation",
            Self::Transmission => "transmission",
            Self::Queuing => "queuing",
            Self::Processing => "processing",
            Self::Rounds => "rounds",
        }
    }
}

/// A total and its terms. A term that was not measured is `None`, and what no term explains is the residual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breakdown {
    total: Duration,
    terms: [Option<Duration>; Term::ALL.len()],
}

impl Breakdown {
    /// A total of which nothing is explained yet.
    #[must_use]
    pub const fn new(total: Duration) -> Self {
        Self {
            total,
            terms: [None; Term::ALL.len()],
        }
    }

    /// A total that is the sum of these terms, with nothing left over; a term that comes twice counts twice.
    #[must_use]
    pub fn sum(terms: impl IntoIterator<Item = (Term, Duration)>) -> Self {
        let mut sum = Self::new(Duration::ZERO);
        for (term, time) in terms {
            let before = sum.term(term).unwrap_or_default();
            sum.total = sum.total.saturating_add(time);
            sum = sum.with(term, Some(before.saturating_add(time)));
        }
        sum
    }

    /// The breakdown with this term set.
    #[must_use]
    pub fn with(mut self, term: Term, time: Option<Duration>) -> Self {
        self.terms[term as usize] = time;
        self
    }

    /// The total.
    #[must_use]
    pub const fn total(&self) -> Duration {
        self.total
    }

    /// A term, if it was measured.
    #[must_use]
    pub fn term(&self, term: Term) -> Option<Duration> {
        self.terms[term as usize]
    }

    /// The total less all known terms, in milliseconds; below zero when whoever set the terms explains too much.
    #[must_use]
    pub fn residual_ms(&self) -> f64 {
        millis(self.total)
            - self
                .terms
                .iter()
                .flatten()
                .copied()
                .map(millis)
                .sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn terms_and_residual_are_the_total_whatever_is_set(
            total in 0u64..10_000_000, terms in proptest::array::uniform9(any::<Option<u32>>())
        ) {
            let mut breakdown = Breakdown::new(Duration::from_micros(total));
            for (term, micros) in Term::ALL.into_iter().zip(terms) {
                breakdown = breakdown.with(term, micros.map(|micros| Duration::from_micros(micros.into())));
            }
            let known: f64 = terms.into_iter().flatten().map(|micros| f64::from(micros) / 1e3).sum();
            let got = breakdown.residual_ms() + known;
            prop_assert!((got - millis(breakdown.total())).abs() < 1e-6, "{got}");
        }
    }

    #[test]
    fn a_sum_has_no_residual_and_adds_what_comes_twice() {
        let ms = Duration::from_millis;
        let sum = Breakdown::sum([(Term::Dns, ms(1)), (Term::Tls, ms(2)), (Term::Dns, ms(4))]);
        assert_eq!(sum.total(), ms(7));
        assert_eq!(sum.term(Term::Dns), Some(ms(5)));
        assert_eq!(sum.term(Term::Connect), None);
        assert!(sum.residual_ms().abs() < 1e-12);
    }

    #[test]
    fn seed_definition_1_1_terms_and_residual_add_up_to_the_total() {
        let breakdown = Breakdown::new(Duration::from_millis(100))
            .with(Term::Propagation, Some(Duration::from_millis(40)))
            .with(Term::Processing, Some(Duration::from_millis(50)))
            .with(Term::Queuing, None);
        assert!((breakdown.residual_ms() - 10.0).abs() < 1e-9);
        assert_eq!(breakdown.term(Term::Queuing), None);
    }
}
