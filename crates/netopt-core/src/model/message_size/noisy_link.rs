//! Packets on a link that flips bits (3.1e): one wrong bit, and the whole packet is sent again.
//!
//! Radio and worn cables. Large packets are hit often, small ones are mostly header. Derived for independent bit errors
//! and losses that are noticed at once; bursts hit fewer packets than that, so they ask for larger ones.

use super::Length;
use crate::model::validity::Validity;
use crate::unit::Ratio;

/// The header's share of an error from which [`NoisyLink::rule_of_thumb`] is more than 5 % too long.
const EXPECTED_HEADER_ERRORS: f64 = 0.01;

/// A link on which each bit is wrong with the same probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisyLink {
    /// What each packet carries beside the payload.
    pub header: Length,
    /// The share of bits that arrive wrong.
    pub bit_errors: Ratio,
}

impl NoisyLink {
    /// The share of the rate that arrives as payload: `L/(L+h)·(1−ε)^(L+h)`; `None` for a packet without any bit.
    #[must_use]
    pub fn goodput(&self, payload: Length) -> Option<Ratio> {
        let packet = (payload + self.header).bits();
        Ratio::new(payload.bits() / packet * (-self.decay() * packet).exp())
    }

    /// The payload with the largest [`Self::goodput`]: `(−h + √(h² + 4h/(−ln(1−ε))))/2`.
    ///
    /// `None` without errors (larger is always better), with nothing but errors, and without a header (smaller is
    /// always better). Derived in `docs/theory.md`.
    #[must_use]
    pub fn optimum(&self) -> Option<Length> {
        // The same number, multiplied out so that it does not cancel where errors are frequent.
        let (header, decay) = (self.header.bits(), self.decay());
        let root = (header * header + 4.0 * header / decay).sqrt();
        Length::from_bits(2.0 * (header / decay) / (header + root)).filter(|best| best.bits() > 0.0)
    }

    /// `√(h/ε)`, for the back of an envelope: always longer than [`Self::optimum`], by about half of `√(h·ε)`.
    ///
    /// `None` without errors and without a header.
    #[must_use]
    pub fn rule_of_thumb(&self) -> Option<(Length, Validity)> {
        let (header, errors) = (self.header.bits(), self.bit_errors.get());
        let length =
            Length::from_bits((header / errors).sqrt()).filter(|best| best.bits() > 0.0)?;
        let validity = if header * errors <= EXPECTED_HEADER_ERRORS {
            Validity::Holds
        } else {
            Validity::Beyond("headers are hit often, so it is more than 5 % too long")
        };
        Some((length, validity))
    }

    /// `−ln(1−ε)`: errors expected in a bit.
    fn decay(&self) -> f64 {
        -(-self.bit_errors.get()).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::argmin;
    use super::*;
    use proptest::prelude::*;

    fn link(header_bits: f64, bit_errors: f64) -> NoisyLink {
        NoisyLink {
            header: Length::from_bits(header_bits).unwrap(),
            bit_errors: Ratio::new(bit_errors).unwrap(),
        }
    }

    #[test]
    fn forty_bytes_of_header() {
        for (errors, best) in [(1e-5, 5499.1), (1e-6, 17_729.3)] {
            let got = link(320.0, errors).optimum().unwrap().bits();
            assert!((got - best).abs() < 0.05, "{errors}: {got}");
        }
    }

    #[test]
    fn the_rule_of_thumb_says_where_it_holds() {
        let (length, validity) = link(320.0, 1e-5).rule_of_thumb().unwrap();
        assert!((length.bits() - 5656.85).abs() < 0.01, "{length}");
        assert_eq!(validity, Validity::Holds);
        let (_, validity) = link(320.0, 1e-3).rule_of_thumb().unwrap();
        assert!(validity.warning().is_some());
    }

    #[test]
    fn without_errors_or_header_or_hope_there_is_no_optimum() {
        for link in [link(320.0, 0.0), link(0.0, 1e-5), link(320.0, 1.0)] {
            assert_eq!(link.optimum(), None, "{link:?}");
        }
        assert_eq!(link(320.0, 0.0).rule_of_thumb(), None);
        assert_eq!(link(0.0, 1e-5).goodput(Length::default()), None);
        let clean = link(320.0, 0.0).goodput(Length::from_bits(320.0).unwrap());
        assert_eq!(clean, Ratio::new(0.5));
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_formula(header in 1.0..10_000.0f64, exponent in -9.0..-0.5f64) {
            let link = link(header, 10f64.powf(exponent));
            let loss = |bits: f64| {
                // The logarithm has its maximum at the same place, and does not underflow.
                let packet = bits + header;
                packet.ln() - bits.ln() + link.decay() * packet
            };
            let found = argmin(1e-3, 1e9, loss);
            let best = link.optimum().unwrap().bits();
            prop_assert!((found / best - 1.0).abs() < 1e-4, "{found} {best}");
            let (thumb, validity) = link.rule_of_thumb().unwrap();
            prop_assert!(thumb.bits() > best);
            if validity == Validity::Holds {
                prop_assert!(thumb.bits() < best * 1.0513);
            }
        }

        #[test]
        fn no_other_payload_arrives_better(
            header in 1.0..10_000.0f64, exponent in -8.0..-2.0f64, factor in 0.1..10.0f64
        ) {
            let link = link(header, 10f64.powf(exponent));
            let best = link.optimum().unwrap();
            let other = Length::from_bits(best.bits() * factor).unwrap();
            let tolerance = 1e-12;
            prop_assert!(link.goodput(other).unwrap().get() <= link.goodput(best).unwrap().get() + tolerance);
        }
    }
}
