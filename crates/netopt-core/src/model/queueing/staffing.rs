//! Square-root staffing: a + β√a servers keep the share that waits the same at every load.
//!
//! The rule behind "one pool of 100 beats ten pools of 10": what is needed above the load grows only with its root.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc;

use crate::unit::Ratio;

use super::{Erlangs, probability};

/// Above this β the share that waits is below the smallest double.
const MOST: f64 = 40.0;

/// The share of the calls that waits in a large system with a + β√a servers: [1 + βΦ(β)/φ(β)]⁻¹ (Halfin and Whitt 1981,
/// Operations Research 29(3), proposition 1). 1 at or below zero, where the queue is unstable.
#[must_use]
pub fn halfin_whitt(beta: f64) -> Ratio {
    if beta > 0.0 {
        probability((-log_odds(beta).exp().ln_1p()).exp())
    } else {
        probability(1.0)
    }
}

/// The β at which a share `wait` of the calls waits; `None` unless it lies between 0 and 1, both exclusive.
#[must_use]
pub fn beta_for(wait: Ratio) -> Option<f64> {
    let share = wait.get();
    if share <= 0.0 || share >= 1.0 {
        return None;
    }
    let aim = (-share).ln_1p() - share.ln();
    let (mut low, mut high) = (0.0, MOST);
    // A bisection of doubles ends when no number is left between its ends.
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return Some(high);
        }
        if log_odds(middle) < aim {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// ⌈a + β√a⌉ servers, so that about a share `wait` of the calls waits; at least 1. `None` unless the share lies between
/// 0 and 1, both exclusive, or when there are too many for a `u32`.
///
/// At loads from 5 to 500 it never says more than Erlang's C formula needs. For waits of 10 and 5 % it says at most one
/// less; for 1 % it says one less for four loads of five and two less for the fifth, from a load of 5.37 on.
/// [`refined_servers_for`] has the missing term.
#[must_use]
pub fn servers_for(load: Erlangs, wait: Ratio) -> Option<u32> {
    whole(load.get() + beta_for(wait)? * load.get().sqrt())
}

/// ⌈a + β√a + κ⌉ servers, within one of Erlang's C formula at loads from 5 to 500 for waits of 10, 5 and 1 %. `None` as
/// for [`servers_for`].
///
/// κ = (β/3 + β²h/2 + β³/6 + β⁴h/6) / (h + β + β²h) with h = Φ(β)/φ(β) makes the term of order 1/√a vanish in the
/// expansion 1/C = ρ + γ(Φ(α)/φ(α) + 2/(3√c)), where γ = (1-ρ)√c and α² = -2c(1 - ρ + ln ρ) (Janssen, van Leeuwaarden
/// and Zwart 2011, Operations Research 59(6)). It is 1.22 at 1 %.
#[must_use]
pub fn refined_servers_for(load: Erlangs, wait: Ratio) -> Option<u32> {
    let beta = beta_for(wait)?;
    // Both sides of the fraction over βh = the odds against waiting, which may be too large for a double.
    let inverse = (-log_odds(beta)).exp();
    let above = beta * inverse / 3.0 + beta / 2.0 + beta.powi(3) * (inverse + 1.0) / 6.0;
    let below = 1.0 / beta + beta * inverse + beta;
    whole(load.get() + beta * load.get().sqrt() + above / below)
}

/// Rounded up, at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie in the range"
)]
fn whole(servers: f64) -> Option<u32> {
    let servers = servers.ceil();
    (servers <= f64::from(u32::MAX)).then(|| (servers as u32).max(1))
}

/// ln(βΦ(β)/φ(β)): the logarithm of the odds against waiting. In logarithms because φ vanishes for large β.
fn log_odds(beta: f64) -> f64 {
    let below = erfc(-beta / SQRT_2) / 2.0;
    (beta * below).ln() + beta * beta / 2.0 + (2.0 * PI).ln() / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    #[test]
    fn published_betas() {
        for (wait, beta, digit) in [
            (0.5, 0.506, 5e-4),
            (0.2, 1.062, 5e-4),
            (0.1, 1.42, 5e-3),
            (0.05, 1.74, 5e-3),
            (0.01, 2.375, 5e-4),
            (0.001, 3.115, 5e-4),
        ] {
            let got = beta_for(share(wait)).unwrap();
            assert!((got - beta).abs() < digit, "{wait}: {got}");
        }
    }

    #[test]
    fn published_square_root_sizes() {
        for (load, sizes) in [
            (0.5, [2, 3]),
            (1.0, [3, 4]),
            (5.0, [9, 11]),
            (10.0, [16, 18]),
            (20.0, [28, 31]),
            (50.0, [63, 67]),
            (100.0, [118, 124]),
            (500.0, [539, 554]),
        ] {
            let load = Erlangs::new(load).unwrap();
            let got = [0.05, 0.01].map(|wait| servers_for(load, share(wait)).unwrap());
            assert_eq!(got, sizes, "{load}");
        }
    }

    #[test]
    fn impossible_shares_have_no_beta() {
        assert_eq!(beta_for(share(0.0)), None);
        assert_eq!(beta_for(share(1.0)), None);
        assert!(beta_for(share(f64::MIN_POSITIVE)).unwrap() < MOST);
        assert_eq!(halfin_whitt(-1.0), share(1.0));
        assert_eq!(halfin_whitt(f64::NAN), share(1.0));
        assert_eq!(halfin_whitt(f64::INFINITY), share(0.0));
        assert_eq!(servers_for(Erlangs::new(1e10).unwrap(), share(0.5)), None);
        assert_eq!(servers_for(Erlangs::new(0.0).unwrap(), share(0.5)), Some(1));
    }

    proptest! {
        #[test]
        fn beta_inverts_the_share(exponent in -200.0..-0.001f64) {
            let wait = exponent.exp();
            let back = halfin_whitt(beta_for(share(wait)).unwrap()).get();
            prop_assert!((back / wait - 1.0).abs() < 1e-9, "{wait} {back}");
        }
    }
}
