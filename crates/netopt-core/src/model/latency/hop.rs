//! One packet over one hop: the four terms of the seed's definition 1.1, nothing else.

use std::time::Duration;

use super::propagation::{Distance, Speed};
use super::{Breakdown, Term};
use crate::unit::{BitRate, Bytes};

/// A packet, the link it crosses and the node that sends it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hop {
    /// How long the link is.
    pub distance: Distance,
    /// How fast the signal runs on it.
    pub speed: Speed,
    /// The packet with its headers.
    pub packet: Bytes,
    /// The rate of the link.
    pub rate: BitRate,
    /// What the node does with the packet before it queues it.
    pub processing: Duration,
    /// How long the packet stands behind others.
    pub queuing: Duration,
}

impl Hop {
    /// `D/v + L/B + processing + queuing`, one way (Kurose and Ross, *Computer Networking*, §1.4.1).
    #[must_use]
    pub fn breakdown(&self) -> Breakdown {
        Breakdown::sum([
            (Term::Propagation, self.distance / self.speed),
            (Term::Transmission, self.packet / self.rate),
            (Term::Processing, self.processing),
            (Term::Queuing, self.queuing),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_definition_1_1_is_the_sum_of_four_terms() {
        let hop = Hop {
            distance: Distance::from_km(1000.0).unwrap(),
            speed: Speed::FIBRE,
            packet: Bytes::new(1500),
            rate: BitRate::from_bps(1e9).unwrap(),
            processing: Duration::from_micros(20),
            queuing: Duration::from_millis(3),
        };
        let breakdown = hop.breakdown();
        assert_eq!(breakdown.total(), Duration::from_micros(8032));
        assert_eq!(
            breakdown.term(Term::Propagation),
            Some(Duration::from_millis(5))
        );
        assert_eq!(
            breakdown.term(Term::Transmission),
            Some(Duration::from_micros(12))
        );
        assert_eq!(breakdown.term(Term::Dns), None);
        assert!(breakdown.residual_ms().abs() < 1e-9);
    }
}
