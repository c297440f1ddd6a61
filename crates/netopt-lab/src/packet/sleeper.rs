//! Waits until a deadline or until a packet comes, and learns how late the kernel wakes.
//!
//! A thread that sleeps runs again some 50 to 150 µs after what woke it, always. So the sleeper asks for less, by what the last
//! wake-ups were late, and looks at the devices without sleeping for the rest. It does so only where the wait is short or where
//! it has looked little of late: a line with a packet every 50 µs would otherwise cost a whole processor, and its neighbours
//! need one, too. For the same reason a packet that ends a sleep came before the thread could see it; by as much, most likely, as
//! the last wake-ups by time were late. What it leaves alone: what is done then.

use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Instant;

use super::wakes::Wakes;

/// So little is always spun, and not slept: waking from it would take longer.
const SHORTEST_SLEEP: Duration = Duration::from_micros(20);

/// The share of time that may go into looking without sleeping, beyond the shortest sleeps: one in so many.
const LOOKING: u32 = 20;

/// The longest that is saved up for looking.
const SAVINGS: Duration = Duration::from_millis(2);

/// Why the sleep is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// The deadline is there, or near.
    ByTime,
    /// The `near` or the `far` device has packets, and the first of them came `at` that time.
    ByPacket { near: bool, far: bool, at: Instant },
    /// Nobody needs the link any more.
    ToEnd,
}

/// What is waited for, besides time.
pub(super) struct Watched<'a> {
    pub(super) near: &'a OwnedFd,
    pub(super) far: &'a OwnedFd,
    /// Is hung up on when the link shall end.
    pub(super) over: &'a PipeReader,
}

/// Sleeps for one thread, and learns from it.
#[derive(Debug)]
pub(super) struct Sleeper {
    wakes: Wakes,
    spun: Duration,
    allowance: Duration,
    counted: Instant,
}

impl Sleeper {
    /// It has nothing saved and knows nothing yet.
    pub(super) fn new() -> Self {
        Self {
            wakes: Wakes::default(),
            spun: Duration::ZERO,
            allowance: Duration::ZERO,
            counted: Instant::now(),
        }
    }

    /// How long it has looked without sleeping: processor time without work.
    pub(super) const fn spun(&self) -> Duration {
        self.spun
    }

    /// Waits until `deadline` or shortly before it, until one of the devices has a packet, or until `over` is hung up on.
    pub(super) fn sleep(&mut self, watched: &Watched<'_>, deadline: Instant) -> io::Result<Woken> {
        let before = Instant::now();
        self.earn(before);
        let wanted = deadline.saturating_duration_since(before);
        if wanted <= SHORTEST_SLEEP {
            while Instant::now() < deadline {
                std::hint::spin_loop();
            }
            self.spun += wanted;
            return Ok(Woken::ByTime);
        }
        if wanted <= self.allowance.min(self.wakes.lead()) {
            return self.look(watched, before, deadline);
        }
        let lead = self.wakes.lead().min(self.allowance.max(SHORTEST_SLEEP));
        let asked = wanted.saturating_sub(lead).max(SHORTEST_SLEEP / 2);
        let woken = watched.poll(asked)?;
        let slept = before.elapsed();
        match woken {
            Some(Woken::ByPacket { near, far, at }) => {
                // One that was there before the sleep ended it at once.
                let ago = self.wakes.usual().min(slept);
                let at = at - ago;
                Ok(Woken::ByPacket { near, far, at })
            }
            Some(woken) => Ok(woken),
            None => {
                self.wakes.learn(slept.saturating_sub(asked));
                Ok(Woken::ByTime)
            }
        }
    }

    /// Looks at the devices until one has a packet or the deadline is there.
    fn look(
        &mut self,
        watched: &Watched<'_>,
        from: Instant,
        deadline: Instant,
    ) -> io::Result<Woken> {
        let woken = loop {
            if let Some(woken) = watched.poll(Duration::ZERO)? {
                break woken;
            }
            if Instant::now() >= deadline {
                break Woken::ByTime;
            }
        };
        let looked = from.elapsed();
        self.spun += looked;
        self.allowance = self.allowance.saturating_sub(looked);
        Ok(woken)
    }

    /// Saves a share of the time since the last call for looking.
    fn earn(&mut self, now: Instant) {
        let earned = now.saturating_duration_since(self.counted) / LOOKING;
        self.counted = now;
        self.allowance = (self.allowance + earned).min(SAVINGS);
    }
}

impl Watched<'_> {
    /// Sleeps for at most so long; `None` when nothing came.
    fn poll(&self, longest: Duration) -> io::Result<Option<Woken>> {
        let mut fds = [
            PollFd::new(self.near, PollFlags::IN),
            PollFd::new(self.far, PollFlags::IN),
            PollFd::new(self.over, PollFlags::IN),
        ];
        let timeout = Timespec::try_from(longest).expect("a deadline is less than an hour away");
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Some(Woken::ByTime)),
            Err(error) => return Err(error.into()),
        }
        let at = Instant::now();
        let [near, far, over] = fds.map(|fd| !fd.revents().is_empty());
        let packet = Woken::ByPacket { near, far, at };
        Ok(Some(if over { Woken::ToEnd } else { packet }))
    }
}
