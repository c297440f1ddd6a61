//! `netopt model mm1`: one server, and how its line explodes as it fills.

use clap::Args;
use netopt_core::model::queueing::{Mm1, mm1_power};
use netopt_core::unit::{PerSecond, Ratio};

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit};
use crate::args::model_values as values;
use crate::exit::Fault;

/// The curve ends here: at a full server the time is without bound.
const FULLEST: f64 = 0.99;

/// One server.
#[derive(Debug, Args)]
#[command(after_help = "Example: netopt model mm1 --arrivals 50/s --service 100/s --plot")]
pub(crate) struct OneServer {
    /// Calls a second
    #[arg(long, value_name = "RATE", value_parser = values::events)]
    arrivals: PerSecond,
    /// Calls a second that the server finishes while busy
    #[arg(long, value_name = "RATE", value_parser = values::events)]
    service: PerSecond,
}

impl Formula for OneServer {
    fn answer(&self) -> Result<Answer, Fault> {
        let queue = Mm1::new(self.arrivals, self.service).ok_or_else(|| {
            Fault::usage(format!(
                "--arrivals {} is not below --service {}: the line grows without end; give \
                 fewer arrivals or a faster server",
                self.arrivals, self.service
            ))
        })?;
        let used = queue.utilisation();
        let p99 = Ratio::new(0.99).and_then(|quantile| queue.time_quantile(quantile));
        let curve = Curve::new(
            "One server: time by how busy it is",
            Axis::linear("utilisation", "server busy", Unit::Share),
            Axis::log("time", "time until done", Unit::Time),
        )
        .function("mean", (0.0, FULLEST), |used| {
            let arrivals = PerSecond::new(used * self.service.get())?;
            Some(Mm1::new(arrivals, self.service)?.time().as_secs_f64())
        })
        .here(used.get(), queue.time().as_secs_f64());
        let time = Quantity::time("time", "time until done", queue.time());
        let says = format!(
            "busy {} of the time, a call takes {}, of which it waits {}",
            Amount::share(used),
            time.amount(),
            Amount::time(queue.wait())
        );
        Ok(Answer::of(
            "mm1",
            "M/M/1, Kleinrock, Queueing Systems vol. 1, 1975, section 3.2",
        )
        .given([
            Quantity::per_second("arrivals", "arrivals", self.arrivals),
            Quantity::per_second("service", "service", self.service),
        ])
        .results([
            Quantity::share("utilisation", "server busy", used),
            time,
            Quantity::time("time_p99", "p99 of it", p99),
            Quantity::time("wait", "wait before service", queue.wait()),
            Quantity::number("present", "calls present", queue.present().get()),
            Quantity::number("power", "power", mm1_power(used).get())
                .meaning("throughput over time; at most 0.25, at half load"),
        ])
        .says(says)
        .holds_for(
            "Poisson arrivals and exponential service at one server; burstier traffic waits longer",
        )
        .curve(curve))
    }
}
