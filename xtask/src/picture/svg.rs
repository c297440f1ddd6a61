//! Draws lines of cells as an SVG: a dark, rounded terminal window with a command line and its output.
//!
//! Viewers have different monospaced fonts, some without the bars and ticks, so letters are not trusted to
//! be as wide as a cell: every run of cells of one style says where it begins and how long it is, and runs
//! end at wide gaps and where plain letters meet drawn ones. The same cells give the same bytes.

use std::fmt::Write as _;

use super::ansi::{Attributes, Cell, Style};
use super::colour::{BACKGROUND, Colour, FOREGROUND};

/// The width of a cell; all lengths are in tenths of a pixel, so that no rounding differs between machines.
const CELL_WIDTH: usize = 84;

/// The height of a line.
const LINE_HEIGHT: usize = 200;

/// From the top of a line to the feet of its letters.
const BASELINE: usize = 147;

/// Between the border of the window and its text.
const PADDING: usize = 180;

/// The strip at the top with the three buttons.
const TITLE_BAR: usize = 340;

/// The font, from the best to the most common.
const FONT: &str = "ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/// The colours of the three buttons.
const BUTTONS: [&str; 3] = ["#ec6a5e", "#f4bf4f", "#61c554"];

/// The prompt before the command.
const PROMPT: Style = Style {
    foreground: Some(Colour::Indexed(2)),
    background: None,
    attributes: Attributes::BOLD,
};

/// The picture of a terminal at least `columns` wide in which `command` has printed `lines`.
pub(super) fn draw(lines: &[Vec<Cell>], columns: usize, command: &str) -> String {
    let mut shown = vec![prompt(command), Vec::new()];
    shown.extend_from_slice(lines);
    let columns = shown.iter().map(Vec::len).max().unwrap_or(0).max(columns);
    let width = 2 * PADDING + columns * CELL_WIDTH;
    let height = TITLE_BAR + shown.len() * LINE_HEIGHT + PADDING;

    let mut svg = String::new();
    window(&mut svg, width, height, command);
    for (row, line) in shown.iter().enumerate() {
        draw_line(&mut svg, line, TITLE_BAR + row * LINE_HEIGHT);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The line a person would have typed.
fn prompt(command: &str) -> Vec<Cell> {
    let mut line = vec![Cell {
        character: '$',
        style: PROMPT,
    }];
    line.extend(" ".chars().chain(command.chars()).map(|character| Cell {
        character,
        style: Style::default(),
    }));
    line
}

/// Everything up to the first line.
fn window(svg: &mut String, width: usize, height: usize, title: &str) {
    let (width, height, title) = (px(width), px(height), escape(title));
    push(
        svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n"
        ),
    );
    push(
        svg,
        format_args!(
            "<rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"{BACKGROUND}\"/>\n"
        ),
    );
    for (index, colour) in BUTTONS.iter().enumerate() {
        let x = px(PADDING + 20 + index * 200);
        push(
            svg,
            format_args!("<circle cx=\"{x}\" cy=\"17\" r=\"6\" fill=\"{colour}\"/>\n"),
        );
    }
    push(
        svg,
        format_args!("<g font-family=\"{FONT}\" font-size=\"14\" fill=\"{FOREGROUND}\">\n"),
    );
}

/// The backgrounds of a line, then its text.
fn draw_line(svg: &mut String, line: &[Cell], top: usize) {
    let runs = runs(line);
    for run in &runs {
        if let Some(background) = run.background() {
            push(
                svg,
                format_args!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{background}\" shape-rendering=\"crispEdges\"/>\n",
                    px(PADDING + run.start * CELL_WIDTH),
                    px(top),
                    px(run.cells() * CELL_WIDTH),
                    px(LINE_HEIGHT),
                ),
            );
        }
    }
    let visible: Vec<&Run> = runs.iter().filter(|run| run.is_visible()).collect();
    if visible.is_empty() {
        return;
    }
    push(
        svg,
        format_args!("<text y=\"{}\" xml:space=\"preserve\">", px(top + BASELINE)),
    );
    for run in visible {
        push(
            svg,
            format_args!(
                "<tspan x=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"{}>{}</tspan>",
                px(PADDING + run.start * CELL_WIDTH),
                px(run.cells() * CELL_WIDTH),
                run.presentation(),
                escape(&run.text),
            ),
        );
    }
    svg.push_str("</text>\n");
}

/// Neighbouring cells that are drawn as one.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    /// The first cell, counted from 0.
    start: usize,
    text: String,
    style: Style,
}

impl Run {
    fn cells(&self) -> usize {
        self.text.chars().count()
    }

    fn is_visible(&self) -> bool {
        self.style.attributes.contains(Attributes::UNDERLINE) || !self.text.trim().is_empty()
    }

    fn is_reversed(&self) -> bool {
        self.style.attributes.contains(Attributes::REVERSE)
    }

    fn foreground(&self) -> Option<String> {
        if self.is_reversed() {
            return Some(
                self.style
                    .background
                    .map_or_else(|| BACKGROUND.to_owned(), Colour::to_hex),
            );
        }
        self.style.foreground.map(Colour::to_hex)
    }

    fn background(&self) -> Option<String> {
        if self.is_reversed() {
            return Some(
                self.style
                    .foreground
                    .map_or_else(|| FOREGROUND.to_owned(), Colour::to_hex),
            );
        }
        self.style.background.map(Colour::to_hex)
    }

    /// The attributes of the element, each with a blank before it.
    fn presentation(&self) -> String {
        let attributes = self.style.attributes;
        let mut all = String::new();
        if let Some(colour) = self.foreground() {
            push(&mut all, format_args!(" fill=\"{colour}\""));
        }
        for (attribute, text) in [
            (Attributes::BOLD, " font-weight=\"700\""),
            (Attributes::DIM, " fill-opacity=\"0.6\""),
            (Attributes::ITALIC, " font-style=\"italic\""),
            (Attributes::UNDERLINE, " text-decoration=\"underline\""),
        ] {
            if attributes.contains(attribute) {
                all.push_str(text);
            }
        }
        all
    }
}

/// Cuts a line where the style changes, where letters meet drawn characters, and around gaps of two or more.
fn runs(line: &[Cell]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, cell) in line.iter().enumerate() {
        let is_gap = |at: usize| {
            line.get(at)
                .is_some_and(|other| other.character == ' ' && other.style == cell.style)
        };
        let starts = column == 0 || {
            let before = line[column - 1];
            before.style != cell.style
                || before.character.is_ascii() != cell.character.is_ascii()
                || (is_gap(column) && !is_gap(column - 1) && is_gap(column + 1))
                || (!is_gap(column) && column > 1 && is_gap(column - 1) && is_gap(column - 2))
        };
        match runs.last_mut() {
            Some(run) if !starts => run.text.push(cell.character),
            _ => runs.push(Run {
                start: column,
                text: cell.character.to_string(),
                style: cell.style,
            }),
        }
    }
    runs
}

/// A length in pixels.
fn px(tenths: usize) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests;
