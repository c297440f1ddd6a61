//! What a transfer does right now, on stderr, for somebody at a terminal: rates of the last intervals, in bits or exchanges a
//! second, as a line of bars.
//!
//! It hears of finished intervals and draws; where stderr is no terminal it says once what has begun. It draws its line by
//! itself, because a progress bar fills the line up to the last column: the `^C` that a terminal writes at the cursor then
//! begins a new line, and the old one stays.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use console::{Term, truncate_str};
use netopt_core::unit::{Bytes, PerSecond};
use netopt_tcp::transfer::{Amount, Interval, Work};
use tokio::time::Instant;

use super::intervals::rate;
use super::work;
use crate::render::note;
use crate::transfer::Run;

/// How often the time should be drawn anew.
pub(crate) const TICK: Duration = Duration::from_millis(200);
/// Intervals that are drawn.
const KEPT: usize = 16;
/// Columns that stay free at the end, for the `^C`.
const FREE: usize = 3;
/// Columns where the terminal does not tell.
const USUAL: usize = 80;

/// A line that shows how it goes.
#[derive(Debug)]
pub(crate) struct Live {
    /// `None` where nobody looks.
    term: Option<Term>,
    begun: Instant,
    /// The time that it will take, where it is known.
    whole: Option<Duration>,
    message: String,
    /// Bytes of a request where exchanges are counted.
    request: Option<Bytes>,
    latest: VecDeque<f64>,
}

impl Live {
    /// Begins.
    #[must_use]
    pub(crate) fn begin(run: &Run, peer: SocketAddr) -> Self {
        let term = Some(Term::buffered_stderr()).filter(Term::is_term);
        let message = format!("{} · {}", peer, work(&run.spec));
        if term.is_none() {
            note(format_args!("{message}: running"));
        }
        let live = Self {
            term,
            begun: Instant::now(),
            whole: match run.spec.amount {
                Amount::Time(time) => Some(time),
                Amount::Bytes(_) => None,
            },
            message,
            request: match run.spec.work {
                Work::Exchanges { request, .. } | Work::Connects { request, .. } => Some(request),
                Work::Bulk(_) | Work::Mixed { .. } | Work::Datagrams { .. } => None,
            },
            latest: VecDeque::new(),
        };
        live.draw();
        live
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
        let rates = rates(interval, self.request);
        self.message = format!("{rates}  {}", sparks(&self.latest));
        self.draw();
    }

    /// Draws the line anew.
    pub(crate) fn draw(&self) {
        let Some(term) = &self.term else {
            return;
        };
        let columns = term
            .size_checked()
            .map_or(USUAL, |(_, columns)| usize::from(columns));
        let elapsed = self.begun.elapsed();
        let text = line(elapsed, self.whole, &self.message, columns);
        // A terminal that went away is nobody's loss.
        term.clear_line()
            .and_then(|()| term.write_str(&text))
            .and_then(|()| term.flush())
            .ok();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(term) = &self.term {
            term.clear_line().and_then(|()| term.flush()).ok();
        }
    }
}

/// The line, cut where it would come near to the last column.
fn line(elapsed: Duration, whole: Option<Duration>, message: &str, columns: usize) -> String {
    let took = elapsed.as_secs();
    let of = whole.map_or_else(String::new, |whole| {
        format!(" of {}", whole.as_secs_f64().ceil())
    });
    let text = format!("{took}{of} s  {message}");
    truncate_str(&text, columns.saturating_sub(FREE), "…").into_owned()
}

/// What goes each way, or how many exchanges there are.
fn rates(interval: &Interval, request: Option<Bytes>) -> String {
    let time = interval.to - interval.from;
    if let Some((request, bytes)) = request.zip(interval.up) {
        let exchanges = bytes.get() / request.get().max(1);
        let rate = PerSecond::of(exchanges, time);
        return rate.map_or_else(|| "-".to_owned(), |rate| format!("exchanges {rate}"));
    }
    let ways = [("up", interval.up), ("down", interval.down)];
    let rates: Vec<String> = ways
        .into_iter()
        .filter(|(_, bytes)| bytes.is_some_and(|bytes| bytes.get() > 0))
        .map(|(name, bytes)| format!("{name} {}", rate(bytes, time)))
        .collect();
    rates.join("  ")
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
    fn the_line_leaves_the_last_columns_free() {
        let told = |columns| {
            let whole = Some(Duration::from_secs(10));
            line(
                Duration::from_millis(3200),
                whole,
                "up 1.0 Gbit/s  ▁▂",
                columns,
            )
        };
        assert_eq!(told(80), "3 of 10 s  up 1.0 Gbit/s  ▁▂");
        assert_eq!(told(20), "3 of 10 s  up 1.…");
        assert_eq!(line(Duration::ZERO, None, "bulk", 80), "0 s  bulk");
    }

    #[test]
    fn exchanges_are_told_as_such_and_bytes_as_rates() {
        let interval = Interval {
            to: Duration::from_secs(2),
            up: Some(Bytes::new(1_000)),
            down: Some(Bytes::new(250_000)),
            ..Interval::default()
        };
        let told = rates(&interval, Some(Bytes::new(100)));
        assert!(told.starts_with("exchanges 5"), "{told}");
        assert_eq!(rates(&interval, None), "up 4.0 kbit/s  down 1.0 Mbit/s");
    }

    #[test]
    fn bars_stand_to_scale_and_nothing_is_the_lowest() {
        assert_eq!(sparks(&[0.0, 7.0, 3.5].into()), "▁█▅");
        assert_eq!(sparks(&[0.0].into()), "▁");
    }
}
