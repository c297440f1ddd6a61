//! Progress of an exam on stderr: a bar with the time left on a terminal, a line for each run elsewhere.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use netopt_core::unit::show_duration;

use super::note;
use crate::scenario::{Mark, Run};

/// Shows how far an exam is.
#[derive(Debug)]
pub(crate) struct Sitting {
    bar: ProgressBar,
}

impl Sitting {
    /// So many runs are to come, if none is void.
    #[must_use]
    pub(crate) fn begin(runs: usize) -> Self {
        let bar = ProgressBar::new(runs as u64);
        let style = ProgressStyle::with_template(
            "{msg:<40} {bar:24.cyan/black.bright} {pos:>3}/{len} runs  {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━━─"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// A run begins.
    pub(crate) fn started(&self, file: &Path, seed: u64) {
        self.bar
            .set_message(format!("{}, seed {seed}", short(file)));
    }

    /// A run is over.
    pub(crate) fn ended(&self, file: &Path, run: &Run) {
        self.bar.inc(1);
        let how = match &run.mark {
            Mark::Passed => "passed".to_owned(),
            Mark::Failed(problems) => format!("failed: {}", problems.join("; ")),
            Mark::Void(why) => format!("void: {why}"),
            Mark::Interrupted => "interrupted".to_owned(),
        };
        let took = show_duration(run.took);
        self.say(&format!(
            "{}, seed {}: {how} ({took})",
            short(file),
            run.seed
        ));
    }

    /// A case does not run at all.
    pub(crate) fn skipped(&self, file: &Path, reason: &str) {
        self.say(&format!("{}: skipped: {reason}", short(file)));
    }

    /// Leaves the terminal as it was.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            note(line);
        } else {
            self.bar.println(line);
        }
    }
}

/// The name of a file without its directories.
fn short(file: &Path) -> String {
    file.file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy()
        .into_owned()
}
