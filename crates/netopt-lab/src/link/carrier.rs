//! What all connections of a link share: the two directions with their pacers, the clock, the counters.
//!
//! It turns "these bytes came in now" into "deliver them then", and makes a sender wait while the line is busy for
//! longer than its queue is long. What it leaves alone: sockets.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::{BitRate, Bytes};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::stalls::Stalling;
use super::{CHUNK_TIME, Carried, LinkSpec, MIN_QUEUE_TIME, Pacer, SHARE};
use crate::alarm::Alarm;

/// The largest chunk, whatever the rate: a read of this size is cheap and still a small part of any queue.
const MAX_CHUNK: u64 = 16 * 1024;

/// The smallest chunk, whatever the rate: below this, the work a byte takes would matter more than the line.
const MIN_CHUNK: u64 = 64;

/// Stands for "no limit" where a buffer must have a size: 1 Gbit/s over the delay.
const ASSUMED_BPS: f64 = 1e9;

/// One connection holds at most this much, however long and fat the link.
const MAX_HELD: u64 = 64 * 1024 * 1024;

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From who connected to the far end.
    Up,
    /// Back.
    Down,
}

/// One direction of the link.
#[derive(Debug)]
struct Line {
    // Held across the wait for room, so that senders are served in the order they came: tokio's mutex is fair.
    pacer: Mutex<Pacer>,
    delivered: AtomicU64,
}

impl Line {
    fn new(rate: Option<BitRate>) -> Self {
        Self {
            pacer: Mutex::new(Pacer::new(rate)),
            delivered: AtomicU64::new(0),
        }
    }
}

/// The shared part of a link.
#[derive(Debug)]
pub(super) struct Carrier {
    spec: LinkSpec,
    alarm: Alarm,
    epoch: Instant,
    up: Line,
    down: Line,
    stalling: Option<Stalling>,
    connections: AtomicU64,
    // Held for the time of one addition, never across a wait.
    lateness: std::sync::Mutex<LatencyHistogram>,
}

impl Carrier {
    pub(super) fn new(spec: LinkSpec, alarm: Alarm) -> Self {
        Self {
            spec,
            alarm,
            epoch: Instant::now(),
            up: Line::new(spec.rate),
            down: Line::new(spec.rate),
            stalling: spec.stalls.map(Stalling::new),
            connections: AtomicU64::new(0),
            lateness: std::sync::Mutex::new(LatencyHistogram::new()),
        }
    }

    pub(super) const fn rtt(&self) -> Duration {
        self.spec.rtt
    }

    /// The time data is on its way.
    pub(super) fn one_way(&self) -> Duration {
        self.spec.rtt / 2
    }

    /// How much to read at once.
    pub(super) fn chunk(&self) -> usize {
        let chunk = self
            .spec
            .rate
            .map_or(MAX_CHUNK, |rate| (rate * CHUNK_TIME).get());
        usize::try_from(chunk.clamp(MIN_CHUNK, MAX_CHUNK)).expect("at most 16 KiB")
    }

    /// How many bytes one direction of one connection may hold: what is on its way, and a share of memory.
    pub(super) fn held(&self) -> u32 {
        let rate = self
            .spec
            .rate
            .or_else(|| BitRate::from_bps(ASSUMED_BPS))
            .expect("the assumed rate is above zero");
        let held = rate * self.spec.rtt + SHARE;
        u32::try_from(held.get().min(MAX_HELD)).expect("at most 64 MiB")
    }

    /// Waits for room on the line, puts `length` on it as of `arrival`, and says when to deliver it.
    pub(super) async fn admit(&self, way: Way, arrival: Instant, length: usize) -> Instant {
        let length = Bytes::new(length as u64);
        let mut pacer = self.line(way).pacer.lock().await;
        let queue = self.spec.rtt.max(MIN_QUEUE_TIME);
        let backlog = pacer.backlog(self.epoch.elapsed());
        if backlog > queue {
            self.alarm.until(Instant::now() + (backlog - queue)).await;
        }
        let depart = pacer.admit(arrival.duration_since(self.epoch), length);
        self.epoch + depart + self.one_way()
    }

    /// By how much a piece of `length` bytes comes late because one of its packets got lost.
    pub(super) fn stall(&self, length: usize) -> Duration {
        let stalling = self.stalling.as_ref();
        stalling.map_or(Duration::ZERO, |stalling| stalling.draw(length))
    }

    /// Waits until `deadline`.
    pub(super) async fn until(&self, deadline: Instant) {
        self.alarm.until(deadline).await;
    }

    /// Waits until `deadline` to deliver something, and notes by how much the lab itself was late.
    pub(super) async fn due(&self, deadline: Instant) {
        if Instant::now() < deadline {
            self.alarm.until(deadline).await;
            let late = Instant::now().saturating_duration_since(deadline);
            let lateness = self.lateness.lock();
            lateness
                .unwrap_or_else(PoisonError::into_inner)
                .record(late);
        }
    }

    pub(super) fn count_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_delivery(&self, way: Way, length: usize) {
        let delivered = &self.line(way).delivered;
        delivered.fetch_add(length as u64, Ordering::Relaxed);
    }

    pub(super) fn carried(&self) -> Carried {
        let lateness = self.lateness.lock();
        let lateness = lateness.unwrap_or_else(PoisonError::into_inner);
        Carried {
            connections: self.connections.load(Ordering::Relaxed),
            up: Bytes::new(self.up.delivered.load(Ordering::Relaxed)),
            down: Bytes::new(self.down.delivered.load(Ordering::Relaxed)),
            lateness: lateness.max().unwrap_or_default(),
            lateness_p99: lateness.quantile(0.99),
        }
    }

    const fn line(&self, way: Way) -> &Line {
        match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(mbit: Option<f64>, rtt_ms: u64) -> Carrier {
        let rate = mbit.and_then(|mbit| BitRate::from_bps(mbit * 1e6));
        let rtt = Duration::from_millis(rtt_ms);
        let spec = LinkSpec {
            rtt,
            rate,
            ..LinkSpec::default()
        };
        Carrier::new(spec, Alarm::start().unwrap())
    }

    #[test]
    fn a_chunk_is_five_milliseconds_within_its_bounds() {
        assert_eq!(carrier(Some(20.0), 0).chunk(), 12_500);
        assert_eq!(carrier(Some(1000.0), 0).chunk(), 16_384);
        assert_eq!(carrier(Some(0.01), 0).chunk(), 64);
        assert_eq!(carrier(None, 0).chunk(), 16_384);
    }

    #[test]
    fn a_connection_holds_its_share_and_what_is_on_its_way() {
        assert_eq!(carrier(Some(20.0), 40).held(), 100_000 + 262_144);
        assert!(carrier(None, 100).held() >= 12_500_000);
        assert_eq!(carrier(Some(1e6), 10_000).held(), 64 << 20);
    }

    #[tokio::test]
    async fn ways_do_not_slow_each_other() {
        let carrier = carrier(Some(8.0), 2);
        let now = Instant::now();
        let up = carrier.admit(Way::Up, now, 1000).await;
        let down = carrier.admit(Way::Down, now, 1000).await;
        let again = carrier.admit(Way::Up, now, 1000).await;
        assert_eq!(up, now + Duration::from_millis(2));
        assert_eq!(up, down);
        assert_eq!(again, now + Duration::from_millis(3));
    }
}
