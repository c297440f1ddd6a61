//! The thread between the two devices of a packet link: reads packets, gives them to the ways, writes what is due.
//!
//! It is the only place where the model meets the clock. A packet arrives when it is read, or when it woke the thread, and the
//! model says when it is due; being late with one moves no other. How late each was is counted, and so is the processor time
//! that it took: they say whether the run can be believed.
//!
//! Nothing is allocated in the steady state: buffers of delivered and dropped packets come back. What it leaves alone:
//! what happens to packets, which is [`Way`].

use std::io::{self, PipeReader};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::{Errno, read, write};
use rustix::thread::set_current_timer_slack;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;

use super::sleeper::{Sleeper, Watched, Woken};
use super::truth::Log;
use super::{MTU, kernel};
use crate::path::{Packet, PathSpec, Way};

/// Packets that are read from one device before the other gets its turn.
const BATCH: usize = 64;

/// The longest sleep. What is known is told at least this often.
const TICK: Duration = Duration::from_millis(50);

/// The receiver's kernel has no room, or cannot read the packet: a loss that nobody planted.
const REFUSALS: [Errno; 5] = [
    Errno::AGAIN,
    Errno::INTR,
    Errno::NOBUFS,
    Errno::NOMEM,
    Errno::INVAL,
];

/// One direction: where packets come from, what happens to them, where they go.
struct Lane {
    from: OwnedFd,
    /// When the packet came that is read next, if it ended a sleep.
    woke: Option<Duration>,
    way: Way,
    to: OwnedFd,
}

/// The forwarder, before it runs.
pub(super) struct Forwarder {
    up: Lane,
    down: Lane,
    over: PipeReader,
    started: Instant,
    log: Arc<Mutex<Log>>,
}

impl Forwarder {
    /// Joins the devices `near` and `far` by `path`, until `over` is hung up on.
    pub(super) fn new(
        [near, far]: [OwnedFd; 2],
        path: &PathSpec,
        over: PipeReader,
    ) -> io::Result<Self> {
        let (up, down) = Way::pair(path);
        let ways = [&up, &down].map(|way| way.tally(Duration::ZERO));
        Ok(Self {
            up: Lane {
                from: near.try_clone()?,
                woke: None,
                way: up,
                to: far.try_clone()?,
            },
            down: Lane {
                from: far,
                woke: None,
                way: down,
                to: near,
            },
            over,
            started: Instant::now(),
            log: Arc::new(Mutex::new(Log::new(ways))),
        })
    }

    /// Where it tells what it does.
    pub(super) fn log(&self) -> Arc<Mutex<Log>> {
        Arc::clone(&self.log)
    }

    /// Forwards until it is told to end or a device fails.
    pub(super) fn run(mut self) {
        // Without it, timers of the thread may be 50 µs late so that several can be served at once.
        set_current_timer_slack(NonZeroU64::new(1)).ok();
        // Who may not have the first place is late more often, and the truth tells how late.
        kernel::go_first().ok();
        let mut sleeper = Sleeper::new();
        let mut told = Duration::ZERO;
        let broken = loop {
            match self.turn(&mut sleeper) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => break false,
                Err(_) => break true,
            }
            let now = self.started.elapsed();
            if now.saturating_sub(told) >= TICK {
                told = now;
                self.tell(now, sleeper.spun());
            }
        };
        self.tell(self.started.elapsed(), sleeper.spun());
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.broken = broken;
    }

    /// Reads what is there, writes what is due, and sleeps until there is more to do. An error ends the forwarder.
    fn turn(&mut self, sleeper: &mut Sleeper) -> io::Result<ControlFlow<()>> {
        let mut more = false;
        for lane in [&mut self.up, &mut self.down] {
            more |= lane.take(self.started)?;
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        for lane in [&mut self.up, &mut self.down] {
            lane.give(self.started, &mut log)?;
        }
        drop(log);
        if more {
            return Ok(ControlFlow::Continue(()));
        }
        let next = [self.up.way.next(), self.down.way.next()];
        let latest = self.started.elapsed() + TICK;
        let next = next.into_iter().flatten().fold(latest, Duration::min);
        let watched = Watched {
            near: &self.up.from,
            far: &self.down.from,
            over: &self.over,
        };
        match sleeper.sleep(&watched, self.started + next)? {
            Woken::ByTime => {}
            Woken::ByPacket { near, far, at } => {
                let at = at.saturating_duration_since(self.started);
                self.up.woke = near.then_some(at);
                self.down.woke = far.then_some(at);
            }
            Woken::ToEnd => return Ok(ControlFlow::Break(())),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Publishes the counters of both ways.
    fn tell(&self, now: Duration, spun: Duration) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = clock_gettime(ClockId::ThreadCPUTime);
        log.elapsed = now;
        let busy = Duration::try_from(busy).unwrap_or_default();
        log.busy = busy.saturating_sub(spun);
        log.ways = [self.up.way.tally(now), self.down.way.tally(now)];
    }
}

impl Lane {
    /// Reads a batch from the device; true when there may be more.
    fn take(&mut self, started: Instant) -> io::Result<bool> {
        for _ in 0..BATCH {
            let mut bytes = self.way.buffer();
            bytes.resize(usize::from(MTU), 0);
            match read(&self.from, &mut bytes) {
                Ok(length) => {
                    bytes.truncate(length);
                    let now = self.woke.take().unwrap_or_else(|| started.elapsed());
                    self.way.arrive(now, Packet::new(bytes));
                }
                Err(error) => {
                    self.way.recycle(bytes);
                    return match error {
                        Errno::AGAIN => Ok(false),
                        Errno::INTR => Ok(true),
                        _ => Err(error.into()),
                    };
                }
            }
        }
        Ok(true)
    }

    /// Writes everything that is due.
    fn give(&mut self, started: Instant, log: &mut Log) -> io::Result<()> {
        let mut now = started.elapsed();
        while let Some(delivery) = self.way.deliver(now) {
            // Until here it was the path; what the receiver's kernel does with the packet is the receiver's time.
            now = started.elapsed();
            log.lateness.record(now.saturating_sub(delivery.due));
            let written = write(&self.to, &delivery.packet.bytes);
            self.way.recycle(delivery.packet.bytes);
            match written {
                Ok(_) => {}
                Err(error) if REFUSALS.contains(&error) => log.refused += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
