//! How far the calls are, on stderr, for somebody at a terminal.
//!
//! It hears of finished calls and draws; it is cleared before a report is printed. Where stderr is no terminal nothing is
//! drawn at all.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the time that is left is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// A line that shows how many calls were made, and the time that is left.
#[derive(Debug)]
pub(crate) struct Meter(ProgressBar);

impl Meter {
    /// Begins; so many calls will be made at the most.
    #[must_use]
    pub(crate) fn begin(target: &str, calls: u64) -> Self {
        let bar = ProgressBar::new(calls);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:16} {pos} of {len} calls, {eta} left  {wide_msg}")
        {
            bar.set_style(style.progress_chars("█▌░"));
        }
        bar.set_message(target.to_owned());
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// One more call.
    pub(crate) fn count(&self) {
        self.0.inc(1);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
