//! One flow: a sender, a receiver, and the lines of packets and acknowledgements between them.

use std::collections::VecDeque;

use super::agenda::{Agenda, Alarm, Bell, Event, Ring};
use super::link::Link;
use super::outcome::{FlowOutcome, Packets};
use super::packet::{Acknowledgement, Packet};
use super::random::SplitMix64;
use super::receiver::{Receiver, Reply};
use super::record::Record;
use super::scenario::{Flow, Scenario};
use super::sender::{Again, Sender, Step};
use super::time::Time;
use crate::unit::Bytes;

/// What a flow acts upon besides itself.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) now: Time,
    pub(super) link: &'a mut Link,
    pub(super) agenda: &'a mut Agenda,
}

/// A flow while it runs.
#[derive(Debug)]
pub(super) struct Running {
    number: usize,
    flow: Flow,
    sender: Sender,
    receiver: Receiver,
    /// Half the round trip without queue.
    one_way: Time,
    outward: VecDeque<(Time, Packet)>,
    homeward: VecDeque<(Time, Acknowledgement)>,
    alarms: [Alarm; 3],
    completed: Option<Time>,
    packets: Packets,
    record: Record,
}

impl Running {
    pub(super) fn new(number: usize, flow: Flow, scenario: &Scenario) -> Self {
        let round_trip = scenario.bottleneck.round_trip + flow.extra_delay;
        let random = SplitMix64::stream(scenario.seed, 1 + number as u64);
        Self {
            number,
            flow,
            sender: Sender::new(&flow, random),
            receiver: Receiver::new(flow.acks),
            one_way: Time::of(round_trip).half(),
            outward: VecDeque::new(),
            homeward: VecDeque::new(),
            alarms: [Alarm::default(); 3],
            completed: None,
            packets: Packets::default(),
            record: Record::default(),
        }
    }

    /// When its last byte was at the receiver.
    pub(super) const fn completed(&self) -> Option<Time> {
        self.completed
    }

    pub(super) fn handle(&mut self, event: Event, mut around: Surroundings<'_>) {
        match event {
            Event::Start => self.pump(&mut around),
            Event::Arrival => self.arrival(&mut around),
            Event::Acknowledgement => self.acknowledgement(&mut around),
            Event::Alarm(bell) => match self.alarms[bell as usize].come_up(around.now) {
                Ring::Yes => self.ring(bell, &mut around),
                Ring::Later(due) => around.agenda.plan(due, self.number, event),
                Ring::No => {}
            },
        }
    }

    fn ring(&mut self, bell: Bell, around: &mut Surroundings<'_>) {
        match bell {
            Bell::DelayedAcknowledgement => {
                if let Some(ack) = self.receiver.waited() {
                    self.send_home(ack, around);
                }
            }
            Bell::Retransmission => {
                self.record.timeouts += 1;
                self.sender.timed_out();
                self.pump(around);
            }
            Bell::Pacing => self.pump(around),
        }
    }

    /// Sends what may be sent, and sets the timers for the rest.
    fn pump(&mut self, around: &mut Surroundings<'_>) {
        loop {
            match self.sender.step(around.now) {
                Step::Send {
                    number,
                    segment,
                    again,
                } => {
                    self.record.retransmissions += u64::from(again == Again::Retransmission);
                    self.send_out(Packet { number, segment }, around);
                    if !self.alarms[Bell::Retransmission as usize].is_set() {
                        self.await_acknowledgement(around);
                    }
                }
                Step::Pace(due) => {
                    self.set(Bell::Pacing, due, around);
                    break;
                }
                Step::Wait => break,
            }
        }
    }

    fn send_out(&mut self, packet: Packet, around: &mut Surroundings<'_>) {
        self.packets.sent += 1;
        let size = self.payload(packet.segment) + Flow::HEADER;
        let Some(leaves) = around.link.offer(around.now, size.get()) else {
            self.packets.dropped += 1;
            return;
        };
        let arrives = leaves.plus(self.one_way);
        if self.outward.is_empty() {
            around.agenda.plan(arrives, self.number, Event::Arrival);
        }
        self.outward.push_back((arrives, packet));
    }

    fn arrival(&mut self, around: &mut Surroundings<'_>) {
        let Some((_, packet)) = self.outward.pop_front() else {
            return;
        };
        if let Some(&(next, _)) = self.outward.front() {
            around.agenda.plan(next, self.number, Event::Arrival);
        }
        self.packets.arrived += 1;
        match self.receiver.arrive(packet) {
            Reply::Now(ack) => {
                self.alarms[Bell::DelayedAcknowledgement as usize].clear();
                self.send_home(ack, around);
            }
            Reply::Later => {
                let due = around.now.plus(Time::of(Flow::ACK_DELAY));
                self.set(Bell::DelayedAcknowledgement, due, around);
            }
        }
        let all = self.flow.size.is_some_and(|size| self.delivered() >= size);
        if all && self.completed.is_none() {
            self.completed = Some(around.now);
        }
    }

    fn send_home(&mut self, ack: Acknowledgement, around: &mut Surroundings<'_>) {
        let arrives = around.now.plus(self.one_way);
        if self.homeward.is_empty() {
            around
                .agenda
                .plan(arrives, self.number, Event::Acknowledgement);
        }
        self.homeward.push_back((arrives, ack));
    }

    fn acknowledgement(&mut self, around: &mut Surroundings<'_>) {
        let Some((_, ack)) = self.homeward.pop_front() else {
            return;
        };
        if let Some(&(next, _)) = self.homeward.front() {
            around
                .agenda
                .plan(next, self.number, Event::Acknowledgement);
        }
        if let Some(round_trip) = self.sender.acked(around.now, ack) {
            self.record
                .round_trip(around.now, round_trip, self.sender.window());
        }
        self.await_acknowledgement(around);
        self.pump(around);
    }

    /// Starts the retransmission timer anew, or stops it when nothing is in flight (RFC 6298 §5.1 to 5.3).
    fn await_acknowledgement(&mut self, around: &mut Surroundings<'_>) {
        match self.sender.patience() {
            Some(timeout) => self.set(Bell::Retransmission, around.now.plus(timeout), around),
            None => self.alarms[Bell::Retransmission as usize].clear(),
        }
    }

    fn set(&mut self, bell: Bell, due: Time, around: &mut Surroundings<'_>) {
        if let Some(entry) = self.alarms[bell as usize].set(due) {
            around.agenda.plan(entry, self.number, Event::Alarm(bell));
        }
    }

    /// The data in a segment: the last one may be shorter.
    fn payload(&self, segment: u64) -> Bytes {
        let mss = self.flow.mss;
        let Some(size) = self.flow.size else {
            return mss;
        };
        let before = segment.saturating_mul(mss.get());
        size.saturating_sub(Bytes::new(before)).min(mss)
    }

    /// Payload at the receiver. Only when all is there is the last segment counted with its true size.
    fn delivered(&self) -> Bytes {
        let full = Bytes::new(self.receiver.segments().saturating_mul(self.flow.mss.get()));
        self.flow.size.map_or(full, |size| full.min(size))
    }

    pub(super) fn outcome(self, end: Time) -> FlowOutcome {
        let start = Time::of(self.flow.start);
        let delivered = self.delivered();
        let lasted = self.completed.unwrap_or(end).since(start).duration();
        FlowOutcome {
            completion: self.completed.map(|_| lasted),
            delivered,
            goodput: delivered.over(lasted),
            packets: Packets {
                in_flight: self.outward.len() as u64,
                ..self.packets
            },
            retransmissions: self.record.retransmissions,
            timeouts: self.record.timeouts,
            round_trip: self.record.round_trips(),
            windows: self.record.into_windows(),
        }
    }
}
