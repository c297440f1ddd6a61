//! One way of one connection while bytes move: a counter that one thread raises and others read.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use netopt_core::unit::Bytes;
use socket2::SockRef;
use tokio::time::Instant;

use super::spec::{Sockets, Way};
use super::view::{CpuSample, FlowView, Sample, nanos};
use crate::info::TcpInfo;

/// From one look at a stream to the next.
pub(super) const SPACING: Duration = Duration::from_millis(100);
/// Looks that are kept over all streams of an end; beyond that every other is dropped and the spacing doubled.
const MOST_SAMPLES: usize = 4096;

/// One way of one connection.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) way: Way,
    pub(super) index: u16,
    pub(super) stream: Arc<TcpStream>,
    begun: Instant,
    bytes: AtomicU64,
    latest: AtomicU64,
}

impl Flow {
    pub(super) fn new(stream: &Arc<TcpStream>, way: Way, index: u16, begun: Instant) -> Self {
        Self {
            way,
            index,
            stream: Arc::clone(stream),
            begun,
            bytes: AtomicU64::new(0),
            latest: AtomicU64::new(0),
        }
    }

    /// So many more, at that time.
    pub(super) fn count(&self, bytes: usize, at: Instant) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let since = nanos(at.saturating_duration_since(self.begun));
        self.latest.store(since, Ordering::Relaxed);
    }

    /// Until now.
    pub(super) fn bytes(&self) -> Bytes {
        Bytes::new(self.bytes.load(Ordering::Relaxed))
    }
}

/// Looks at flows from time to time, in bounded memory.
#[derive(Debug)]
pub(super) struct Sampler {
    begun: Instant,
    next: Instant,
    spacing: Duration,
    samples: Vec<Vec<Sample>>,
    cpu_before: Option<Duration>,
    cpu: Vec<CpuSample>,
}

impl Sampler {
    pub(super) fn new(begun: Instant, flows: usize) -> Self {
        Self {
            begun,
            next: begun + SPACING,
            spacing: SPACING,
            samples: vec![Vec::new(); flows],
            cpu_before: processor(),
            cpu: Vec::new(),
        }
    }

    /// When the next look is due.
    pub(super) const fn next(&self) -> Instant {
        self.next
    }

    /// Looks, if it is due.
    pub(super) fn look(&mut self, flows: &[Arc<Flow>], now: Instant) {
        if now < self.next {
            return;
        }
        self.take(flows, now);
        while self.next <= now {
            self.next += self.spacing;
        }
    }

    /// Looks a last time, and makes views of it all, with the looks at the processor time beside.
    pub(super) fn finish(mut self, flows: &[Arc<Flow>]) -> (Vec<FlowView>, Vec<CpuSample>) {
        self.take(flows, Instant::now());
        let name = |flow: &Flow| {
            let name = SockRef::from(&*flow.stream).tcp_congestion().ok()?;
            let name = String::from_utf8_lossy(&name);
            Some(name.trim_end_matches('\0').to_owned())
        };
        let views = flows
            .iter()
            .zip(self.samples)
            .map(|(flow, samples)| FlowView {
                way: flow.way,
                index: flow.index,
                bytes: flow.bytes(),
                elapsed: Duration::from_nanos(flow.latest.load(Ordering::Relaxed)),
                congestion_control: name(flow),
                samples,
            })
            .collect();
        (views, self.cpu)
    }

    fn take(&mut self, flows: &[Arc<Flow>], now: Instant) {
        let kept: usize = self.samples.iter().map(Vec::len).sum();
        if kept >= MOST_SAMPLES {
            self.spacing *= 2;
            for samples in &mut self.samples {
                thin_out(samples);
            }
            thin_out(&mut self.cpu);
        }
        let at = now.saturating_duration_since(self.begun);
        for (flow, samples) in flows.iter().zip(&mut self.samples) {
            samples.push(Sample {
                at,
                bytes: flow.bytes(),
                info: TcpInfo::of(&*flow.stream).ok(),
            });
        }
        let used = || processor()?.checked_sub(self.cpu_before?);
        self.cpu.extend(used().map(|used| CpuSample { at, used }));
    }
}

/// Keeps every second one.
fn thin_out<T>(looks: &mut Vec<T>) {
    let mut number = 0_usize;
    looks.retain(|_| {
        number += 1;
        number.is_multiple_of(2)
    });
}

/// Asks the kernel for what both ends want of a connection.
///
/// # Errors
/// When the kernel refuses it, as an unknown congestion control.
pub(super) fn prepare(stream: &TcpStream, sockets: &Sockets) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    {
        let socket = SockRef::from(stream);
        if let Some(name) = &sockets.congestion_control {
            socket.set_tcp_congestion(name.as_bytes())?;
        }
        if let Some(bytes) = sockets.notsent_lowat {
            let bytes = u32::try_from(bytes.get()).unwrap_or(u32::MAX);
            socket.set_tcp_notsent_lowat(bytes)?;
        }
        Ok(())
    }
    #[cfg(not(target_os = "linux"))]
    if *sockets == Sockets::default() {
        Ok(())
    } else {
        Err(std::io::Error::new(
            std::io::ErrorKind::Unsupported,
            "congestion control and not-sent low-water mark are not supported here",
        ))
    }
}

/// Processor time of this process until now; `None` where the system does not tell.
pub(super) fn processor() -> Option<Duration> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(used).ok()
}

/// Waits, though a wake-up may come before.
pub(super) fn rest_until(at: Instant) {
    let left = at.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_looks_stays_within_its_memory_and_evenly_spaced() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = Arc::new(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
        let begun = Instant::now();
        let flows = [Arc::new(Flow::new(&stream, Way::Up, 0, begun))];
        let mut sampler = Sampler::new(begun, 1);
        for tick in 1..=36_000_u32 {
            sampler.look(&flows, begun + SPACING * tick);
        }
        let kept = &sampler.samples[0];
        assert!(
            kept.len() <= MOST_SAMPLES && kept.len() > MOST_SAMPLES / 3,
            "{}",
            kept.len()
        );
        let latest = kept.last().unwrap().at;
        assert!(latest > Duration::from_secs(3590), "{latest:?}");
    }
}
