//! The replay of a measured trace: waits, reuse and handshakes for these very calls, by size of the pool.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netopt_core::model::pool::replay::{Forecast, Habits, Trace, replay, size_for};
use netopt_core::model::pool::{self, Order};
use netopt_core::model::queueing::Erlangs;
use netopt_core::unit::{Ratio, parse_duration};

use super::{PoolSize, trace};
use crate::args::model_values as values;
use crate::exit::Fault;
use crate::model::{Amount, Answer, Axis, Curve, Quantity, Table, Unit};

/// What a pool does with its connections.
#[derive(Debug, Clone, Args)]
pub(super) struct HabitArgs {
    /// Which idle connection is taken
    #[arg(long, requires = "trace", value_enum, value_name = "WHICH", default_value_t = Takes::Lifo)]
    order: Takes,
    /// How long the client keeps an idle connection (default: for ever)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    idle_timeout: Option<Duration>,
    /// How long the server keeps an idle connection (default: for ever)
    #[arg(long, value_name = "TIME", value_parser = values::above_zero)]
    keep_alive: Option<Duration>,
    /// How long a new connection takes before its first call
    #[arg(long, requires = "trace", value_name = "TIME", default_value = "0", value_parser = parse_duration)]
    connect: Duration,
}

/// Which idle connection is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Takes {
    /// The one used last
    Lifo,
    /// The one that was idle longest
    Fifo,
}

impl HabitArgs {
    /// How long an idle connection lives, if not for ever.
    pub(super) fn idle(&self) -> Option<Duration> {
        let limits = [self.idle_timeout, self.keep_alive];
        limits.into_iter().flatten().min()
    }

    fn habits(&self) -> Habits {
        Habits {
            order: match self.order {
                Takes::Lifo => Order::Lifo,
                Takes::Fifo => Order::Fifo,
            },
            idle_timeout: self.idle_timeout,
            server_keep_alive: self.keep_alive,
            connect: self.connect,
        }
    }
}

/// Calls times sizes that are replayed for the table: about a second of work.
const WORK: usize = 4_000_000;
/// Sizes of the table at the most, and at the least.
const SIZES: (usize, usize) = (4, 20);

impl PoolSize {
    pub(super) fn of_trace(&self, file: &Path) -> Result<Answer, Fault> {
        let calls = trace::read(file)?;
        let habits = self.habits.habits();
        let quantile = self.asked();
        let within = self.target.within.unwrap_or_default();
        let size = size_for(&calls, &habits, quantile, within);
        let told = replay(&calls, Some(size), &habits);
        let load = calls.offered_load();
        let by_formula = load.and_then(|load| self.by_formula(load, calls.mean_hold()));
        let by_formula = by_formula.map(|size| f64::from(size.get()));
        let shown = Quantity::number("connections", "connections", size.get());
        let says = format!(
            "{} connections for these calls, and {} of them found one open",
            shown.amount(),
            Amount::share(told.reuse())
        );
        let (rows, curve) = self.by_size(&calls, &habits, size);
        let answer = Answer::of(
            "pool-size",
            "replay of the measured calls through a pool, in \
             order of arrival",
        )
        .given([
            Quantity::choice("trace", "trace", file.display().to_string()),
            Quantity::number("calls", "calls", values::real(calls.calls().len() as u64)),
            Quantity::time("span", "first to last", calls.span()),
            Quantity::time("hold", "mean hold", calls.mean_hold()),
            Quantity::of(Unit::Number, "load", "offered load", load.map(Erlangs::get)),
            self.target(),
        ])
        .given(self.bounds())
        .results([shown])
        .results(results(&told, quantile))
        .results([
            Quantity::of(Unit::Number, "by_formula", "by formula", by_formula)
                .meaning("Erlang C with the load of the trace"),
        ])
        .says(says)
        .table(rows)
        .holds_for(
            "these calls, if they would have come at the same times; clients that \
             wait for answers come later",
        )
        .curve(curve);
        self.bounded(Some(size), answer)
    }

    fn by_formula(&self, load: Erlangs, hold: Duration) -> Option<NonZeroU32> {
        match self.target.within {
            Some(within) => pool::size_for_quantile(load, hold, self.target.quantile, within),
            None => pool::size_for(load, self.target.wait),
        }
    }

    /// The share of the calls that the target is for: with a share that may wait, all others wait not at all.
    fn asked(&self) -> Ratio {
        match self.target.within {
            Some(_) => self.target.quantile,
            None => Ratio::new(1.0 - self.target.wait.get()).unwrap_or(self.target.quantile),
        }
    }

    /// Waits, reuse and handshakes at sizes around the one that was found.
    fn by_size(&self, calls: &Trace, habits: &Habits, size: NonZeroU32) -> (Table, Curve) {
        // Below the load the line only grows for as long as the trace is.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates"
        )]
        let first = calls.offered_load().map_or(1, |load| load.get() as u32);
        let first = first.clamp(1, size.get());
        let span = (size.get() - first).saturating_mul(2).max(4);
        let count = (WORK / calls.calls().len()).clamp(SIZES.0, SIZES.1);
        let steps = u32::try_from(count).unwrap_or(u32::MAX);
        let mut sizes: Vec<u32> = (0..=steps)
            .map(|step| u64::from(span) * u64::from(step) / u64::from(steps))
            .filter_map(|more| first.checked_add(u32::try_from(more).ok()?))
            .chain([size.get()])
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        let mut table = Table::of([
            ("connections", "connections", Some(Unit::Number)),
            ("waited", "wait", Some(Unit::Share)),
            ("wait_p50", "p50", Some(Unit::Time)),
            ("wait_p99", "p99", Some(Unit::Time)),
            ("longest_wait", "longest", Some(Unit::Time)),
            ("reuse", "reuse", Some(Unit::Share)),
            ("handshakes", "opened", Some(Unit::Number)),
        ]);
        let mut points = Vec::new();
        for size in sizes.into_iter().filter_map(NonZeroU32::new) {
            let told = replay(calls, Some(size), habits);
            let wait = |quantile| at(&told, quantile);
            table = table.row([
                f64::from(size.get()).into(),
                told.waited().get().into(),
                wait(0.5).into(),
                wait(0.99).into(),
                told.longest_wait().as_secs_f64().into(),
                told.reuse().get().into(),
                values::real(told.handshakes() as u64).into(),
            ]);
            points.extend(wait(0.99).map(|wait| (f64::from(size.get()), wait)));
        }
        let here = points
            .iter()
            .find(|(at, _)| *at >= f64::from(size.get()))
            .copied();
        let curve = Curve::new(
            "Wait of these calls, by size of the pool",
            Axis::linear("size", "connections", Unit::Number),
            Axis::linear("wait_p99", "p99 of the wait", Unit::Time),
        )
        .line("p99", points);
        let curve = match here {
            Some((x, y)) => curve.here(x, y),
            None => curve,
        };
        (table, curve)
    }
}

fn at(told: &Forecast, quantile: f64) -> Option<f64> {
    let wait = told.wait_quantile(Ratio::new(quantile)?);
    Some(wait.as_secs_f64())
}

/// What becomes of the calls.
fn results(told: &Forecast, quantile: Ratio) -> [Quantity; 6] {
    let wait = told.wait_quantile(quantile);
    let opened = values::real(told.handshakes() as u64);
    [
        Quantity::share("waited", "calls that wait", told.waited()),
        Quantity::time("wait_quantile", "wait at the quantile", wait),
        Quantity::time("longest_wait", "longest wait", told.longest_wait()),
        Quantity::share("reuse", "reuse", told.reuse()),
        Quantity::number("handshakes", "connections opened", opened),
        Quantity::number("peak", "most held at once", told.peak().get()),
    ]
}
