//! When a line was busy: its spells of work, and so the pauses between them.
//!
//! A sender that waits for its window leaves the line idle in the middle of an answer. A share of busy time does not show
//! that, and a model of the sender only guesses it; the spells say it to the nanosecond. Packets that follow one another
//! without a pause are one spell, so a full line needs a single one. What it leaves alone: whose packets they were.

use std::collections::VecDeque;
use std::time::Duration;

use netopt_core::unit::Bytes;

/// Spells that are kept; older ones are forgotten. It is 48 kB, and some hundred calls.
const MOST_SPELLS: usize = 2048;

/// A stretch of time without a pause on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// When the first bit was put on the line, from the start of the path.
    pub begins: Duration,
    /// When the last bit had left it.
    pub ends: Duration,
    /// The IP bytes that it carried, headers included.
    pub bytes: Bytes,
}

impl Spell {
    /// How long the line was busy.
    #[must_use]
    pub const fn length(&self) -> Duration {
        self.ends.saturating_sub(self.begins)
    }
}

/// Collects the latest spells of a line.
#[derive(Debug, Default)]
pub(super) struct Spells(VecDeque<Spell>);

impl Spells {
    /// Packets come in the order in which the line carries them.
    pub(super) fn add(&mut self, begins: Duration, ends: Duration, bytes: Bytes) {
        if let Some(last) = self.0.back_mut().filter(|last| last.ends >= begins) {
            last.ends = last.ends.max(ends);
            last.bytes += bytes;
            return;
        }
        if self.0.len() == MOST_SPELLS {
            self.0.pop_front();
        }
        self.0.push_back(Spell {
            begins,
            ends,
            bytes,
        });
    }

    /// The latest spells in order of time. The last one may go on beyond now.
    pub(super) fn latest(&self) -> Vec<Spell> {
        self.0.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn packets_without_a_pause_are_one_spell() {
        let mut spells = Spells::default();
        for (begins, ends) in [(1, 2), (2, 3), (7, 9)] {
            spells.add(MS * begins, MS * ends, Bytes::new(1500));
        }
        let told: Vec<_> = spells
            .latest()
            .iter()
            .map(|spell| (spell.begins, spell.length(), spell.bytes.get()))
            .collect();
        assert_eq!(told, [(MS, MS * 2, 3000), (MS * 7, MS * 2, 1500)]);
    }

    #[test]
    fn only_the_latest_are_kept() {
        let mut spells = Spells::default();
        for number in 0..5000_u32 {
            spells.add(MS * (2 * number), MS * (2 * number + 1), Bytes::new(1));
        }
        let kept = spells.latest();
        assert_eq!(kept.len(), MOST_SPELLS);
        assert_eq!(kept.last().unwrap().begins, MS * 9998);
    }
}
