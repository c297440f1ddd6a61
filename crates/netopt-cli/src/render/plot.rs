//! Pictures of curves: in the terminal, and as SVG.
//!
//! Both stand on the same scales, so that they show the same thing. What is drawn is decided by the formula.

mod canvas;
mod scale;
mod svg;
mod terminal;

pub(crate) use svg::{OPENING, svg};
pub(crate) use terminal::terminal;

use crate::model::Curve;
use scale::Scale;

/// The scales of both axes, wide enough for every point.
fn scales(curve: &Curve) -> (Scale, Scale) {
    let points = || {
        let drawn = curve.series.iter().flat_map(|series| &series.points);
        drawn.chain(curve.here.as_ref()).copied()
    };
    (
        Scale::tight(curve.x, points().map(|(x, _)| x)),
        Scale::round(curve.y, points().map(|(_, y)| y)),
    )
}
