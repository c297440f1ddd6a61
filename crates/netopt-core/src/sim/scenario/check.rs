//! Which scenarios can be simulated: every value against its bound, all violations at once.

use std::fmt::Display;
use std::time::Duration;

use super::super::Error;
use super::{Bottleneck, Flow, Loss, Scenario};
use crate::unit::{Bytes, show_duration};

/// For delays and timers.
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// The least margin of a retransmission timer.
const LEAST_MARGIN: Duration = Duration::from_millis(1);
/// Rates in bits a second.
const RATES: [f64; 2] = [1e3, 1e12];
/// Payloads of a packet, up to the longest IPv4 packet.
const PAYLOADS: [Bytes; 2] = [Bytes::new(64), Bytes::new(65_483)];

impl Scenario {
    /// Whether it can be simulated.
    ///
    /// # Errors
    /// Lists each value that is out of bounds, with the bound.
    pub fn check(&self) -> Result<(), Error> {
        let mut violations = Violations(Vec::new());
        violations.of_scenario(self);
        violations.of_bottleneck(&self.bottleneck);
        for (number, flow) in self.flows.iter().enumerate() {
            violations.of_packets(number, flow, self.bottleneck.buffer);
            violations.of_times(number, flow);
        }
        if violations.0.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(violations.0))
        }
    }
}

/// What is wrong so far.
struct Violations(Vec<String>);

impl Violations {
    fn add(&mut self, value: impl Display, bound: impl Display) {
        self.0.push(format!("{value}: must be {bound}"));
    }

    fn at_most_a_minute(&mut self, name: impl Display, time: Duration) {
        if time > MINUTE {
            self.add(
                format_args!("{name} {}", show_duration(time)),
                "at most 60 s",
            );
        }
    }

    fn of_scenario(&mut self, scenario: &Scenario) {
        let flows = scenario.flows.len();
        if !(1..=Scenario::MAX_FLOWS).contains(&flows) {
            self.add(
                format_args!("{flows} flows"),
                format_args!("1 to {}", Scenario::MAX_FLOWS),
            );
        }
        let packets = scenario.packet_limit;
        if !(1..=Scenario::MAX_PACKETS).contains(&packets) {
            self.add(
                format_args!("packet limit {packets}"),
                format_args!("1 to {}", Scenario::MAX_PACKETS),
            );
        }
        let time = scenario.time_limit;
        if time.is_zero() || time > DAY {
            self.add(
                format_args!("time limit {}", show_duration(time)),
                "above zero and up to a day",
            );
        }
    }

    fn of_bottleneck(&mut self, bottleneck: &Bottleneck) {
        let [slowest, fastest] = RATES;
        if !(slowest..=fastest).contains(&bottleneck.rate.bps()) {
            self.add(
                format_args!("rate {}", bottleneck.rate),
                "1 kbit/s to 1 Tbit/s",
            );
        }
        self.at_most_a_minute("round trip", bottleneck.round_trip);
        match bottleneck.loss {
            Loss::Episodes { length, .. } => self.at_most_a_minute("episode of loss", length),
            Loss::Every(count @ 0..2) => {
                self.add(format_args!("a loss every {count} packets"), "2 or more");
            }
            Loss::Never | Loss::Random(_) | Loss::Every(_) => {}
        }
    }

    fn of_packets(&mut self, number: usize, flow: &Flow, buffer: Bytes) {
        let (mss, packet) = (flow.mss, flow.mss + Flow::HEADER);
        let [least, most] = PAYLOADS;
        if !(least..=most).contains(&mss) {
            self.add(
                format_args!("flow {number}: payload of {} B", mss.get()),
                format_args!("{} B to {} B", least.get(), most.get()),
            );
        }
        if buffer < packet {
            self.add(
                format_args!("buffer of {} B", buffer.get()),
                format_args!("{} B or more, one packet of flow {number}", packet.get()),
            );
        }
        if flow.size == Some(Bytes::ZERO) {
            self.add(format_args!("flow {number}: size 0 B"), "1 B or more");
        }
        if let Some(window) = flow.receive_window.filter(|window| *window < mss) {
            self.add(
                format_args!("flow {number}: receive window of {} B", window.get()),
                format_args!("{} B or more, one payload", mss.get()),
            );
        }
    }

    fn of_times(&mut self, number: usize, flow: &Flow) {
        if flow.start > DAY {
            self.add(
                format_args!("flow {number}: start {}", show_duration(flow.start)),
                "within a day",
            );
        }
        self.at_most_a_minute(format_args!("flow {number}: extra delay"), flow.extra_delay);
        self.at_most_a_minute(
            format_args!("flow {number}: initial timer"),
            flow.timer.initial,
        );
        let margin = flow.timer.margin;
        if !(LEAST_MARGIN..=flow.timer.initial).contains(&margin) {
            self.add(
                format_args!(
                    "flow {number}: margin of the timer {}",
                    show_duration(margin)
                ),
                "1 ms to the initial timer",
            );
        }
    }
}
