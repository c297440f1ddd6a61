//! A curve as data: axes with units, and series of points.
//!
//! A curve is bounded, so that no document and no picture grows with its inputs. How it is drawn is left to the renderer.

use netopt_core::unit::Bytes;

use super::Unit;

/// Points of one series, at the most.
const MOST_POINTS: usize = 200;
/// Points of a formula that is drawn as a smooth line.
const SMOOTH: u32 = 120;

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    Linear,
    Log,
}

/// An axis: its name in documents without the unit, what people call it, its unit and its division.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) unit: Unit,
    pub(crate) spacing: Spacing,
}

impl Axis {
    /// Divided evenly.
    #[must_use]
    pub(crate) const fn linear(name: &'static str, label: &'static str, unit: Unit) -> Self {
        Self {
            name,
            label,
            unit,
            spacing: Spacing::Linear,
        }
    }

    /// Divided by powers of ten.
    #[must_use]
    pub(crate) const fn log(name: &'static str, label: &'static str, unit: Unit) -> Self {
        Self {
            name,
            label,
            unit,
            spacing: Spacing::Log,
        }
    }

    /// What it is called in a document; ends in its unit.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.name, self.unit.suffix())
    }

    /// Whether the value has a place on the axis.
    #[must_use]
    pub(crate) fn takes(&self, value: f64) -> bool {
        value.is_finite() && (self.spacing == Spacing::Linear || value > 0.0)
    }
}

/// A named line.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Lines over one axis, and the point that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    /// Where the inputs lie, if they lie on a curve.
    pub(crate) here: Option<(f64, f64)>,
}

impl Curve {
    /// Axes without a line.
    #[must_use]
    pub(crate) fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            x,
            y,
            series: Vec::new(),
            here: None,
        }
    }

    /// With a line through these points; points that have no place on the axes are left out, and too many are thinned.
    #[must_use]
    pub(crate) fn line(
        mut self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let placed = points
            .into_iter()
            .filter(|&(x, y)| self.x.takes(x) && self.y.takes(y));
        let points = thinned(placed.collect());
        if !points.is_empty() {
            self.series.push(Series {
                name: name.into(),
                points,
            });
        }
        self
    }

    /// With the line of a function between two places of the x axis.
    #[must_use]
    pub(crate) fn function(
        self,
        name: impl Into<String>,
        span: (f64, f64),
        of: impl Fn(f64) -> Option<f64>,
    ) -> Self {
        let points: Vec<_> = spread(self.x.spacing, span)
            .filter_map(|x| Some((x, of(x)?)))
            .collect();
        self.line(name, points)
    }

    /// With the point that was asked for.
    #[must_use]
    pub(crate) fn here(mut self, x: f64, y: impl Into<Option<f64>>) -> Self {
        self.here = y
            .into()
            .map(|y| (x, y))
            .filter(|&(x, y)| self.x.takes(x) && self.y.takes(y));
        self
    }
}

/// Places from one end to the other, as the axis is divided.
fn spread(spacing: Spacing, (from, to): (f64, f64)) -> impl Iterator<Item = f64> {
    (0..=SMOOTH).map(move |step| {
        let part = f64::from(step) / f64::from(SMOOTH);
        match spacing {
            // The ends are exact, not what rounding makes of them.
            _ if step == 0 => from,
            _ if step == SMOOTH => to,
            Spacing::Linear => from + (to - from) * part,
            Spacing::Log => from * (to / from).powf(part),
        }
    })
}

/// A span of a logarithmic axis that holds `value` and reaches at least from `from` to `to`.
#[must_use]
pub(crate) fn decades(value: f64, from: f64, to: f64) -> (f64, f64) {
    if value.is_finite() && value > 0.0 {
        (from.min(value / 10.0), to.max(value * 10.0))
    } else {
        (from, to)
    }
}

/// A place of a data axis as an amount.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
pub(crate) const fn rounded_data(bytes: f64) -> Bytes {
    Bytes::new(bytes.round() as u64)
}

fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let last = points.len() - 1;
    (0..MOST_POINTS)
        .map(|index| points[index * last / (MOST_POINTS - 1)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Curve {
        Curve::new(
            "time by size",
            Axis::log("size", "size", Unit::Data),
            Axis::linear("time", "time", Unit::Time),
        )
    }

    #[test]
    fn a_series_is_bounded_and_keeps_its_ends() {
        let points = (1..=5_000).map(|n| (f64::from(n), 1.0));
        let curve = axes().line("all", points);
        let points = &curve.series[0].points;
        assert_eq!(points.len(), MOST_POINTS);
        assert_eq!(points.first(), Some(&(1.0, 1.0)));
        assert_eq!(points.last(), Some(&(5_000.0, 1.0)));
    }

    #[test]
    fn what_has_no_place_is_left_out() {
        let points = [(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0), (-1.0, 1.0)];
        let curve = axes().line("some", points).line("none", [(0.0, 0.0)]);
        assert_eq!(curve.series.len(), 1);
        assert_eq!(curve.series[0].points, [(2.0, 3.0)]);
        assert_eq!(axes().here(f64::INFINITY, 1.0).here, None);
    }

    #[test]
    fn a_function_is_followed_from_end_to_end() {
        let curve = axes().function("square", (1.0, 100.0), |x| Some(x * x));
        let points = &curve.series[0].points;
        assert_eq!(points.first(), Some(&(1.0, 1.0)));
        assert_eq!(points.last(), Some(&(100.0, 10_000.0)));
        assert!((points[60].0 - 10.0).abs() < 1e-9, "{:?}", points[60]);
    }
}
