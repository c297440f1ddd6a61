//! A curve in the terminal: lines between axes with units, and a legend where there is more than one.

use std::env;
use std::fmt::Write as _;

use console::measure_text_width;

use super::super::{Paint, wrapped};
use super::canvas::{Canvas, Ink};
use super::scales;
use crate::model::{Curve, Spacing};

/// Rows of the picture: enough to tell slopes apart, and the answer above it stays in sight.
const ROWS: usize = 16;
/// Rows between two marks of the vertical axis, at least.
const BETWEEN: usize = 4;
/// Columns between the labels of the horizontal axis, at least.
const APART: usize = 3;
/// The picture is never narrower than this.
const NARROWEST: usize = 12;

/// The picture, as wide as the terminal.
#[must_use]
pub(crate) fn terminal(curve: &Curve, paint: &Paint) -> String {
    drawn(curve, paint, Letters::of_locale())
}

/// The characters that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Unicode,
    Ascii,
}

impl Letters {
    /// A locale that was not set can show all.
    fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|value| !value.is_empty());
        match locale.map(|locale| locale.to_ascii_lowercase()) {
            Some(locale) if !locale.contains("utf-8") && !locale.contains("utf8") => Self::Ascii,
            _ => Self::Unicode,
        }
    }

    const fn lines(self) -> &'static Lines {
        match self {
            Self::Unicode => &FINE,
            Self::Ascii => &PLAIN,
        }
    }

    /// Dots cannot tell lines apart without colours.
    fn ink(self, curve: &Curve, paint: &Paint) -> Ink {
        if self == Self::Unicode && (paint.is_coloured() || curve.series.len() < 2) {
            Ink::Braille
        } else {
            Ink::Marks
        }
    }
}

/// The characters of the axes.
struct Lines {
    side: char,
    side_tick: char,
    corner: char,
    floor: char,
    floor_tick: char,
}

const FINE: Lines = Lines {
    side: '│',
    side_tick: '┤',
    corner: '└',
    floor: '─',
    floor_tick: '┬',
};
const PLAIN: Lines = Lines {
    side: '|',
    side_tick: '+',
    corner: '+',
    floor: '-',
    floor_tick: '+',
};

fn drawn(curve: &Curve, paint: &Paint, letters: Letters) -> String {
    let (ink, lines) = (letters.ink(curve, paint), letters.lines());
    let (x, y) = scales(curve);
    let marks: Vec<(usize, String)> = y
        .ticks(ROWS / BETWEEN + 1)
        .into_iter()
        .map(|(value, label)| (row(y.place(value)), label))
        .collect();
    let margin = marks
        .iter()
        .map(|(_, label)| measure_text_width(label))
        .max()
        .unwrap_or(0);
    let columns = paint.width().saturating_sub(margin + 4).max(NARROWEST);

    let mut canvas = Canvas::new(ink, columns, ROWS);
    for (number, series) in curve.series.iter().enumerate() {
        let places = series.points.iter();
        let places: Vec<_> = places.map(|(a, b)| (x.place(*a), y.place(*b))).collect();
        canvas.line(number, &places);
    }
    if let Some((a, b)) = curve.here {
        canvas.here((x.place(a), y.place(b)));
    }

    let mut text = String::new();
    let up = named(curve.y.label, curve.y.spacing);
    text += &paint.dim(&wrapped(&up, 2, paint.width()));
    for (number, line) in canvas.rows(paint).iter().enumerate() {
        let mark = marks.iter().find(|(at, _)| *at == number);
        let label = mark.map_or("", |(_, label)| label);
        let side = if mark.is_some() {
            lines.side_tick
        } else {
            lines.side
        };
        let gap = " ".repeat(margin - measure_text_width(label));
        let axis = paint.dim(&format!("  {gap}{label} {side}"));
        let _ = writeln!(text, "{axis}{}", line.trim_end());
    }
    let (floor, labels) = floor(
        &x.ticks(columns / 12),
        |value| x.place(value),
        columns,
        lines,
    );
    let blank = " ".repeat(margin + 3);
    let _ = writeln!(
        text,
        "{}",
        paint.dim(&format!("{blank}{}{floor}", lines.corner))
    );
    let _ = writeln!(text, "{}", paint.dim(&format!("{blank} {labels}")));
    let along = named(curve.x.label, curve.x.spacing);
    for line in wrapped(&along, 0, margin + 4 + columns).lines() {
        let gap = (margin + 4 + columns).saturating_sub(measure_text_width(line));
        let _ = writeln!(text, "{}{}", " ".repeat(gap), paint.dim(line));
    }
    text + &legend(curve, ink, paint)
}

/// The row of a place, from the top.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place from 0 to 1 times a number of rows"
)]
fn row(place: f64) -> usize {
    ((1.0 - place) * (ROWS - 1) as f64).round() as usize
}

fn named(label: &str, spacing: Spacing) -> String {
    match spacing {
        Spacing::Linear => label.to_owned(),
        Spacing::Log => format!("{label}, logarithmic"),
    }
}

/// The line below the picture, and the labels under its marks; a label that has no room is left out with its mark.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place from 0 to 1 times a number of columns"
)]
fn floor(
    ticks: &[(f64, String)],
    place: impl Fn(f64) -> f64,
    columns: usize,
    lines: &Lines,
) -> (String, String) {
    let mut floor = vec![lines.floor; columns];
    let mut labels = String::new();
    for (value, label) in ticks {
        let at = (place(*value) * (columns - 1) as f64).round() as usize;
        let wide = measure_text_width(label);
        let start = at
            .saturating_sub(wide / 2)
            .min(columns.saturating_sub(wide));
        let used = measure_text_width(&labels);
        if used > 0 && start < used + APART {
            continue;
        }
        labels.push_str(&" ".repeat(start - used));
        labels.push_str(label);
        floor[at] = lines.floor_tick;
    }
    (floor.into_iter().collect(), labels)
}

fn legend(curve: &Curve, ink: Ink, paint: &Paint) -> String {
    let mut items: Vec<String> = Vec::new();
    if curve.series.len() > 1 {
        for (number, series) in curve.series.iter().enumerate() {
            let sample = ink.sample(number).to_string().repeat(2);
            items.push(format!(
                "{}\u{a0}{}",
                paint.series(number, &sample),
                series.name.replace(' ', "\u{a0}")
            ));
        }
    }
    if curve.here.is_some() {
        let mark = paint.bold(&ink.here().to_string());
        items.push(format!("{mark}\u{a0}asked\u{a0}for"));
    }
    if items.is_empty() {
        return String::new();
    }
    wrapped(&items.join(" \u{a0}\u{a0}"), 2, paint.width())
}
