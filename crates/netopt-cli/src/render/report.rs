//! The report for people: what was measured, where the time goes, what was found, what is proven, what to do.

mod findings;
mod outcome;
mod time;

use std::fmt::Write as _;

use netopt_core::change::Change;
use netopt_core::unit::{Ratio, show_duration};

use super::{Paint, labelled, wrapped};
use crate::line::{Ending, Story};

/// What stands where a value is unknown.
const UNKNOWN: &str = "not measured";

/// The report on one target.
#[must_use]
pub(crate) fn report(story: &Story, paint: &Paint) -> String {
    let mut text = String::new();
    head(&mut text, story, paint);
    time::draw(&mut text, story, paint);
    findings::list(&mut text, story, paint);
    outcome::tell(&mut text, story, paint);
    for note in &story.notes {
        text.push_str(&wrapped(
            &format!("{} {note}", paint.yellow("note:")),
            0,
            paint.width(),
        ));
    }
    text
}

fn head(text: &mut String, story: &Story, paint: &Paint) {
    let metrics = &story.metrics;
    let _ = writeln!(
        text,
        "{}  {}",
        paint.bold("netopt"),
        paint.cyan(&story.target.to_string())
    );
    let today: Vec<String> = story.facts.client.changes().iter().map(shown).collect();
    let today = if today.is_empty() {
        "an ordinary client".to_owned()
    } else {
        today.join(", ")
    };
    row(text, paint, "client today", &today);
    let window = story.facts.baseline.window;
    let rate = metrics
        .throughput(window)
        .map_or_else(String::new, |rate| format!(" ({rate})"));
    let ended = match story.ending {
        Ending::Complete => "",
        Ending::Interrupted => ", interrupted",
        Ending::Lost => ", and then no answer came",
    };
    let calls = format!(
        "{} calls in {}{rate}, workload {}, {} calls in all{ended}",
        metrics.count(),
        show_duration(window),
        story.workload,
        story.calls
    );
    row(text, paint, "measured", &calls);
    let quantile = |q| {
        metrics
            .latency()
            .quantile(q)
            .map_or_else(|| UNKNOWN.to_owned(), show_duration)
    };
    let share =
        |ratio: Option<Ratio>| ratio.map_or_else(|| UNKNOWN.to_owned(), |ratio| ratio.to_string());
    let line = format!(
        "p50 {}   p99 {}   errors {}   reuse {}   n {}",
        paint.bold(&quantile(0.5)),
        quantile(0.99),
        share(metrics.error_ratio()),
        share(metrics.reuse_ratio()),
        metrics.count()
    );
    row(text, paint, "latency", &line);
    for (class, count) in metrics.errors() {
        row(
            text,
            paint,
            "errors",
            &paint.red(&format!("{count} x {class}")),
        );
    }
    text.push('\n');
}

fn row(text: &mut String, paint: &Paint, label: &str, value: &str) {
    let label = format!("{label:<15}");
    text.push_str(&labelled(
        2,
        &label,
        &paint.dim(&label),
        value,
        paint.width(),
    ));
}

/// `http.keep_alive off`
fn shown(change: &Change) -> String {
    format!("{} {}", change.name(), change.value())
}
