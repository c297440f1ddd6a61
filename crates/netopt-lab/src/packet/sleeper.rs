//! Waits until a deadline or until a packet comes, and learns how late the kernel wakes.
//!
//! A thread that sleeps to a deadline wakes some 50 to 100 µs behind it, always. So the sleeper asks for less, by what the
//! last wake-ups were late, and wakes a little early. The last microseconds it spins, never more of them: a line with a packet
//! every 50 µs would otherwise cost a whole processor, and its neighbours need one, too. A packet that ends a sleep came
//! before the thread ran: the kernel knows by how much. What it leaves alone: what is done then.

use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Instant;

use super::run_delay::RunDelay;

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
    /// The deadline is near.
    ByTime,
    /// The `near` or the `far` device has packets, and the first of them came `at` that time.
    ByPacket { near: bool, far: bool, at: Instant },
    /// Nobody needs the link any more.
    ToEnd,
}

/// Waits on the two devices of a link and on the word that it is over.
#[derive(Debug)]
pub(super) struct Sleeper {
    run_delay: RunDelay,
    lead: Duration,
    spun: Duration,
}

impl Sleeper {
    /// For the calling thread only.
    pub(super) fn of_this_thread() -> Self {
        Self {
            run_delay: RunDelay::of_this_thread(),
            lead: Duration::ZERO,
            spun: Duration::ZERO,
        }
    }

    /// How long it has spun: processor time without work.
    pub(super) const fn spun(&self) -> Duration {
        self.spun
    }

    /// Sleeps until shortly before `deadline`, until one of the devices has a packet, or until `over` is hung up on.
    pub(super) fn sleep(
        &mut self,
        [near, far]: [&OwnedFd; 2],
        over: &PipeReader,
        deadline: Instant,
    ) -> io::Result<Woken> {
        let before = Instant::now();
        let wanted = deadline.saturating_duration_since(before);
        if wanted <= LONGEST_SPIN {
            while Instant::now() < deadline {
                std::hint::spin_loop();
            }
            self.spun += wanted;
            return Ok(Woken::ByTime);
        }
        let asked = wanted.saturating_sub(self.lead).max(SHORTEST_SLEEP);
        let mut fds = [
            PollFd::new(near, PollFlags::IN),
            PollFd::new(far, PollFlags::IN),
            PollFd::new(over, PollFlags::IN),
        ];
        let timeout = Timespec::try_from(asked).expect("a deadline is less than an hour away");
        let waited = self.run_delay.read();
        let ready = match poll(&mut fds, Some(&timeout)) {
            Ok(ready) => ready,
            Err(rustix::io::Errno::INTR) => return Ok(Woken::ByTime),
            Err(error) => return Err(error.into()),
        };
        let slept = before.elapsed();
        let [near, far, over] = fds.map(|fd| !fd.revents().is_empty());
        if over {
            return Ok(Woken::ToEnd);
        }
        if ready == 0 {
            self.learn(slept.saturating_sub(asked));
            return Ok(Woken::ByTime);
        }
        let ago = self.run_delay.read().saturating_sub(waited).min(slept);
        Ok(Woken::ByPacket {
            near,
            far,
            at: before + (slept - ago),
        })
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
        let mut sleeper = Sleeper::of_this_thread();
        for _ in 0..100 {
            sleeper.learn(Duration::from_micros(60));
        }
        assert!(sleeper.lead.abs_diff(Duration::from_micros(60)) < Duration::from_micros(2));
        sleeper.learn(Duration::from_millis(50));
        assert!(sleeper.lead < Duration::from_micros(95));
    }
}
