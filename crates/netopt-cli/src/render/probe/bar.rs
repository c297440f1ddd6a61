//! One bar: from here to there, to the eighth of a cell.
//!
//! Unicode has blocks that fill a cell from the left in eighths. From the right there are only the half and the eighth,
//! so a bar ends where it should and begins within a quarter of a cell of it.

/// Blocks that fill a cell from the left, by eighths.
const LEFT: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const RIGHT_HALF: char = '▐';
const RIGHT_EIGHTH: char = '▕';

/// A bar of exactly `cells` cells, filled between two places from 0 to 1. What happened is seen, however short.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "places from 0 to 1 times a number of columns"
)]
pub(super) fn draw(from: f64, to: f64, cells: usize) -> String {
    let whole = cells * 8;
    let at = |place: f64| (place.clamp(0.0, 1.0) * whole as f64).round() as usize;
    let start = at(from).min(whole.saturating_sub(1));
    let end = at(to).clamp((start + 1).min(whole), whole);
    (0..cells)
        .map(|cell| fill(start.max(cell * 8), end.min(cell * 8 + 8), cell))
        .collect()
}

/// A cell that is filled between two eighths of the line.
fn fill(start: usize, end: usize, cell: usize) -> char {
    let Some(length) = end.checked_sub(start).filter(|length| *length > 0) else {
        return ' ';
    };
    let begins_inside = !start.is_multiple_of(8);
    let reaches_right = end == cell * 8 + 8;
    match length {
        8 => LEFT[8],
        // Nearer to the whole cell than to its half.
        7 if reaches_right => LEFT[8],
        3..=6 if begins_inside && reaches_right => RIGHT_HALF,
        1..=2 if begins_inside && reaches_right => RIGHT_EIGHTH,
        _ => LEFT[length],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_to_scale() {
        assert_eq!(draw(0.0, 1.0, 4), "████");
        assert_eq!(draw(0.0, 0.5, 4), "██  ");
        assert_eq!(draw(0.5, 1.0, 4), "  ██");
        assert_eq!(draw(0.125, 0.625, 4), "▐█▌ ");
        assert_eq!(draw(0.25, 0.28125, 4), " ▏  ");
    }

    #[test]
    fn what_took_no_time_is_still_seen() {
        for place in [0.0, 0.3, 0.999, 1.0] {
            let drawn = draw(place, place, 10);
            assert_eq!(
                drawn.chars().filter(|c| *c != ' ').count(),
                1,
                "{place}: {drawn:?}"
            );
        }
    }

    #[test]
    fn a_bar_is_as_wide_as_its_cells() {
        for step in 0..=100 {
            let place = f64::from(step) / 100.0;
            for cells in [0, 1, 7, 50] {
                assert_eq!(draw(place, place + 0.1, cells).chars().count(), cells);
                assert_eq!(draw(0.0, place, cells).chars().count(), cells);
            }
        }
    }
}
