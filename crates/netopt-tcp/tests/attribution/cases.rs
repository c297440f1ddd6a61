//! Transfers with one limit planted each, and what the link must say for the plant to have worked.
//!
//! Seven limits, five sizes each. A size is that of the fault: the buffer, the pause, the rate, the loss, the answer. What it
//! leaves alone: running them.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio};
use netopt_lab::packet::Truth;
use netopt_lab::path::{Loss, PathSpec};
use netopt_tcp::attribution::{Context, Host, Limit, Reader, Supply};

use crate::scene::path;
use crate::transfer::{Transfer, Writes};

/// A transfer whose limit is known.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) limit: Limit,
    /// How large the fault is, in words.
    pub(crate) size: String,
    pub(crate) path: PathSpec,
    /// Those that have it; a seed takes its turn among them.
    pub(crate) congestion_controls: &'static [&'static str],
    pub(crate) transfer: Transfer,
    pub(crate) context: Context,
}

const ALL: &[&str] = &["bbr", "cubic", "reno"];

/// Every limit in five sizes.
pub(crate) fn all() -> Vec<Case> {
    [
        small_windows(),
        slow_readers(),
        send_buffers(),
        applications(),
        lines(),
        losses(),
        short_answers(),
        hosts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is known of a sender that writes whatever is taken.
fn endless() -> Context {
    Context {
        supply: Supply::Endless,
        ..Context::default()
    }
}

fn base(limit: Limit, size: String, path: PathSpec) -> Case {
    Case {
        limit,
        size,
        path,
        congestion_controls: ALL,
        transfer: Transfer::default(),
        context: endless(),
    }
}

/// A line that is never full in these cases.
fn wide(rtt_ms: u64) -> PathSpec {
    path(rtt_ms, Some(100.0), 2_000_000)
}

fn small_windows() -> Vec<Case> {
    let window = Limit::ReceiverWindow(Reader::SmallBuffer);
    [4_000, 8_000, 16_000, 32_000, 64_000]
        .map(|asked| Case {
            transfer: Transfer {
                receive_buffer: Some(Bytes::new(asked)),
                ..Transfer::default()
            },
            ..base(window, format!("SO_RCVBUF {asked}"), wide(40))
        })
        .into()
}

fn slow_readers() -> Vec<Case> {
    [1.0, 2.0, 4.0, 8.0, 12.0]
        .map(|mbit| Case {
            transfer: Transfer {
                reads: BitRate::from_bps(mbit * 1e6),
                ..Transfer::default()
            },
            ..base(
                Limit::ReceiverWindow(Reader::Slow),
                format!("{mbit} Mbit/s read"),
                wide(40),
            )
        })
        .into()
}

fn send_buffers() -> Vec<Case> {
    [4_000, 8_000, 16_000, 32_000, 48_000]
        .map(|asked| Case {
            transfer: Transfer {
                send_buffer: Some(Bytes::new(asked)),
                ..Transfer::default()
            },
            ..base(
                Limit::SendBuffer,
                format!("SO_SNDBUF {asked}"),
                path(60, Some(1000.0), 8_000_000),
            )
        })
        .into()
}

fn applications() -> Vec<Case> {
    [
        (1_000, 50),
        (10_000, 50),
        (20_000, 100),
        (100_000, 200),
        (4_000, 10),
    ]
    .map(|(bytes, pause)| Case {
        transfer: Transfer {
            writes: Writes::Pieces(Bytes::new(bytes), Duration::from_millis(pause)),
            ..Transfer::default()
        },
        // Nobody says that the application had more to send.
        context: Context::default(),
        ..base(
            Limit::Application,
            format!("{bytes} B each {pause} ms"),
            wide(40),
        )
    })
    .into()
}

fn lines() -> Vec<Case> {
    [
        (2.0, 20, 60_000),
        (5.0, 40, 50_000),
        (10.0, 10, 100_000),
        (20.0, 40, 200_000),
        (40.0, 20, 200_000),
    ]
    .map(|(mbit, rtt_ms, queue)| {
        base(
            Limit::BottleneckRate,
            format!("{mbit} Mbit/s"),
            path(rtt_ms, Some(mbit), queue),
        )
    })
    .into()
}

fn losses() -> Vec<Case> {
    [0.005, 0.01, 0.02, 0.03, 0.05]
        .map(|share| {
            let mut path = wide(40);
            path.up.loss = Loss::Independent(Ratio::new(share).unwrap());
            Case {
                congestion_controls: &["cubic", "reno"],
                transfer: Transfer {
                    lasts: Duration::from_secs(5),
                    ..Transfer::default()
                },
                ..base(Limit::Loss, format!("{} % lost", share * 100.0), path)
            }
        })
        .into()
}

fn short_answers() -> Vec<Case> {
    [
        (20_000, 40),
        (50_000, 60),
        (100_000, 100),
        (200_000, 150),
        (400_000, 200),
    ]
    .map(|(bytes, rtt_ms)| Case {
        transfer: Transfer {
            size: Some(Bytes::new(bytes)),
            ..Transfer::default()
        },
        ..base(
            Limit::SlowStart,
            format!("{bytes} B over {rtt_ms} ms"),
            wide(rtt_ms),
        )
    })
    .into()
}

/// A host is not seen by the kernel: it is a fact that is handed in, here beside a transfer that has any other limit.
fn hosts() -> Vec<Case> {
    let busy = |here, peer, late: Option<u64>| Host {
        here: Ratio::new(here),
        peer: Ratio::new(peer),
        lateness: late.map(Duration::from_millis),
    };
    [
        ("sender busy 0.95", busy(0.95, 0.2, None)),
        ("sender busy 1.0", busy(1.0, 0.2, None)),
        ("receiver busy 0.92", busy(0.1, 0.92, None)),
        ("loop 5 ms late", busy(0.1, 0.2, Some(5))),
        ("loop 20 ms late", busy(0.1, 0.2, Some(20))),
    ]
    .map(|(size, host)| Case {
        context: Context { host, ..endless() },
        transfer: Transfer {
            lasts: Duration::from_secs(1),
            ..Transfer::default()
        },
        ..base(Limit::Host, size.to_owned(), path(40, Some(20.0), 200_000))
    })
    .into()
}

impl Case {
    /// Why the link says that something else was the limit than what was planted; `None` when it agrees.
    pub(crate) fn contradiction(&self, truth: &Truth) -> Option<String> {
        let busy = truth.up.utilisation.unwrap().get();
        let (lost, full) = (truth.up.lost, truth.up.dropped_queue);
        let wrong = match self.limit {
            Limit::BottleneckRate => busy < 0.8,
            Limit::Loss => busy > 0.6 || lost == 0 || full > 0,
            Limit::Host => false,
            _ => busy > 0.6 || lost > 0,
        };
        wrong.then(|| format!("busy {busy:.2}, lost {lost}, queue dropped {full}"))
    }
}
