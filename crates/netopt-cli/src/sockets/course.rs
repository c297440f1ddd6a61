//! The looks at a connection that sends, kept for `netopt_tcp::attribution`.
//!
//! Most connections of a machine are idle, and of these nothing is kept. Of one that sends there are at most [`MOST`] looks,
//! the first among them; when there are more, every second one goes, and from then on only every second one comes.
//! What it leaves alone: what they mean.

use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::TcpInfo;
use netopt_tcp::attribution::Snapshot;

/// Looks that are kept, each of some 500 bytes: all of a watch of two seconds. Half as many are enough for a verdict.
const MOST: usize = 12;

/// The looks, in order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    looks: Vec<Snapshot>,
    /// Looks since the last that was kept, and how many make the next one.
    since: u32,
    stride: u32,
}

impl Course {
    /// Takes a look, and the one before it, which was the last before anything was sent.
    pub(super) fn take(&mut self, before: (Duration, &TcpInfo), now: (Duration, &TcpInfo)) {
        let snapshot = |(at, info): (Duration, &TcpInfo)| Snapshot {
            at,
            info: info.clone(),
        };
        if self.looks.is_empty() {
            if !has_sent(before.1, now.1) {
                return;
            }
            self.looks.extend([snapshot(before), snapshot(now)]);
            self.stride = 1;
            return;
        }
        self.since += 1;
        if self.since < self.stride {
            return;
        }
        self.since = 0;
        if self.looks.len() == MOST {
            let mut number = 0;
            self.looks.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.stride *= 2;
        }
        self.looks.push(snapshot(now));
    }

    /// What was kept.
    pub(super) fn looks(&self) -> &[Snapshot] {
        &self.looks
    }
}

fn has_sent(before: &TcpInfo, now: &TcpInfo) -> bool {
    let sent = |info: &TcpInfo| info.bytes_sent().unwrap_or(Bytes::ZERO);
    sent(now) > sent(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::scene::Scene;

    fn info(sent: u64) -> TcpInfo {
        let scene = Scene {
            sent,
            ..Scene::default()
        };
        scene.connection().info().unwrap().clone()
    }

    #[test]
    fn an_idle_one_keeps_nothing_and_a_long_one_keeps_its_whole_time_in_few_looks() {
        let step = Duration::from_millis(250);
        for (rate, looks) in [(0, 0..=0), (1_000, MOST / 2..=MOST)] {
            let mut course = Course::default();
            for number in 1..=1_000 {
                let before = info(rate * u64::from(number - 1));
                let now = info(rate * u64::from(number));
                course.take((step * (number - 1), &before), (step * number, &now));
            }
            let kept = course.looks();
            assert!(looks.contains(&kept.len()), "{}", kept.len());
            if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
                assert_eq!(first.at, Duration::ZERO);
                assert!(last.at > step * 800, "{:?}", last.at);
                assert!(kept.windows(2).all(|pair| pair[0].at < pair[1].at));
            }
        }
    }
}
