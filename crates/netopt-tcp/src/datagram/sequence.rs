//! Numbered datagrams that somebody sends back, as a machine without I/O.
//!
//! The sender keeps the times, so nothing in a datagram has to be believed but its number, and clocks need not agree. What
//! it leaves alone: sockets, and when to send.

use std::time::Duration;

/// Before the number of each datagram, so that those of another run, and other things that fly about, are not counted.
const MAGIC: [u8; 4] = *b"nopt";

/// The smallest datagram: magic, session, number.
pub const HEADER: usize = 20;

/// What an arriving datagram was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The first echo of a datagram.
    Echo {
        /// Which one, from 0.
        number: u64,
        /// How long it was away.
        rtt: Duration,
    },
    /// An echo that had come before.
    Duplicate,
    /// Nothing that was sent here.
    Foreign,
}

/// What came back of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Echoes {
    /// For each datagram that was sent, in order: how long it was away, or `None` if it did not come back.
    pub rtts: Vec<Option<Duration>>,
    /// Echoes that had come before.
    pub duplicates: u64,
    /// Echoes that one of a later datagram had overtaken (RFC 4737 §3.3), on the way there or back.
    pub reordered: u64,
    /// Datagrams that were none of these.
    pub foreign: u64,
    /// The smoothed difference between one round trip and the next, in order of arrival, after RFC 3550 §6.4.1; of round
    /// trips instead of transit times, so both ways count. `None` with fewer than two echoes.
    pub jitter: Option<Duration>,
}

impl Echoes {
    /// Datagrams that were sent.
    #[must_use]
    pub const fn sent(&self) -> usize {
        self.rtts.len()
    }

    /// Datagrams that came back, each counted once.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.rtts.iter().flatten().count()
    }

    /// Datagrams that did not come back in time.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.sent() - self.answered()
    }
}

/// One run of datagrams. Times are since its begin.
#[derive(Debug)]
pub struct Sequence {
    session: u64,
    sent: Vec<Duration>,
    echoes: Echoes,
    highest: Option<u64>,
    last: Option<Duration>,
    jitter: f64,
}

impl Sequence {
    /// A run that tells itself from others by `session`, which should be drawn at random.
    #[must_use]
    pub fn new(session: u64) -> Self {
        Self {
            session,
            sent: Vec::new(),
            echoes: Echoes::default(),
            highest: None,
            last: None,
            jitter: 0.0,
        }
    }

    /// Notes that the next datagram leaves at `now` and yields the head of it.
    pub fn send(&mut self, now: Duration) -> [u8; HEADER] {
        let number = self.sent.len() as u64;
        self.sent.push(now);
        self.echoes.rtts.push(None);
        let mut head = [0; HEADER];
        head[..4].copy_from_slice(&MAGIC);
        head[4..12].copy_from_slice(&self.session.to_be_bytes());
        head[12..].copy_from_slice(&number.to_be_bytes());
        head
    }

    /// Takes what arrived at `now`.
    pub fn receive(&mut self, now: Duration, datagram: &[u8]) -> Arrival {
        let Some((number, place)) = self.place(datagram) else {
            self.echoes.foreign += 1;
            return Arrival::Foreign;
        };
        if self.echoes.rtts[place].is_some() {
            self.echoes.duplicates += 1;
            return Arrival::Duplicate;
        }
        let rtt = now.saturating_sub(self.sent[place]);
        self.echoes.rtts[place] = Some(rtt);
        if self.highest.is_some_and(|highest| number < highest) {
            self.echoes.reordered += 1;
        }
        self.highest = self.highest.max(Some(number));
        if let Some(last) = self.last.replace(rtt) {
            self.jitter += (rtt.abs_diff(last).as_secs_f64() - self.jitter) / 16.0;
            self.echoes.jitter = Duration::try_from_secs_f64(self.jitter).ok();
        }
        Arrival::Echo { number, rtt }
    }

    /// True when anything has come back.
    #[must_use]
    pub const fn has_heard(&self) -> bool {
        self.highest.is_some()
    }

    /// True when all that was sent has come back.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.echoes.lost() == 0
    }

    /// What is known by now.
    #[must_use]
    pub fn finish(self) -> Echoes {
        self.echoes
    }

    /// The number of a datagram of this run, and where its time is kept.
    fn place(&self, datagram: &[u8]) -> Option<(u64, usize)> {
        let head = datagram.first_chunk::<HEADER>()?;
        let word = |at: usize| -> Option<u64> {
            Some(u64::from_be_bytes(head[at..at + 8].try_into().ok()?))
        };
        if head[..4] != MAGIC || word(4)? != self.session {
            return None;
        }
        let number = word(12)?;
        let place = usize::try_from(number).ok()?;
        (place < self.sent.len()).then_some((number, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn loss_order_and_duplicates_are_told_apart() {
        let mut run = Sequence::new(7);
        let sent: Vec<_> = (0..4).map(|i| run.send(MS(10 * i))).collect();
        assert_eq!(
            run.receive(MS(25), &sent[1]),
            Arrival::Echo {
                number: 1,
                rtt: MS(15)
            }
        );
        assert_eq!(
            run.receive(MS(29), &sent[0]),
            Arrival::Echo {
                number: 0,
                rtt: MS(29)
            }
        );
        assert_eq!(run.receive(MS(30), &sent[0]), Arrival::Duplicate);
        assert_eq!(run.receive(MS(31), &sent[3][..19]), Arrival::Foreign);
        let mut strange = Sequence::new(8);
        assert_eq!(run.receive(MS(32), &strange.send(MS(0))), Arrival::Foreign);
        assert!(!run.is_settled());
        let echoes = run.finish();
        assert_eq!((echoes.sent(), echoes.answered(), echoes.lost()), (4, 2, 2));
        assert_eq!(
            (echoes.reordered, echoes.duplicates, echoes.foreign),
            (1, 1, 2)
        );
        // |29 − 15| / 16
        assert_eq!(echoes.jitter, Some(Duration::from_micros(875)));
    }

    #[test]
    fn nothing_that_came_back_has_no_jitter() {
        let mut run = Sequence::new(1);
        let head = run.send(MS(0));
        assert!(!run.is_settled());
        run.receive(MS(3), &head);
        assert!(run.is_settled());
        assert_eq!(run.finish().jitter, None);
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_counted_once(
            count in 1usize..40,
            arrivals in prop::collection::vec((0usize..60, any::<bool>()), 0..80),
        ) {
            let mut run = Sequence::new(3);
            let mut sent: Vec<_> = (0..count as u64).map(|i| run.send(MS(i)).to_vec()).collect();
            // Numbers that were never sent.
            let mut other = Sequence::new(3);
            sent.extend((0..60).map(|i| other.send(MS(i)).to_vec()).skip(count));
            let mut expected = [0; 3];
            for (at, (which, cut)) in arrivals.iter().enumerate() {
                let length = if *cut { 5 } else { HEADER };
                match run.receive(MS(100 + at as u64), &sent[*which][..length]) {
                    Arrival::Echo { .. } => expected[0] += 1,
                    Arrival::Duplicate => expected[1] += 1,
                    Arrival::Foreign => expected[2] += 1,
                }
            }
            let echoes = run.finish();
            prop_assert_eq!(expected.iter().sum::<usize>(), arrivals.len());
            prop_assert_eq!(echoes.answered(), expected[0]);
            prop_assert_eq!(echoes.duplicates, expected[1] as u64);
            prop_assert_eq!(echoes.foreign, expected[2] as u64);
            prop_assert!(echoes.reordered <= echoes.answered() as u64);
        }
    }
}
