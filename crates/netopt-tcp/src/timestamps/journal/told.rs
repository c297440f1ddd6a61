//! What the kernel told of one byte, step by step.

use super::super::clock::Wall;
use super::super::control::Step;

/// What the kernel told of one byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// The low 32 bits of its offset.
    pub(super) key: u32,
    pub(super) scheduled: Option<Wall>,
    pub(super) sent: Option<Wall>,
    pub(super) acknowledged: Option<Wall>,
    pub(super) times_sent: u32,
}

impl Told {
    pub(super) const fn of(key: u32) -> Self {
        Self {
            key,
            scheduled: None,
            sent: None,
            acknowledged: None,
            times_sent: 0,
        }
    }

    /// Notes one step. The first time of each counts: later ones are of copies.
    pub(super) fn note(&mut self, step: Step, at: Wall) {
        match step {
            Step::Scheduled => self.scheduled = self.scheduled.or(Some(at)),
            Step::Sent => {
                self.sent = self.sent.or(Some(at));
                self.times_sent += 1;
            }
            Step::Acknowledged => self.acknowledged = self.acknowledged.or(Some(at)),
        }
    }
}
