//! `netopt model erlang`: who is lost where nobody waits (B), and who waits where nobody is lost (C).

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use netopt_core::model::queueing::{ErlangC, Erlangs, Variation, allen_cunneen, blocking};
use netopt_core::unit::Ratio;

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit};
use crate::args::OfferedArgs;
use crate::args::model_values as values;
use crate::exit::Fault;

/// Several servers.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: netopt model erlang --load 10 --servers 12 --hold 100ms --plot\n  \
        netopt model erlang --arrivals 100/s --hold 100ms --servers 12"
)]
pub(crate) struct Erlang {
    #[command(flatten)]
    offered: OfferedArgs,
    /// Servers or connections
    #[arg(long, value_name = "N", value_parser = values::count::<{ values::MANY }>)]
    servers: NonZeroU32,
    /// How long waits are told for, as a share of the calls
    #[arg(long, value_name = "SHARE", default_value = "99%", value_parser = values::inner_share)]
    quantile: Ratio,
    /// Squared coefficient of variation of hold times
    #[arg(long, value_name = "CV2", default_value = "1", value_parser = values::variation)]
    hold_cv2: Variation,
    /// Squared coefficient of variation of the gaps between arrivals
    #[arg(long, value_name = "CV2", default_value = "1", value_parser = values::variation)]
    arrival_cv2: Variation,
}

impl Erlang {
    /// The waits, which take a hold time.
    fn waits(&self, line: &ErlangC, hold: Duration, answer: Answer) -> Answer {
        let mean = line.mean_wait(hold);
        let answer = answer.results([
            Quantity::time("mean_wait", "mean wait", mean).meaning("of all calls"),
            Quantity::time(
                "wait_quantile",
                "wait at the quantile",
                line.wait_quantile(self.quantile, hold),
            )
            .meaning(format!("of {} of the calls", Amount::share(self.quantile))),
        ]);
        if self.hold_cv2 == Variation::EXPONENTIAL && self.arrival_cv2 == Variation::EXPONENTIAL {
            return answer;
        }
        let (corrected, validity) = allen_cunneen(mean, self.arrival_cv2, self.hold_cv2);
        answer
            .results([
                Quantity::time("varied_wait", "mean wait, varied", corrected)
                    .meaning("Allen-Cunneen, for the given variation"),
            ])
            .valid(validity)
    }

    fn curve(&self, load: Erlangs) -> Curve {
        let servers = self.servers.get();
        // The line is short from about four roots above the load on.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a load up to a million"
        )]
        let least = load.get() as u32 + 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a load up to a million"
        )]
        let enough = (load.get() + 5.0 * load.get().sqrt() + 5.0) as u32;
        let last = enough.max(servers.saturating_add(2));
        let step = ((last - least) / 150).max(1) as usize;
        let sizes = || (least..=last).step_by(step);
        let curve = Curve::new(
            "Who waits, and who is lost",
            Axis::linear("servers", "servers", Unit::Number),
            Axis::linear("calls", "share of the calls", Unit::Share),
        )
        .line(
            "waits (C)",
            sizes().filter_map(|servers| {
                let line = ErlangC::new(servers, load)?;
                Some((f64::from(servers), line.wait_probability().get()))
            }),
        )
        .line(
            "lost (B)",
            sizes().map(|servers| (f64::from(servers), blocking(servers, load).get())),
        );
        let line = ErlangC::new(servers, load);
        curve.here(
            f64::from(servers),
            line.map(|line| line.wait_probability().get()),
        )
    }
}

impl Formula for Erlang {
    fn answer(&self) -> Result<Answer, Fault> {
        let load = self.offered.checked()?;
        let servers = self.servers.get();
        let lost = blocking(servers, load);
        let line = ErlangC::new(servers, load);
        let mut given = self.offered.given();
        given.push(Quantity::number("servers", "servers", servers));
        let lost = Quantity::share("lost", "lost (B)", lost).meaning("where nobody waits");
        let answer = Answer::of(
            "erlang",
            "Erlang 1917; Kleinrock, Queueing Systems vol. 1, \
             1975, sections 3.5 and 3.6",
        )
        .given(given)
        .holds_for(
            "Poisson arrivals; C: exponential hold times, in order of arrival. \
             Whom it makes wait hardly depends on that, for how long does",
        )
        .curve(self.curve(load));
        let Some(line) = line else {
            return Ok(answer.results([lost]).says(format!(
                "{servers} servers are too few for a load of {}: where calls wait, the \
                 line grows without end",
                Amount::number(load.get())
            )));
        };
        let waiting = Quantity::share("wait", "waits (C)", line.wait_probability())
            .meaning("where nobody is lost");
        let says = format!(
            "{} of the calls wait, with each server busy {} of the time",
            waiting.amount(),
            Amount::share(line.utilisation())
        );
        let answer = answer.says(says).results([
            waiting,
            lost,
            Quantity::share("utilisation", "server busy", line.utilisation()),
            Quantity::number("mean_waiting", "calls in line", line.mean_waiting().get()),
        ]);
        Ok(match self.offered.hold {
            Some(hold) => self.waits(&line, hold, answer),
            None => answer.note("how long they wait takes --hold"),
        })
    }
}
