//! Which paths can be: every value against its bound, all violations at once.
//!
//! Refused is what cannot be meant (a queue that takes no packet), what no chain or line can do, and what the lab has no
//! memory for. What it leaves alone: whether this machine is fast enough, which only a run can tell.

use std::fmt::Display;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio, show_duration};

use super::loss::entering;
use super::violations::Violations;
use super::{
    Aqm, LONGEST_DELAY, Limit, Loss, MAX_FLYING_BYTES, Outages, PathSpec, QueueSpec, Rate,
    RateStep, WaySpec,
};

/// The slowest line in bits a second: a full packet takes 12 s.
const SLOWEST: f64 = 1e3;
/// The fastest line in bits a second; nothing that this lab runs on comes near.
const FASTEST: f64 = 100e9;
/// The least bound of a queue in bytes: a full Ethernet packet, for with less none would pass.
const LEAST_QUEUE: Bytes = Bytes::new(1500);
/// The largest queues: memory is bounded by them.
const LARGEST_QUEUE: Bytes = Bytes::new(1_000_000_000);
const LONGEST_QUEUE: usize = 1_000_000;
/// Steps of a trace: a day at one a second, and some.
const MOST_STEPS: usize = 100_000;
/// Packets of a mean burst; longer ones are outages.
const LONGEST_BURST: f64 = 1e6;

impl PathSpec {
    /// Whether the lab can be this path.
    ///
    /// # Errors
    /// Lists each value that is out of bounds, with the bound. Fields are named as in the code, `up.delay` for example, and
    /// without the way when both ways are the same.
    pub fn check(&self) -> Result<(), Violations> {
        let mut found = Violations::default();
        if self.up == self.down {
            Check("", &mut found).way(&self.up);
        } else {
            Check("up.", &mut found).way(&self.up);
            Check("down.", &mut found).way(&self.down);
        }
        found.none_or(())
    }
}

/// The way that is looked at, as the beginning of its fields' names, and what was found.
struct Check<'a>(&'static str, &'a mut Violations);

impl Check<'_> {
    fn add(&mut self, field: impl Display, problem: impl Display) {
        self.1.add(format_args!("{}{field}", self.0), problem);
    }

    fn way(&mut self, way: &WaySpec) {
        self.at_most_longest("delay", way.delay);
        if let Some(jitter) = &way.jitter {
            self.at_most_longest("jitter.up_to", jitter.up_to);
        }
        if let Some(reorder) = &way.reorder {
            self.at_most_longest("reorder.by", reorder.by);
            if reorder.by.is_zero() {
                self.add("reorder.by", "0 s changes no order; must be above zero");
            }
        }
        self.loss(way.loss);
        self.rate(&way.rate);
        self.queue(&way.queue);
        if let Some(outages) = way.outages {
            self.outages(outages);
        }
        self.memory(way);
    }

    fn at_most_longest(&mut self, field: &str, time: Duration) {
        if time > LONGEST_DELAY {
            let (time, most) = (show_duration(time), show_duration(LONGEST_DELAY));
            self.add(
                field,
                format_args!("{time} is too long; must be at most {most}"),
            );
        }
    }

    fn loss(&mut self, loss: Loss) {
        let Loss::Bursts { share, mean_length } = loss else {
            return;
        };
        if !(1.0..=LONGEST_BURST).contains(&mean_length) {
            self.add(
                "loss.mean_length",
                format_args!(
                    "{mean_length} packets; must be 1 to {LONGEST_BURST}, use an outage for more"
                ),
            );
        } else if entering(share.get(), mean_length) > 1.0 {
            // A burst ends with a packet that comes through: at most L of L + 1 packets are lost.
            let most =
                Ratio::new(mean_length / (mean_length + 1.0)).expect("a share, as L is at least 1");
            self.add(
                "loss.share",
                format_args!("{share} cannot be lost in bursts of {mean_length} packets; must be at most {most}, or make bursts longer"),
            );
        }
    }

    fn rate(&mut self, rate: &Rate) {
        match rate {
            Rate::Unlimited => {}
            Rate::Fixed(rate) => self.within_rates("rate", *rate),
            Rate::Trace(steps) => self.trace(steps),
        }
    }

    fn within_rates(&mut self, field: impl Display, rate: BitRate) {
        if !(SLOWEST..=FASTEST).contains(&rate.bps()) {
            let bps = rate.bps();
            self.add(
                field,
                format_args!("{bps} bit/s; must be 1 kbit/s to 100 Gbit/s"),
            );
        }
    }

    fn trace(&mut self, steps: &[RateStep]) {
        let count = steps.len();
        if !(1..=MOST_STEPS).contains(&count) {
            self.add(
                "rate",
                format_args!("a trace of {count} steps; must be 1 to {MOST_STEPS}"),
            );
        } else if steps.iter().all(|step| step.rate.is_none()) {
            self.add(
                "rate",
                "every step of the trace stands still; one must have a rate",
            );
        }
        for (number, step) in (1..).zip(steps.iter().take(MOST_STEPS)) {
            if step.lasts.is_zero() {
                self.add(
                    format_args!("rate, step {number}"),
                    "lasts 0 s; must be above zero",
                );
            }
            if let Some(rate) = step.rate {
                self.within_rates(format_args!("rate, step {number}"), rate);
            }
        }
    }

    fn queue(&mut self, queue: &QueueSpec) {
        match queue.limit {
            Limit::Bytes(bytes) if !(LEAST_QUEUE..=LARGEST_QUEUE).contains(&bytes) => {
                let (least, most) = (LEAST_QUEUE.get(), LARGEST_QUEUE.get());
                self.add(
                    "queue.limit",
                    format_args!(
                        "{} B; must be {least} B, a full packet, to {most} B",
                        bytes.get()
                    ),
                );
            }
            Limit::Packets(packets) if !(1..=LONGEST_QUEUE).contains(&packets) => {
                self.add(
                    "queue.limit",
                    format_args!("{packets} packets; must be 1 to {LONGEST_QUEUE}"),
                );
            }
            Limit::Bytes(_) | Limit::Packets(_) => {}
        }
        match queue.aqm {
            Aqm::None => {
                if queue.ecn.is_on() {
                    self.add(
                        "queue.ecn",
                        "on, and nothing would mark; turn CoDel on or this off",
                    );
                }
            }
            Aqm::Codel { target, interval } => {
                if target.is_zero() || target >= interval {
                    let (target, interval) = (show_duration(target), show_duration(interval));
                    self.add(
                        "queue.aqm.target",
                        format_args!(
                            "{target}; must be above zero and below the interval of {interval}"
                        ),
                    );
                }
                self.at_most_longest("queue.aqm.interval", interval);
            }
        }
    }

    fn outages(&mut self, outages: Outages) {
        let lasts = show_duration(outages.lasts);
        if outages.lasts.is_zero() {
            self.add("outages.lasts", "0 s; must be above zero");
        }
        if let Some(every) = outages.every.filter(|every| *every <= outages.lasts) {
            let every = show_duration(every);
            self.add(
                "outages.every",
                format_args!(
                    "{every} is no longer than one lasts; must be above {lasts}, or the line is always dead"
                ),
            );
        }
    }

    /// A full line of that length has to fit behind it.
    fn memory(&mut self, way: &WaySpec) {
        let fastest = match &way.rate {
            Rate::Unlimited => None,
            Rate::Fixed(rate) => Some(*rate),
            Rate::Trace(steps) => steps
                .iter()
                .filter_map(|step| step.rate)
                .max_by(|one, other| one.bps().total_cmp(&other.bps())),
        };
        let longest = way
            .delay
            .saturating_add(way.jitter.map_or(Duration::ZERO, |jitter| jitter.up_to));
        if let Some(held) = fastest.map(|rate| rate * longest)
            && held > MAX_FLYING_BYTES
        {
            self.add(
                "delay",
                format_args!("{} at this rate hold {held}; the lab has room for {MAX_FLYING_BYTES}, so shorten the delay or lower the rate", show_duration(longest)),
            );
        }
    }
}

#[cfg(test)]
mod tests;
