//! A grid of cells on which lines are drawn: finely with braille dots, or with one mark a series.
//!
//! Braille has eight dots a cell but no way to tell lines apart without colours, and needs a terminal that knows it. Marks
//! are plain ASCII.

use super::super::Paint;

/// The lowest character of the braille block, with no dot.
const BRAILLE: u32 = 0x2800;
/// The bit of each dot of a cell, by row and column.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// The mark of each series in plain text.
const MARKS: [char; 6] = ['*', '+', 'o', 'x', '#', '%'];

/// With what lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Dots, eight to a cell.
    Braille,
    /// A mark for each series, one to a cell.
    Marks,
}

impl Ink {
    /// Dots in a cell: across and down.
    const fn dots(self) -> (usize, usize) {
        match self {
            Self::Braille => (2, 4),
            Self::Marks => (1, 1),
        }
    }

    /// The mark of the point that was asked for.
    pub(super) const fn here(self) -> char {
        match self {
            Self::Braille => '●',
            Self::Marks => '@',
        }
    }

    /// What stands for a series in the legend.
    pub(super) const fn sample(self, series: usize) -> char {
        match self {
            Self::Braille => '\u{2812}',
            Self::Marks => MARKS[series % MARKS.len()],
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    bits: u32,
    series: Option<usize>,
    is_here: bool,
}

impl Cell {
    const fn look(&self) -> Look {
        match self.series {
            _ if self.is_here => Look::Here,
            Some(series) => Look::Series(series),
            None => Look::Empty,
        }
    }
}

/// What a cell is painted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Empty,
    Series(usize),
    Here,
}

/// The grid.
#[derive(Debug)]
pub(super) struct Canvas {
    ink: Ink,
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(super) fn new(ink: Ink, columns: usize, rows: usize) -> Self {
        let cells = vec![Cell::default(); columns * rows];
        Self {
            ink,
            columns,
            rows,
            cells,
        }
    }

    /// Draws a line through places from 0 to 1, from the left and from below.
    pub(super) fn line(&mut self, series: usize, places: &[(f64, f64)]) {
        let dots: Vec<_> = places.iter().map(|place| self.dot(*place)).collect();
        for pair in dots.windows(2) {
            if let [from, to] = pair {
                self.stroke(series, *from, *to);
            }
        }
        if let [only] = dots.as_slice() {
            self.set(series, *only);
        }
    }

    /// Marks the place that was asked for.
    pub(super) fn here(&mut self, place: (f64, f64)) {
        let (across, down) = self.ink.dots();
        let (x, y) = self.dot(place);
        if let Some(cell) = self.cells.get_mut(y / down * self.columns + x / across) {
            cell.is_here = true;
        }
    }

    /// The lines of the grid from the top.
    pub(super) fn rows(&self, paint: &Paint) -> Vec<String> {
        self.cells
            .chunks(self.columns)
            .map(|row| {
                let same = |a: &Cell, b: &Cell| a.look() == b.look();
                row.chunk_by(same)
                    .map(|run| self.shown(run, paint))
                    .collect()
            })
            .collect()
    }

    /// Cells that look alike, painted at once.
    fn shown(&self, run: &[Cell], paint: &Paint) -> String {
        let drawn: String = run.iter().map(|cell| self.drawn(cell)).collect();
        match run.first().map(Cell::look) {
            Some(Look::Here) => paint.bold(&drawn),
            Some(Look::Series(series)) => paint.series(series, &drawn),
            _ => drawn,
        }
    }

    fn drawn(&self, cell: &Cell) -> char {
        match (cell.look(), self.ink) {
            (Look::Empty, _) => ' ',
            (Look::Here, ink) => ink.here(),
            (Look::Series(_), Ink::Braille) => char::from_u32(BRAILLE + cell.bits).unwrap_or(' '),
            (Look::Series(series), Ink::Marks) => MARKS[series % MARKS.len()],
        }
    }

    /// The dot at a place; rows count from the top.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "places from 0 to 1 times a number of dots"
    )]
    fn dot(&self, (x, y): (f64, f64)) -> (usize, usize) {
        let (across, down) = self.ink.dots();
        let at = |place: f64, dots: usize| {
            (place.clamp(0.0, 1.0) * dots.saturating_sub(1) as f64).round() as usize
        };
        (at(x, self.columns * across), at(1.0 - y, self.rows * down))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "dots of a terminal"
    )]
    fn stroke(&mut self, series: usize, from: (usize, usize), to: (usize, usize)) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let at =
                |a: usize, b: usize| (a as f64 + (b as f64 - a as f64) * part).round() as usize;
            self.set(series, (at(from.0, to.0), at(from.1, to.1)));
        }
    }

    fn set(&mut self, series: usize, (x, y): (usize, usize)) {
        let (across, down) = self.ink.dots();
        let index = y / down * self.columns + x / across;
        if let Some(cell) = self.cells.get_mut(index) {
            cell.bits |= DOTS[y % down][x % across];
            // The first line keeps its cells, so that a later one does not hide it.
            cell.series.get_or_insert(series);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_goes_from_corner_to_corner() {
        let paint = Paint::plain(60);
        let mut fine = Canvas::new(Ink::Braille, 2, 1);
        fine.line(0, &[(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(fine.rows(&paint), ["⡠⠊"]);
        let mut plain = Canvas::new(Ink::Marks, 3, 3);
        plain.line(1, &[(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(plain.rows(&paint), ["  +", " + ", "+  "]);
    }

    #[test]
    fn no_place_is_off_the_canvas() {
        let mut canvas = Canvas::new(Ink::Braille, 4, 2);
        for place in [(-1.0, 2.0), (f64::NAN, 0.5), (9.0, -9.0)] {
            canvas.line(0, &[place]);
            canvas.here(place);
        }
        let widths = canvas.rows(&Paint::plain(60));
        assert!(widths.iter().all(|row| row.chars().count() == 4));
    }
}
