//! Where a value lies on an axis, and which values are marked on it.

use crate::model::{Axis, Spacing};

/// Round numbers within a decade.
const ROUND: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
/// A logarithmic axis does not reach further than this below its top: what lies lower is nothing to the eye.
const MOST_DECADES: f64 = 15.0;

/// A linear axis whose low end is below this share of its high end begins at zero.
const NEAR: f64 = 0.03;

/// From the lowest to the highest value of an axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    axis: Axis,
    low: f64,
    high: f64,
}

impl Scale {
    /// Just as wide as the values.
    pub(super) fn tight(axis: Axis, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| axis.takes(*value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = match axis.spacing {
            _ if low > high => (1.0, 10.0),
            Spacing::Log if low < high => (low.max(high / 10_f64.powf(MOST_DECADES)), high),
            Spacing::Log => (low / 2.0, high * 2.0),
            // What begins close to zero begins there.
            Spacing::Linear if low < high && low > 0.0 && low < NEAR * high => (0.0, high),
            Spacing::Linear if low < high => (low, high),
            Spacing::Linear if low == 0.0 => (0.0, 1.0),
            Spacing::Linear => (low.min(0.0), high.max(0.0)),
        };
        Self { axis, low, high }
    }

    /// As wide as the values, to round numbers; a linear one starts at zero.
    pub(super) fn round(axis: Axis, values: impl Iterator<Item = f64>) -> Self {
        let Self { low, high, .. } = Self::tight(axis, values);
        let (low, high) = match axis.spacing {
            Spacing::Log => (below(low), above(high)),
            Spacing::Linear => {
                let step = step(high - low.min(0.0), 5.0);
                (
                    (low.min(0.0) / step).floor() * step,
                    (high / step - 1e-6).ceil() * step,
                )
            }
        };
        Self { axis, low, high }
    }

    /// Where the value lies: 0 at the low end, 1 at the high end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = match self.axis.spacing {
            Spacing::Linear => (value - self.low) / (self.high - self.low),
            Spacing::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        if place.is_finite() {
            place.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Round values on the axis with their labels, `most` at the most.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let most = most.max(2);
        let values = match self.axis.spacing {
            Spacing::Linear => self.even(most),
            Spacing::Log => self.powers(most),
        };
        let label = |value: f64| (value, self.axis.unit.tick(value).replace('\u{a0}', " "));
        values.into_iter().map(label).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of ticks")]
    fn even(&self, most: usize) -> Vec<f64> {
        let step = step(self.high - self.low, most as f64);
        let first = (self.low / step).ceil();
        (0..=most)
            .map(|number| (first + number as f64) * step)
            .filter(|value| *value <= self.high + step * 1e-6)
            .collect()
    }

    /// Powers of ten; on a short axis also what lies between, on a long one only each second, third and so on.
    fn powers(&self, most: usize) -> Vec<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "a power of an f64")]
        let (first, last) = (
            self.low.log10().floor() as i32,
            self.high.log10().ceil() as i32,
        );
        let inside =
            |value: &f64| *value >= self.low * 0.999_999 && *value <= self.high * 1.000_001;
        let of = |within: &[f64]| -> Vec<f64> {
            let decades = (first..=last)
                .flat_map(|power| within.iter().map(move |factor| factor * 10_f64.powi(power)));
            decades.filter(inside).collect()
        };
        for within in [&ROUND[..3], &[1.0, 3.0], &[1.0]] {
            let values = of(within);
            if (2..=most).contains(&values.len()) {
                return values;
            }
        }
        let tens = of(&[1.0]);
        if tens.len() < 2 {
            let mut values = self.even(most);
            values.retain(|value| *value > 0.0);
            return values;
        }
        let each = tens.len().div_ceil(most);
        tens.into_iter().step_by(each).collect()
    }
}

/// The smallest round step of which at most `most` fit into the length.
fn step(length: f64, most: f64) -> f64 {
    let least = (length / most).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(least.log10().floor());
    let factor = ROUND
        .into_iter()
        .find(|factor| factor * power >= least * 0.999_999);
    factor.unwrap_or(10.0) * power
}

/// The next round number that is not above.
fn below(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let factor = ROUND
        .into_iter()
        .rev()
        .find(|factor| factor * power <= value * 1.000_001);
    factor.unwrap_or(1.0) * power
}

/// The next round number that is not below.
fn above(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let factor = ROUND
        .into_iter()
        .find(|factor| factor * power >= value * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    fn labels(scale: Scale, most: usize) -> Vec<String> {
        scale
            .ticks(most)
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn ticks_are_round_on_both_kinds_of_axes() {
        let time = Axis::linear("time", "time", Unit::Time);
        let scale = Scale::round(time, [0.013, 0.42].into_iter());
        assert_eq!(
            labels(scale, 5),
            ["0 s", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms"]
        );
        let loss = Axis::log("loss", "loss", Unit::Share);
        let scale = Scale::tight(loss, [1e-6, 0.1].into_iter());
        assert_eq!(
            labels(scale, 6),
            ["0.0001 %", "0.001 %", "0.01 %", "0.1 %", "1 %", "10 %"]
        );
        assert_eq!(labels(scale, 3), ["0.0001 %", "0.01 %", "1 %"]);
    }

    #[test]
    fn a_short_logarithmic_axis_has_ticks_between_the_powers() {
        let rate = Axis::log("rate", "rate", Unit::Rate);
        let scale = Scale::tight(rate, [1.5e6, 30e6].into_iter());
        assert_eq!(
            labels(scale, 6),
            ["2 Mbit/s", "5 Mbit/s", "10 Mbit/s", "20 Mbit/s"]
        );
        let narrow = Scale::tight(rate, [1.1e6, 1.4e6].into_iter());
        assert!(labels(narrow, 4).len() >= 2, "{:?}", labels(narrow, 4));
    }

    #[test]
    fn places_stay_on_the_axis_whatever_the_values() {
        for axis in [
            Axis::linear("x", "x", Unit::Number),
            Axis::log("x", "x", Unit::Number),
        ] {
            for values in [
                vec![],
                vec![0.0],
                vec![5.0],
                vec![1e-300, 1e300],
                vec![f64::NAN, -1.0],
                vec![1.0, 1.0 + 1e-15],
            ] {
                for scale in [
                    Scale::tight(axis, values.iter().copied()),
                    Scale::round(axis, values.iter().copied()),
                ] {
                    for value in values.iter().copied().chain([1e-9, 1e9, f64::INFINITY]) {
                        let place = scale.place(value);
                        assert!((0.0..=1.0).contains(&place), "{axis:?} {values:?} {value}");
                    }
                    assert!(scale.ticks(6).len() <= 13, "{axis:?} {values:?}");
                }
            }
        }
    }
}
