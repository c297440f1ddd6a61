//! `service`: how long the server works on an answer.

use super::table::Table;
use super::value::{self, SHARE, TIME};
use crate::origin::{Dist, MAX_SIGMA, MAX_TIME};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Fixed,
    Exp,
    Lognormal,
    Bimodal,
}

/// The width of a lognormal when nothing is said: moderate.
const SIGMA: f64 = 0.5;

/// Each key with the shape that it belongs to.
const OWN: [(&str, Shape); 3] = [
    ("sigma", Shape::Lognormal),
    ("slow", Shape::Bimodal),
    ("share", Shape::Bimodal),
];

/// The distribution in `table`. Of a bimodal one, `mean` is the usual time.
pub(super) fn read(table: &Table<'_, '_>) -> Dist {
    table.only(&["dist", "mean", "sigma", "slow", "share"]);
    let shape = table.choice(
        "dist",
        &[
            ("fixed", Shape::Fixed),
            ("exp", Shape::Exp),
            ("lognormal", Shape::Lognormal),
            ("bimodal", Shape::Bimodal),
        ],
    );
    let shape = shape.unwrap_or(Shape::Fixed);
    let time = |key: &str| {
        table.get(key, &format!("{TIME}, at most 600 s"), |value| {
            value::time(value, MAX_TIME)
        })
    };
    let missing = |key: &str| {
        if !table.has(key) {
            table.fail(key, "is missing");
        }
    };
    for (key, owner) in OWN {
        if table.has(key) && shape != owner && table.has("dist") {
            let name = if owner == Shape::Lognormal {
                "lognormal"
            } else {
                "bimodal"
            };
            table.fail(key, format!("belongs to dist = \"{name}\""));
        }
    }
    missing("mean");
    let mean = time("mean").unwrap_or_default();
    match shape {
        Shape::Fixed => Dist::Fixed(mean),
        Shape::Exp => Dist::Exp(mean),
        Shape::Lognormal => Dist::Lognormal {
            mean,
            sigma: sigma(table).unwrap_or(SIGMA),
        },
        Shape::Bimodal => {
            missing("slow");
            missing("share");
            match (time("slow"), table.get("share", SHARE, value::share)) {
                (Some(slow), Some(share)) => Dist::Bimodal {
                    fast: mean,
                    slow,
                    share,
                },
                _ => Dist::Fixed(mean),
            }
        }
    }
}

fn sigma(table: &Table<'_, '_>) -> Option<f64> {
    let expected = format!("a number from 0 to {MAX_SIGMA}");
    table.get("sigma", &expected, |value| {
        value::number(value).filter(|sigma| (0.0..=MAX_SIGMA).contains(sigma))
    })
}
