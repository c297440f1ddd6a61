//! The estimators against independent software: `SciPy`, `NumPy` and confseq.
//!
//! The values are data in `tests/golden/`, made by `docs/golden/statistics.py`; each file names the versions. What both sides
//! compute exactly must agree to nine digits; looser bounds stand with their reason.

use std::time::Duration;

use netopt_core::metric::Metric;
use netopt_trial::block::BlockResult;
use netopt_trial::seed::stream;
use netopt_trial::stats::autocorrelation::Autocorrelation;
use netopt_trial::stats::bootstrap::Resampling;
use netopt_trial::stats::centre::{hodges_lehmann, hodges_lehmann_interval};
use netopt_trial::stats::drift::Drift;
use netopt_trial::stats::flip::Flips;
use netopt_trial::stats::merged::Merged;
use netopt_trial::stats::quantile::Quantile;
use netopt_trial::stats::ranks::Ranks;
use netopt_trial::stats::sequence::{NormalMixture, moments};
use netopt_trial::stats::sign::SignProcess;
use netopt_trial::stats::{bh, outlying, sample_ratio};
use serde_json::Value;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::ln_beta;

const CHECKS: &str = include_str!("../golden/checks.json");
const DISTRIBUTIONS: &str = include_str!("../golden/distributions.json");
const EFFECTS: &str = include_str!("../golden/effects.json");
const QUANTILES: &str = include_str!("../golden/quantiles.json");
const SEQUENCES: &str = include_str!("../golden/sequences.json");

/// Relative tolerance of what both sides compute exactly but for rounding.
const EXACT: f64 = 1e-9;

/// One case of a golden file.
struct Case(Value);

/// The cases under `key`; never none, so that a misspelt key fails.
fn cases(file: &str, key: &str) -> Vec<Case> {
    let file: Value = serde_json::from_str(file).unwrap();
    assert!(file["made_by"]["scipy"].is_string());
    let cases = file[key].as_array().unwrap();
    assert!(!cases.is_empty());
    cases.iter().cloned().map(Case).collect()
}

impl Case {
    fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap()
    }

    fn count(&self, key: &str) -> u64 {
        self.0[key].as_u64().unwrap()
    }

    fn small(&self, key: &str) -> u32 {
        self.count(key).try_into().unwrap()
    }

    fn numbers(&self, key: &str) -> Vec<f64> {
        let values = self.0[key].as_array().unwrap();
        values.iter().map(|value| value.as_f64().unwrap()).collect()
    }

    fn counts(&self, key: &str) -> Vec<u64> {
        let values = self.0[key].as_array().unwrap();
        values.iter().map(|value| value.as_u64().unwrap()).collect()
    }

    fn quantile(&self) -> Quantile {
        let share = self.number("q");
        let thousandths = (1..=999).find(|t| (f64::from(*t) / 1000.0 - share).abs() < 1e-12);
        Quantile::from_thousandths(thousandths.unwrap()).unwrap()
    }

    /// Fails unless `got` is within `relative` of the number under `key`; where that is zero, within it absolutely.
    #[track_caller]
    fn agrees(&self, key: &str, got: f64, relative: f64) {
        self.close(got, self.number(key), relative);
    }

    #[track_caller]
    fn close(&self, got: f64, expected: f64, relative: f64) {
        let scale = if expected.abs() < 1e-12 {
            1.0
        } else {
            expected.abs()
        };
        let off = (got - expected).abs() / scale;
        assert!(
            off <= relative,
            "{got} is off by {off:e}, expected {expected}: {}",
            self.0
        );
    }
}

#[test]
fn order_statistics_enclose_as_scipy_says() {
    for case in cases(QUANTILES, "ranks") {
        let ranks = Ranks::of(case.quantile(), case.count("n"), case.number("alpha"));
        if let Some(high) = case.0["high"].as_u64() {
            let ranks = ranks.unwrap();
            assert_eq!(
                (ranks.low(), ranks.high()),
                (case.count("low"), high),
                "{}",
                case.0
            );
            case.agrees("coverage", ranks.coverage(), EXACT);
        } else {
            assert_eq!(ranks.unwrap_err().have(), case.count("n"), "{}", case.0);
        }
    }
}

#[test]
fn fewest_samples_as_scipy_finds_them() {
    for case in cases(QUANTILES, "minimum") {
        let need = case.quantile().minimum_samples(case.number("alpha"));
        assert_eq!(need, case.count("need"), "{}", case.0);
    }
}

#[test]
fn sign_flips_as_scipy_permutes() {
    for case in cases(EFFECTS, "sign_flip") {
        let flips = Flips::of(&case.numbers("values"), 1, &mut stream(1, "golden", 0)).unwrap();
        case.agrees("p", flips.p_value(), EXACT);
        case.agrees("p95", flips.percentile_95(), EXACT);
    }
}

#[test]
fn centre_and_its_interval_as_scipy_tests_them() {
    for case in cases(EFFECTS, "centre") {
        let values = case.numbers("values");
        case.agrees("centre", hodges_lehmann(&values).unwrap(), EXACT);
        let [low, high] = hodges_lehmann_interval(&values, case.number("alpha")).unwrap();
        case.agrees("low", low, EXACT);
        case.agrees("high", high, EXACT);
    }
}

/// Two bootstraps agree up to the luck of their draws. At the tail of 0.6 % of eight rounds, an end of 20,000 draws has a
/// standard error below 2 % of the width; the bound is 5 %.
#[test]
fn paired_bootstrap_as_scipy_draws_it() {
    for case in cases(EFFECTS, "paired_bootstrap") {
        let blocks = |key| -> Vec<BlockResult> {
            let micros = case.counts(key).into_iter().map(Duration::from_micros);
            let latencies = micros.map(|latency| std::iter::once(latency).collect());
            latencies.map(BlockResult::of_latencies).collect()
        };
        let (arm, baseline) = (blocks("arm_us"), blocks("baseline_us"));
        let merge = |blocks: &[BlockResult]| {
            Merged::of(Metric::MeanLatency, &blocks.iter().collect::<Vec<_>>())
        };
        let resampling = Resampling {
            resamples: 20_000,
            alpha: case.number("alpha"),
        };
        let mut rng = stream(1, "golden", 0);
        let [low, high] = resampling
            .interval(&merge(&arm), &merge(&baseline), arm.len(), &mut rng)
            .unwrap();
        let width = case.number("high") - case.number("low");
        assert!(
            (low - case.number("low")).abs() < 0.05 * width,
            "{low}: {}",
            case.0
        );
        assert!(
            (high - case.number("high")).abs() < 0.05 * width,
            "{high}: {}",
            case.0
        );
    }
}

#[test]
fn moments_and_flags_as_numpy_computes_them() {
    for case in cases(EFFECTS, "moments") {
        let (mean, deviation) = moments(&case.numbers("values")).unwrap();
        case.agrees("mean", mean, EXACT);
        case.agrees("deviation", deviation, EXACT);
    }
    for case in cases(EFFECTS, "modified_z") {
        let scores = outlying::modified_z(&case.numbers("values")).unwrap();
        for (got, expected) in scores.into_iter().zip(case.numbers("z")) {
            case.close(got, expected, EXACT);
        }
    }
}

#[test]
fn false_discoveries_as_scipy_adjusts_them() {
    for case in cases(CHECKS, "false_discovery") {
        let adjusted = bh::adjusted(&case.numbers("p"));
        assert_eq!(adjusted.len(), case.numbers("adjusted").len());
        for (got, expected) in adjusted.into_iter().zip(case.numbers("adjusted")) {
            case.close(got, expected, EXACT);
        }
    }
}

#[test]
fn drift_as_scipy_correlates_ranks() {
    for case in cases(CHECKS, "drift") {
        let drift = Drift::of(&case.numbers("values")).unwrap();
        case.agrees("rho", drift.rho, EXACT);
        case.agrees("p", drift.p_value, EXACT);
    }
}

#[test]
fn sample_ratio_as_scipy_tests_it() {
    for case in cases(CHECKS, "sample_ratio") {
        let p = sample_ratio::p_value(&case.counts("issued")).unwrap();
        case.agrees("p", p, EXACT);
    }
}

#[test]
fn autocorrelation_as_numpy_computes_it() {
    for case in cases(CHECKS, "autocorrelation") {
        let found = Autocorrelation::of(&case.numbers("values")).unwrap();
        case.agrees("r", found.lag_one(), EXACT);
    }
}

/// The half width is the bound of confseq in units of the deviation, divided by the rounds.
#[test]
fn normal_mixture_as_confseq_bounds_it() {
    for case in cases(SEQUENCES, "normal_mixture") {
        let mixture = NormalMixture::new(case.number("alpha"), case.small("best_at"));
        let rounds = case.small("rounds");
        let half = mixture.half_width(rounds as usize, 2.0);
        case.agrees("bound", half / 2.0 * f64::from(rounds), EXACT);
    }
}

/// The logarithm is a difference of large ones: 1e-8 absolutely at sixty thousand rounds, for both sides.
#[test]
fn sign_process_as_confseq_mixes_it() {
    for case in cases(SEQUENCES, "signs") {
        let ln_e = SignProcess::of(case.small("wins"), case.small("losses")).ln_e();
        let off = (ln_e - case.number("ln_e")).abs();
        assert!(off < 1e-8, "{ln_e} is off by {off:e}: {}", case.0);
    }
}

/// What is taken from statrs, at the arguments at which it is used.
#[test]
fn distributions_as_scipy_computes_them() {
    let student = |case: &Case| StudentsT::new(0.0, 1.0, case.number("freedom")).unwrap();
    for case in cases(DISTRIBUTIONS, "student_t") {
        case.agrees("sf", student(&case).sf(case.number("t")), EXACT);
    }
    for case in cases(DISTRIBUTIONS, "student_t_inverse") {
        case.agrees("t", student(&case).inverse_cdf(case.number("share")), EXACT);
    }
    for case in cases(DISTRIBUTIONS, "normal") {
        case.agrees("cdf", Normal::standard().cdf(case.number("z")), EXACT);
    }
    for case in cases(DISTRIBUTIONS, "normal_inverse") {
        case.agrees(
            "z",
            Normal::standard().inverse_cdf(case.number("share")),
            EXACT,
        );
    }
    for case in cases(DISTRIBUTIONS, "chi_squared") {
        let distribution = ChiSquared::new(case.number("freedom")).unwrap();
        case.agrees("sf", distribution.sf(case.number("x")), EXACT);
    }
    for case in cases(DISTRIBUTIONS, "ln_beta") {
        let got = ln_beta(case.number("a"), case.number("b"));
        case.agrees("ln_beta", got, EXACT);
    }
}
