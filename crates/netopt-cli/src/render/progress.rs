//! Progress on stderr: a bar with the time left on a terminal, a line for each stage elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::note;
use crate::line::{Progress, Stage};

/// Shows how far the line is.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Shows nothing yet.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { bar: None }
    }

    /// Leaves the terminal as it was.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn begin(&mut self, stage: Stage, calls: u64) {
        self.clear();
        let text = match stage {
            Stage::Measure => "measuring today's client",
            Stage::Survey => "telling causes apart",
            Stage::Prove => "proving each change",
            Stage::Confirm => "confirming the plan",
        };
        let bar = ProgressBar::new(calls);
        if bar.is_hidden() {
            note(format_args!("{text} ({calls} calls at the most)"));
            return;
        }
        let style = ProgressStyle::with_template(
            "{msg:<26} {bar:30.cyan/black.bright} {pos:>5}/{len} calls  {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━━─"));
        }
        bar.set_message(text);
        bar.enable_steady_tick(Duration::from_millis(200));
        self.bar = Some(bar);
    }

    fn left(&mut self, calls: u64) {
        if let Some(bar) = &self.bar {
            let total = bar.length().unwrap_or(calls).max(calls);
            bar.set_position(total - calls);
        }
    }

    fn end(&mut self) {
        self.clear();
    }
}
