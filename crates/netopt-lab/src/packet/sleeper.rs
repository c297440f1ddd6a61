//! Waits until a deadline or until a packet comes, and learns how late the kernel wakes.
//!
//! A thread that sleeps to a deadline wakes some 50 to 100 µs behind it, always. So the sleeper asks for less, by what the
//! last wake-ups were late, and wakes a little early. The last microseconds it spins, never more of them: a line with a packet
//! every 50 µs would otherwise cost a whole processor, and its neighbours need one, too. What it leaves alone: what is done
//! then.

use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Instant;

/// So much is spun at the most, and not slept: waking from it would take longer.
const LONGEST_SPIN: Duration = Duration::from_micros(20);

/// What is asked of the kernel at least. Less would end a sleep before it began.
const SHORTEST_SLEEP: Duration = Duration::from_micros(10);

/// A wake-up that is later than this says nothing about the next: somebody else had the core.
const LARGEST_LEAD: Duration = Duration::from_micros(300);

/// Each wake-up moves the lead by this share of what it was off.
const GAIN: u32 = 8;

/// Why the sleep is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// The deadline is near, or a packet is there.
    ToWork,
    /// Nobody needs the link any more.
    ToEnd,
}

/// Waits on the two devices of a link and on the word that it is over.
#[derive(Debug)]
pub(super) struct Sleeper {
    over: PipeReader,
    lead: Duration,
    spun: Duration,
}

impl Sleeper {
    /// `over` is hung up on when the link shall end.
    pub(super) const fn new(over: PipeReader) -> Self {
        Self {
            over,
            lead: Duration::ZERO,
            spun: Duration::ZERO,
        }
    }

    /// How long it has spun: processor time without work.
    pub(super) const fn spun(&self) -> Duration {
        self.spun
    }

    /// Sleeps until shortly before `deadline`, or until one of the devices has a packet.
    pub(super) fn sleep(&mut self, devices: [&OwnedFd; 2], deadline: Instant) -> io::Result<Woken> {
        let before = Instant::now();
        let wanted = deadline.saturating_duration_since(before);
        if wanted <= LONGEST_SPIN {
            while Instant::now() < deadline {
                std::hint::spin_loop();
            }
            self.spun += wanted;
            return Ok(Woken::ToWork);
        }
        let asked = wanted.saturating_sub(self.lead).max(SHORTEST_SLEEP);
        let mut fds = [
            PollFd::new(devices[0], PollFlags::IN),
            PollFd::new(devices[1], PollFlags::IN),
            PollFd::new(&self.over, PollFlags::IN),
        ];
        let timeout = Timespec::try_from(asked).expect("a deadline is less than an hour away");
        let ready = match poll(&mut fds, Some(&timeout)) {
            Ok(ready) => ready,
            Err(rustix::io::Errno::INTR) => return Ok(Woken::ToWork),
            Err(error) => return Err(error.into()),
        };
        if !fds[2].revents().is_empty() {
            return Ok(Woken::ToEnd);
        }
        if ready == 0 {
            self.learn(before.elapsed().saturating_sub(asked));
        }
        Ok(Woken::ToWork)
    }

    /// Follows the lateness of wake-ups, slowly and within bounds.
    fn learn(&mut self, late: Duration) {
        let late = late.min(LARGEST_LEAD);
        self.lead = (self.lead * (GAIN - 1) + late) / GAIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_follows_steady_lateness_and_is_not_thrown_by_one_long_stop() {
        let (over, _hold) = io::pipe().unwrap();
        let mut sleeper = Sleeper::new(over);
        for _ in 0..100 {
            sleeper.learn(Duration::from_micros(60));
        }
        assert!(sleeper.lead.abs_diff(Duration::from_micros(60)) < Duration::from_micros(2));
        sleeper.learn(Duration::from_millis(50));
        assert!(sleeper.lead < Duration::from_micros(95));
    }
}
