//! Where the time of a typical call goes, as bars to scale.

use std::fmt::Write as _;
use std::time::Duration;

use netopt_core::model::latency::Term;
use netopt_core::unit::show_duration;

use super::{Paint, Story};

/// Columns that a row needs beside its bar.
const BESIDE: usize = 42;
/// A shorter bar says nothing and is left out.
const LEAST_BAR: usize = 6;
/// Less than this share of the total is not drawn.
const LEAST_SHARE: f64 = 0.005;

pub(super) fn draw(text: &mut String, story: &Story, paint: &Paint) {
    let Some(breakdown) = &story.breakdown else {
        return;
    };
    let total = breakdown.total();
    let _ = writeln!(
        text,
        "{} {}",
        paint.bold("A typical call"),
        paint.dim(&format!("takes {}", show_duration(total)))
    );
    let terms = Term::ALL
        .into_iter()
        .filter_map(|term| Some((term.name().replace('_', " "), breakdown.term(term)?)));
    let residual = Duration::from_secs_f64(breakdown.residual_ms().max(0.0) / 1e3);
    let mut before = 0.0;
    for (name, time) in terms.chain([("not explained".to_owned(), residual)]) {
        let share = share_of(time, total);
        if share >= LEAST_SHARE {
            let line = format!(
                "  {name:<14} {:>9}  {:>5.1} %",
                show_duration(time),
                share * 100.0
            );
            let room = paint.width().saturating_sub(BESIDE);
            let bar = if room < LEAST_BAR {
                String::new()
            } else {
                format!("  {}", paint.cyan(&bar(before, share, room)))
            };
            let _ = writeln!(text, "{line}{bar}");
        }
        before += share;
    }
    text.push('\n');
}

fn share_of(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        0.0
    } else {
        part.as_secs_f64() / whole.as_secs_f64()
    }
}

/// A bar from `before` to `before + share` of `room` columns, in eighths.
fn bar(before: f64, share: f64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(clippy::cast_precision_loss, reason = "a terminal is narrow")]
    let columns = room as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares of a narrow terminal"
    )]
    let eighths = |share: f64| (share.clamp(0.0, 1.0) * columns * 8.0).round() as usize;
    let start = eighths(before) / 8;
    let length = eighths(share)
        .max(1)
        .min((room.saturating_sub(start)).max(1) * 8);
    format!(
        "{}{}{}",
        " ".repeat(start),
        "█".repeat(length / 8),
        PARTS[length % 8]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_to_scale_and_stay_within_their_room() {
        assert_eq!(bar(0.0, 0.5, 10), "█████");
        assert_eq!(bar(0.5, 0.5, 10), "     █████");
        assert_eq!(bar(0.0, 0.0625, 2), "▏");
        for before in [0.0, 0.3, 0.99, 1.0] {
            assert!(bar(before, 1.0, 20).chars().count() <= 21);
        }
    }
}
