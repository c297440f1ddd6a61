//! `netopt model pool-size`: connections for a load, what the server allows, and what a measured trace makes of them.

mod replay;
mod trace;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netopt_core::model::pool::{self, Bound, ServerBudget};
use netopt_core::model::queueing::{ErlangC, Erlangs};
use netopt_core::unit::Ratio;

use super::{Amount, Answer, Axis, Curve, Formula, Quantity, Unit};
use crate::args::OfferedArgs;
use crate::args::model_values as values;
use crate::exit::Fault;

/// The size of a pool.
#[derive(Debug, Args)]
#[command(
    after_help = "A trace has a line for each call: when it asked for a connection, and for \
        how\nlong it held one, separated by a comma or blanks, in seconds or with a \
        unit\n(12.5 80ms). Lines that begin with # are left out.\n\nExamples: netopt \
        model pool-size --arrivals 20/s --hold 500ms\n          netopt model pool-size \
        --load 10 --server-limit 33 --instances 4\n          netopt model pool-size \
        --trace calls.csv --within 5ms"
)]
pub(crate) struct PoolSize {
    #[command(flatten)]
    offered: OfferedArgs,
    /// Measured calls to replay instead of a load
    #[arg(long, value_name = "FILE", group = "offered", conflicts_with = "hold")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    habits: replay::HabitArgs,
}

/// How long calls may wait.
#[derive(Debug, Clone, Args)]
struct TargetArgs {
    /// Share of the calls that may wait
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = values::inner_share)]
    wait: Ratio,
    /// Instead: the share given by --quantile waits no longer than this
    #[arg(long, value_name = "TIME", value_parser = netopt_core::unit::parse_duration, conflicts_with = "wait")]
    within: Option<Duration>,
    /// The share of the calls that --within is for
    #[arg(long, value_name = "SHARE", default_value = "99%", value_parser = values::inner_share)]
    quantile: Ratio,
}

/// What the server allows.
#[derive(Debug, Clone, Args)]
struct ServerArgs {
    /// Connections that the server can take from all clients (default: unknown)
    #[arg(long, value_name = "N", value_parser = values::count::<{ values::MANY }>)]
    server_limit: Option<NonZeroU32>,
    /// Clients that share them
    #[arg(long, requires = "server_limit", value_name = "N", default_value = "1", value_parser = values::count::<{ values::MANY }>)]
    instances: NonZeroU32,
    /// Calls at once on one connection, as HTTP/2 allows (default: one)
    #[arg(long, value_name = "N", value_parser = values::count::<{ values::MANY }>)]
    streams: Option<NonZeroU32>,
}

impl PoolSize {
    /// The smallest pool that meets the target.
    fn wanted(&self, load: Erlangs) -> Result<Option<NonZeroU32>, Fault> {
        let Some(within) = self.target.within else {
            return Ok(pool::size_for(load, self.target.wait));
        };
        let hold = self.offered.hold.ok_or_else(|| {
            Fault::usage("--within takes the time that a call holds its connection: give --hold")
        })?;
        Ok(pool::size_for_quantile(
            load,
            hold,
            self.target.quantile,
            within,
        ))
    }

    /// What bounds the pool, for the answer.
    fn bounds(&self) -> Vec<Quantity> {
        let count = |name, label, count: Option<NonZeroU32>| {
            count.map(|count| Quantity::number(name, label, count.get()))
        };
        let limit = self.server.server_limit;
        let bounds = [
            count("server_limit", "server's limit", limit),
            count("instances", "clients", limit.map(|_| self.server.instances)),
            count("streams", "streams", self.server.streams),
            self.habits
                .idle()
                .map(|idle| Quantity::time("idle", "idle for at most", idle)),
        ];
        bounds.into_iter().flatten().collect()
    }

    fn target(&self) -> Quantity {
        match self.target.within {
            Some(within) => Quantity::time("within", "wait at the most", within).meaning(format!(
                "for {} of the calls",
                Amount::share(self.target.quantile)
            )),
            None => Quantity::share("wait", "may wait", self.target.wait),
        }
    }

    /// What the server says to that, and which of the two decides.
    fn bounded(&self, wanted: Option<NonZeroU32>, answer: Answer) -> Result<Answer, Fault> {
        let (Some(limit), Some(wanted)) = (self.server.server_limit, wanted) else {
            return Ok(answer);
        };
        let instances = self.server.instances;
        let allotment = ServerBudget::new(limit)
            .allot(wanted, instances)
            .ok_or_else(|| {
                Fault::usage(format!(
                    "--server-limit {limit} is less than one connection for each of --instances \
                     {instances}; raise the limit or run fewer clients"
                ))
            })?;
        let size = Quantity::number("allotted", "pool of each client", allotment.size.get());
        Ok(match allotment.bound {
            Bound::Latency => answer.results([size.meaning("the target decides")]),
            Bound::Server { missing } => {
                answer
                    .results([size.meaning("the server decides")])
                    .note(format!(
                        "the server's limit is {missing} connections short of the \
                         target: a shorter hold or fewer calls help, a larger pool only moves \
                         the line to the server"
                    ))
            }
        })
    }

    fn curve(&self, load: Erlangs, size: Option<NonZeroU32>) -> Curve {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a load up to a million"
        )]
        let least = load.get() as u32 + 1;
        let last = size
            .map_or(least, NonZeroU32::get)
            .saturating_add(4)
            .max(least + 4);
        let step = ((last - least) / 150).max(1) as usize;
        let waits = |size| Some(ErlangC::new(size, load)?.wait_probability().get());
        let points = (least..=last)
            .step_by(step)
            .filter_map(|size| Some((f64::from(size), waits(size)?)));
        let curve = Curve::new(
            "Who waits, by size of the pool",
            Axis::linear("size", "connections", Unit::Number),
            Axis::log("wait", "calls that wait", Unit::Share),
        )
        .line("wait", points);
        match size {
            Some(size) => curve.here(f64::from(size.get()), waits(size.get())),
            None => curve,
        }
    }

    /// What else was asked: waits, streams, connections that are opened anew.
    fn asides(&self, load: Erlangs, line: Option<&ErlangC>) -> Vec<Quantity> {
        let mut results = Vec::new();
        if let Some(hold) = self.offered.hold {
            let wait = line.and_then(|line| line.wait_quantile(self.target.quantile, hold));
            results.push(Quantity::time(
                "wait_quantile",
                "wait at the quantile",
                wait,
            ));
        }
        if let Some(streams) = self.server.streams {
            let fill = Ratio::new(pool::TARGET_FILL);
            let needed = fill.and_then(|fill| pool::connections_for_streams(load, streams, fill));
            results.push(
                Quantity::of(
                    Unit::Number,
                    "shared_connections",
                    "with that many streams",
                    needed.map(|size| f64::from(size.get())),
                )
                .meaning("connections, filled to 70 %"),
            );
        }
        if let (Some(limit), Some(arrivals)) = (self.habits.idle(), self.offered.arrivals) {
            let opened = pool::lifo_handshakes(arrivals, load, limit);
            results.push(
                Quantity::per_second("handshakes", "new connections", opened)
                    .meaning("without a bound on their number, last in, first out"),
            );
        }
        results
    }

    fn of_load(&self) -> Result<Answer, Fault> {
        let load = self.offered.checked()?;
        let size = self.wanted(load)?;
        let line = size.and_then(|size| ErlangC::new(size.get(), load));
        let mut given = self.offered.given();
        given.push(self.target());
        given.extend(self.bounds());
        let count = |size: Option<NonZeroU32>| size.map(|size| f64::from(size.get()));
        let shown = Quantity::of(Unit::Number, "connections", "connections", count(size));
        let says = format!(
            "{} connections; {} would be busy on average",
            shown.amount(),
            Amount::number(load.get())
        );
        let mut results = vec![
            shown,
            Quantity::share("busy", "each is busy", line.map(|line| line.utilisation())),
            Quantity::share(
                "waiting",
                "calls that wait",
                line.map(|line| line.wait_probability()),
            ),
        ];
        results.extend(self.asides(load, line.as_ref()));
        let mut answer = Answer::of("pool-size", "Erlang C; Little's law for the load")
            .given(given)
            .results(results)
            .says(says)
            .holds_for(
                "Poisson arrivals that do not depend on the waits; bursts wait longer: \
                 replay a trace with --trace",
            )
            .curve(self.curve(load, size));
        if self.habits.idle().is_some() && self.offered.arrivals.is_none() {
            answer =
                answer.note("how often connections are opened anew takes --arrivals and --hold");
        }
        self.bounded(size, answer)
    }
}

impl Formula for PoolSize {
    fn answer(&self) -> Result<Answer, Fault> {
        match &self.trace {
            Some(file) => self.of_trace(file),
            None => self.of_load(),
        }
    }
}
