//! The time axis that all bars of a report share, and its scale.

use std::time::Duration;

use netopt_core::unit::show_duration;

/// Columns between two marks of the scale, at least: room for the label of the first.
const LEAST_BETWEEN: u32 = 9;

/// What waits in a queue for less than this share of the axis is left out: that is the pool's own work.
const SHORT: f64 = 0.02;

/// From zero to the longest time, over so many cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    longest: Duration,
    cells: usize,
}

impl Axis {
    pub(super) fn new(longest: Duration, cells: usize) -> Self {
        Self {
            longest: longest.max(Duration::from_nanos(1)),
            cells,
        }
    }

    pub(super) const fn cells(&self) -> usize {
        self.cells
    }

    /// Where the time lies, 0 to 1.
    pub(super) fn place(&self, time: Duration) -> f64 {
        (time.as_secs_f64() / self.longest.as_secs_f64()).min(1.0)
    }

    /// Hardly to be seen.
    pub(super) fn is_short(&self, time: Duration) -> bool {
        self.place(time) < SHORT
    }

    /// Marks at round times, each with its label to the right; the longest time where none but zero finds room.
    pub(super) fn scale(&self) -> String {
        let step = self.step();
        let mut scale = String::new();
        for mark in (0_u32..).map_while(|number| step.checked_mul(number)) {
            let column = self.column(mark);
            let label = label(mark);
            if column + 1 + label.chars().count() > self.cells {
                break;
            }
            let gap = column.saturating_sub(scale.chars().count());
            scale.extend(std::iter::repeat_n(' ', gap));
            scale.push('\u{258f}');
            scale += &label;
        }
        if !scale.contains(' ') {
            let end = format!("{}\u{2595}", show_duration(self.longest));
            let room = self.cells.saturating_sub(scale.chars().count());
            if end.chars().count() < room {
                scale += &format!("{end:>room$}");
            }
        }
        scale
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place from 0 to 1 times a number of columns"
    )]
    fn column(&self, time: Duration) -> usize {
        (time.as_secs_f64() / self.longest.as_secs_f64() * self.cells as f64).round() as usize
    }

    /// The smallest step of 1, 2 or 5 times a power of ten that leaves room for a label.
    fn step(&self) -> Duration {
        let cells = u32::try_from(self.cells)
            .unwrap_or(u32::MAX)
            .max(LEAST_BETWEEN);
        let least = self.longest * LEAST_BETWEEN / cells;
        let mut power = Duration::from_nanos(1);
        loop {
            for factor in [1, 2, 5] {
                if power * factor >= least {
                    return power * factor;
                }
            }
            power *= 10;
        }
    }
}

/// A round time without digits that say nothing.
fn label(time: Duration) -> String {
    if time.is_zero() {
        return "0".to_owned();
    }
    let shown = show_duration(time);
    match shown.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!(
                "{} {unit}",
                number.trim_end_matches('0').trim_end_matches('.')
            )
        }
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_where_they_belong() {
        let axis = Axis::new(Duration::from_millis(42), 42);
        assert_eq!(axis.scale(), "▏0        ▏10 ms    ▏20 ms    ▏30 ms");
        let axis = Axis::new(Duration::from_millis(42), 84);
        assert_eq!(axis.scale().matches('▏').count(), 8, "{}", axis.scale());
    }

    #[test]
    fn a_short_axis_names_its_end() {
        let axis = Axis::new(Duration::from_micros(5_720), 22);
        assert_eq!(axis.scale(), "▏0            5.72 ms▕");
    }

    #[test]
    fn no_scale_is_wider_than_its_axis() {
        for micros in [1, 7, 99, 1_234, 56_789, 1_000_000, 137_000_000] {
            for cells in 10..90 {
                let scale = Axis::new(Duration::from_micros(micros), cells).scale();
                assert!(
                    scale.chars().count() <= cells,
                    "{micros} µs, {cells}: {scale}"
                );
                assert!(scale.starts_with("▏0"));
            }
        }
    }
}
