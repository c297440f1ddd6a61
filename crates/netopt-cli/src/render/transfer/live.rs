//! What a transfer does right now, on stderr, for somebody at a terminal: rates of the last intervals as a line of bars.
//!
//! It hears of finished intervals and draws; where stderr is no terminal it says once what has begun.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use netopt_tcp::transfer::{Amount, Interval};

use super::intervals::rate;
use super::work;
use crate::render::note;
use crate::transfer::Run;

/// How often the time that is left is drawn anew.
const TICK: Duration = Duration::from_millis(200);
/// Intervals that are drawn.
const KEPT: usize = 16;

/// A line that shows how it goes.
#[derive(Debug)]
pub(crate) struct Live {
    bar: ProgressBar,
    latest: VecDeque<f64>,
}

impl Live {
    /// Begins.
    #[must_use]
    pub(crate) fn begin(run: &Run, peer: SocketAddr) -> Self {
        let (length, template) = match run.spec.amount {
            Amount::Time(time) => (time.as_secs().max(1), "{elapsed} of {len} s  {wide_msg}"),
            Amount::Bytes(_) => (0, "{elapsed}  {wide_msg}"),
        };
        let bar = ProgressBar::new(length);
        let text = format!("{} · {}", peer, work(&run.spec));
        if bar.is_hidden() {
            note(format_args!("{text}: running"));
        } else {
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(text);
            bar.enable_steady_tick(TICK);
        }
        Self {
            bar,
            latest: VecDeque::new(),
        }
    }

    /// One more interval.
    pub(crate) fn show(&mut self, interval: &Interval) {
        let time = interval.to - interval.from;
        let bytes = interval.up.unwrap_or_default().get() + interval.down.unwrap_or_default().get();
        self.latest
            .push_back(bytes as f64 / time.as_secs_f64().max(1e-9));
        if self.latest.len() > KEPT {
            self.latest.pop_front();
        }
        let ways = [("up", interval.up), ("down", interval.down)];
        let rates: Vec<String> = ways
            .into_iter()
            .filter(|(_, bytes)| bytes.is_some_and(|bytes| bytes.get() > 0))
            .map(|(name, bytes)| format!("{name} {}", rate(bytes, time)))
            .collect();
        self.bar
            .set_message(format!("{}  {}", rates.join("  "), sparks(&self.latest)));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for each, to scale with the highest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of eight"
)]
fn sparks(rates: &VecDeque<f64>) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = rates.iter().copied().fold(0.0, f64::max);
    let height = |rate: f64| (rate / highest.max(1e-9) * 7.0).round() as usize;
    rates
        .iter()
        .map(|rate| BARS[height(*rate).min(7)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_to_scale_and_nothing_is_the_lowest() {
        assert_eq!(sparks(&[0.0, 7.0, 3.5].into()), "▁█▅");
        assert_eq!(sparks(&[0.0].into()), "▁");
    }
}
