//! A curve as a standalone SVG: no scripts, no fonts and no styles from elsewhere, readable on light and dark ground.

use std::fmt::Write as _;

use super::scale::Scale;
use super::scales;
use crate::model::{Answer, Curve, Quantity, Spacing};

/// What each picture begins with; a file that begins otherwise is not ours to replace.
pub(crate) const OPENING: &str = "<!-- drawn by netopt model -->\n";

/// The edges of the area in which lines are drawn.
const LEFT: f64 = 100.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 88.0;
const BOTTOM: f64 = 400.0;
/// Room below it for ticks and name; to the right of it, and as much as the names of lines take.
const BELOW: f64 = 66.0;
const BESIDE: f64 = 40.0;
const BESIDE_NAMES: f64 = 150.0;
/// Between the names of two lines.
const LINE: f64 = 17.0;
/// Characters of a name, and of a line of what was given, that find room.
const NAME: usize = 22;
const SUBTITLE: usize = 95;

/// The colours of lines: one that is readable on light ground, one on dark; told apart by who sees no red or green too.
const COLOURS: [(&str, &str); 6] = [
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff9248"),
    ("#007f5f", "#2fc79a"),
    ("#b0478b", "#e79ac5"),
    ("#8a6d00", "#f0c930"),
    ("#4d4d4d", "#bfbfbf"),
];

/// The picture.
#[must_use]
pub(crate) fn svg(curve: &Curve, answer: &Answer) -> String {
    let (x, y) = scales(curve);
    let inputs: Vec<String> = answer.inputs.iter().map(Quantity::told).collect();
    let beside = if curve.series.len() > 1 {
        BESIDE_NAMES
    } else {
        BESIDE
    };
    let (width, height) = (RIGHT + beside, BOTTOM + BELOW);
    let mut text = OPENING.to_owned();
    let _ = writeln!(
        text,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title">"#
    );
    let _ = writeln!(
        text,
        "<title id=\"title\">{}</title>",
        escaped(&curve.title)
    );
    text += &style();
    let _ = writeln!(
        text,
        r#"<rect class="ground" width="{width}" height="{height}"/>"#
    );
    let _ = writeln!(
        text,
        r#"<text class="title" x="{LEFT}" y="30">{}</text>"#,
        escaped(&curve.title)
    );
    let given = format!("{}: {}", answer.formula, inputs.join(", "));
    for (line, y) in super::super::wrapped(&given, 0, SUBTITLE)
        .lines()
        .zip([50, 66])
    {
        let _ = writeln!(
            text,
            r#"<text class="dim" x="{LEFT}" y="{y}">{}</text>"#,
            escaped(line)
        );
    }
    axes(&mut text, curve, &x, &y);
    lines(&mut text, curve, &x, &y);
    text + "</svg>\n"
}

fn style() -> String {
    let mut light = String::new();
    let mut dark = String::new();
    for (number, (on_light, on_dark)) in COLOURS.iter().enumerate() {
        let _ = write!(
            light,
            " .l{number}{{stroke:{on_light}}} .n{number}{{fill:{on_light}}}"
        );
        let _ = write!(
            dark,
            " .l{number}{{stroke:{on_dark}}} .n{number}{{fill:{on_dark}}}"
        );
    }
    format!(
        "<style>\n\
         text{{font:13px system-ui,sans-serif;fill:#222}} .title{{font-size:17px;font-weight:600}} .dim{{fill:#666;font-size:12px}}\n\
         .ground{{fill:#fff}} .grid{{stroke:#e4e4e4}} .axis{{stroke:#888}} .end{{text-anchor:end}} .middle{{text-anchor:middle}}\n\
         .line,.axis{{fill:none}} .line{{stroke-width:2;stroke-linejoin:round}} .here{{fill:#222}}\n\
         {light}\n\
         @media (prefers-color-scheme:dark){{text{{fill:#ddd}} .dim{{fill:#999}} .ground{{fill:#16181c}} .grid{{stroke:#2c2f36}} .here{{fill:#eee}}{dark}}}\n\
         </style>\n"
    )
}

fn axes(text: &mut String, curve: &Curve, x: &Scale, y: &Scale) {
    for (value, label) in y.ticks(6) {
        let at = up(y, value);
        let _ = writeln!(
            text,
            r#"<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{at:.1}" y2="{at:.1}"/><text class="dim end" x="{:.1}" y="{:.1}">{}</text>"#,
            LEFT - 8.0,
            at + 4.0,
            escaped(&label)
        );
    }
    for (value, label) in x.ticks(7) {
        let at = along(x, value);
        let _ = writeln!(
            text,
            r#"<line class="grid" x1="{at:.1}" x2="{at:.1}" y1="{TOP}" y2="{BOTTOM}"/><text class="dim middle" x="{at:.1}" y="{:.1}">{}</text>"#,
            BOTTOM + 18.0,
            escaped(&label)
        );
    }
    let _ = writeln!(
        text,
        r#"<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>"#
    );
    let name = |label: &str, spacing| match spacing {
        Spacing::Linear => escaped(label),
        Spacing::Log => format!("{}, logarithmic", escaped(label)),
    };
    let middle = f64::midpoint(TOP, BOTTOM);
    let _ = writeln!(
        text,
        r#"<text class="middle" x="{:.1}" y="{:.1}">{}</text><text class="middle" transform="translate(20 {middle:.1}) rotate(-90)">{}</text>"#,
        f64::midpoint(LEFT, RIGHT),
        BOTTOM + 44.0,
        name(curve.x.label, curve.x.spacing),
        name(curve.y.label, curve.y.spacing)
    );
}

fn lines(text: &mut String, curve: &Curve, x: &Scale, y: &Scale) {
    let mut ends: Vec<(usize, f64)> = Vec::new();
    for (number, series) in curve.series.iter().enumerate() {
        let mut path = String::new();
        for (index, (a, b)) in series.points.iter().enumerate() {
            let letter = if index == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{:.1} {:.1}", along(x, *a), up(y, *b));
        }
        let class = number % COLOURS.len();
        let _ = writeln!(text, r#"<path class="line l{class}" d="{path}"/>"#);
        ends.extend(series.points.last().map(|(_, b)| (number, up(y, *b))));
    }
    if let Some((a, b)) = curve.here {
        let _ = writeln!(
            text,
            r#"<circle class="here" cx="{:.1}" cy="{:.1}" r="4.5"/>"#,
            along(x, a),
            up(y, b)
        );
    }
    // One line needs no name: the vertical axis has it.
    if curve.series.len() > 1 {
        for (number, at) in apart(ends) {
            let class = number % COLOURS.len();
            let name = curve.series.get(number).map_or("", |series| &series.name);
            let _ = writeln!(
                text,
                r#"<text class="n{class}" x="{:.1}" y="{:.1}">{}</text>"#,
                RIGHT + 8.0,
                at + 4.0,
                escaped(&cut(name, NAME))
            );
        }
    }
}

/// The names of lines beside their ends, so far from each other that each can be read.
fn apart(mut ends: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut least = TOP;
    for (_, at) in &mut ends {
        *at = at.max(least);
        least = *at + LINE;
    }
    let mut most = BOTTOM;
    for (_, at) in ends.iter_mut().rev() {
        *at = at.min(most);
        most = *at - LINE;
    }
    ends
}

fn along(x: &Scale, value: f64) -> f64 {
    LEFT + x.place(value) * (RIGHT - LEFT)
}

fn up(y: &Scale, value: f64) -> f64 {
    BOTTOM - y.place(value) * (BOTTOM - TOP)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The text with the characters of XML written out; what XML cannot hold becomes a blank.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_element() {
        assert_eq!(
            escaped("<a href=\"x\">&'\u{1b}"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39; "
        );
    }

    #[test]
    fn names_of_lines_are_apart_and_inside() {
        let placed = apart(vec![(0, 400.0), (1, 399.0), (2, 398.0), (3, 80.0)]);
        for pair in placed.windows(2) {
            assert!(pair[1].1 - pair[0].1 >= LINE - 1e-9, "{placed:?}");
        }
        assert!(placed.iter().all(|(_, at)| (TOP..=BOTTOM).contains(at)));
    }
}
