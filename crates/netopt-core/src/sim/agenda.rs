//! What happens next: events in the order of time, and in the order they were planned when times are equal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::time::Time;

/// What can happen to a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// It begins.
    Start,
    /// The next packet reaches the receiver.
    Arrival,
    /// The next acknowledgement reaches the sender.
    Acknowledgement,
    /// An alarm rings.
    Alarm(Bell),
}

/// Which alarm of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bell {
    /// The receiver has held back an acknowledgement for long enough.
    DelayedAcknowledgement,
    /// The retransmission timer runs out.
    Retransmission,
    /// Pacing allows the next packet.
    Pacing,
}

/// The events to come. Packets on their way stand in a line of their flow and only the first of a line is here, so the
/// agenda has a few entries for each flow, however much is in flight.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<(Time, u64, usize, Event)>>,
    planned: u64,
}

impl Agenda {
    pub(super) fn plan(&mut self, at: Time, flow: usize, event: Event) {
        self.heap.push(Reverse((at, self.planned, flow, event)));
        self.planned += 1;
    }

    pub(super) fn next(&mut self) -> Option<(Time, usize, Event)> {
        let Reverse((at, _, flow, event)) = self.heap.pop()?;
        Some((at, flow, event))
    }
}

/// One alarm that is often put off and rarely rings: it has one live entry in the agenda and moves on when that comes up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Alarm {
    due: Option<Time>,
    entry: Option<Time>,
}

impl Alarm {
    /// It shall ring at `due`. Returns when to come up, if that has to be planned.
    #[must_use]
    pub(super) fn set(&mut self, due: Time) -> Option<Time> {
        self.due = Some(due);
        if self.entry.is_some_and(|entry| entry <= due) {
            return None;
        }
        self.entry = Some(due);
        Some(due)
    }

    /// It shall not ring.
    pub(super) const fn clear(&mut self) {
        self.due = None;
    }

    pub(super) const fn is_set(&self) -> bool {
        self.due.is_some()
    }

    /// An entry of it comes up at `now`.
    pub(super) fn come_up(&mut self, now: Time) -> Ring {
        if self.entry != Some(now) {
            return Ring::No;
        }
        self.entry = None;
        match self.due {
            Some(due) if due <= now => {
                self.due = None;
                Ring::Yes
            }
            Some(due) => {
                self.entry = Some(due);
                Ring::Later(due)
            }
            None => Ring::No,
        }
    }
}

/// Whether an alarm rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ring {
    /// Now.
    Yes,
    /// It was put off: plan it again for then.
    Later(Time),
    /// It was cleared, or this entry is out of date.
    No,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ms(count: u64) -> Time {
        Time::of(Duration::from_millis(count))
    }

    #[test]
    fn equal_times_keep_their_order() {
        let mut agenda = Agenda::default();
        agenda.plan(ms(2), 0, Event::Start);
        agenda.plan(ms(1), 9, Event::Arrival);
        agenda.plan(ms(1), 3, Event::Arrival);
        agenda.plan(ms(1), 5, Event::Start);
        let order: Vec<usize> = std::iter::from_fn(|| agenda.next())
            .map(|(_, flow, _)| flow)
            .collect();
        assert_eq!(order, [9, 3, 5, 0]);
    }

    #[test]
    fn an_alarm_put_off_rings_once_and_late() {
        let mut alarm = Alarm::default();
        assert_eq!(alarm.set(ms(5)), Some(ms(5)));
        assert_eq!(alarm.set(ms(8)), None, "its entry comes up before");
        assert_eq!(alarm.come_up(ms(5)), Ring::Later(ms(8)));
        assert_eq!(alarm.come_up(ms(8)), Ring::Yes);
        assert!(!alarm.is_set());
    }

    #[test]
    fn an_alarm_brought_forward_rings_early_and_not_again() {
        let mut alarm = Alarm::default();
        assert_eq!(alarm.set(ms(8)), Some(ms(8)));
        assert_eq!(alarm.set(ms(3)), Some(ms(3)));
        assert_eq!(alarm.come_up(ms(3)), Ring::Yes);
        assert_eq!(alarm.come_up(ms(8)), Ring::No);
        assert_eq!(alarm.set(ms(9)), Some(ms(9)));
        alarm.clear();
        assert_eq!(alarm.come_up(ms(9)), Ring::No);
    }
}
