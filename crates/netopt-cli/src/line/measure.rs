//! Stage one: the client as it is today, under the load of its workload.

use std::sync::Arc;

use netopt::{Plan, Stack, stack};
use netopt_core::exchange::Exchange;
use netopt_core::histogram::LatencyHistogram;
use netopt_core::outcome::Outcome;
use netopt_core::unit::{PerSecond, show_duration};
use netopt_core::workload::Pattern;
use netopt_load::arrival::Arrival;
use netopt_load::driver::{self, Load};
use netopt_load::report::{Health, Limit};
use netopt_load::stop::Stop;
use tokio::time::{Instant, sleep};

use super::beside::SETTLES;
use super::calls::Calls;
use super::{Line, Progress, Stage};
use crate::exit::Fault;

/// Fewer calls tell no tenth from another.
const LEAST_CALLS: u64 = 40;
/// More calls tell nothing new to the audits.
const MOST_CALLS: u64 = 400;
/// Of a budget, the measurement takes a quarter at the most: the rest is for the proof.
const SHARE_OF_BUDGET: u64 = 4;
/// When calls spend more than this share of their latency waiting to begin, the reader must know.
const WAITED: f64 = 0.3;

impl Line {
    /// The rate at which calls are planned: what the budget lets through without holding one up.
    pub(super) fn planned_rate(&self) -> PerSecond {
        self.budget
            .steady_rate()
            .unwrap_or(self.job.politeness.rate)
    }

    /// How calls arrive: evenly at the planned rate, or one after the other.
    pub(super) fn arrival(&self) -> Arrival {
        let rate = self.planned_rate();
        match self.job.workload.pattern() {
            Pattern::Open => Arrival::Constant { rate },
            Pattern::Closed => Arrival::Closed {
                concurrency: self.job.effort.callers,
            },
        }
    }

    /// A client as `plan` wants it, making the job's calls.
    pub(super) fn calls(&self, plan: &Plan) -> Result<Calls, Fault> {
        Ok(Calls::new(
            self.client(plan)?,
            self.job.template.clone(),
            self.job.beside.clone(),
        ))
    }

    pub(super) fn client(&self, plan: &Plan) -> Result<Stack, Fault> {
        stack::client(plan, &self.job.around).map_err(Fault::internal)
    }

    pub(super) async fn measure(
        &mut self,
        progress: &mut (impl Progress + Send),
    ) -> Result<(), Fault> {
        self.knock().await?;
        // The budget is then free again: the plan must not begin in debt, or its first calls would count as late.
        sleep(self.planned_rate().interval().unwrap_or_default()).await;
        let calls = self.calls_to_measure();
        progress.begin(Stage::Measure, calls);
        let mut load = Load::new(self.arrival(), Stop::after_calls(calls));
        load.budget = Some(Arc::clone(&self.budget));
        let caller = Arc::new(self.calls(&self.job.client)?);
        let (story, begun) = (&mut self.story, Instant::now());
        let mut recorder = |exchange: Exchange| {
            story.facts.baseline.window = begun.elapsed();
            story.metrics.record(&exchange);
            story.facts.baseline.exchanges.push(exchange);
            progress.left(calls.saturating_sub(story.metrics.count()));
        };
        let report = driver::run(&load, Arc::clone(&caller), &mut recorder).await;
        self.story.facts.baseline.beside = caller.done_beside();
        self.note_beside();
        // What goes on beside the calls ends here: the survey is to find the path empty.
        drop(caller);
        if self.job.beside.is_some() {
            sleep(SETTLES).await;
        }
        self.story.facts.baseline.window = report.window;
        progress.end();
        self.note_health(&report.health);
        self.note_waiting();
        self.note_cuts();
        self.check_answers()
    }

    /// A load that was not kept up with is not the load that was asked for, and the reader must know why.
    fn note_health(&mut self, health: &Health) {
        self.story.saturated = health.saturated;
        if let Some(limit) = health.saturated {
            let why = match limit {
                Limit::Generator => "this machine was too slow for it",
                Limit::InFlight => "too many calls were waiting for their answers",
                Limit::Budget => "--rate held calls up",
            };
            self.story.notes.push(format!(
                "the planned load was not kept: {why}; the figures are partly about that"
            ));
        }
    }

    /// Latency counts from the planned start; what passes before the real one is neither the path nor the server.
    fn note_waiting(&mut self) {
        let p50 = |times: &LatencyHistogram| times.quantile(0.5).unwrap_or_default();
        let (latency, service) = (
            p50(self.story.metrics.latency()),
            p50(self.story.metrics.service()),
        );
        let waited = latency.saturating_sub(service);
        if waited > latency.mul_f64(WAITED) {
            self.story.notes.push(format!(
                "latency counts from the planned start, and calls began about {} late: ask for \
                 less by --rate",
                show_duration(waited)
            ));
        }
    }

    /// The reader must know that there was more than the calls.
    fn note_beside(&mut self) {
        if self.job.beside.is_some() {
            let ended = self.story.facts.baseline.beside.len();
            let note = if ended == 0 {
                "no upload had ended when the measurement was over; with smaller ones more could be said".to_owned()
            } else {
                format!(
                    "the same client uploaded meanwhile, and {ended} of its uploads had ended when the measurement was over"
                )
            };
            self.story.notes.push(note);
        }
    }

    /// Cut bodies make their connections useless, which the audits see and the reader should know.
    fn note_cuts(&mut self) {
        let cut = self
            .story
            .facts
            .answers()
            .filter(|answer| answer.cut)
            .count();
        if cut > 0 {
            let limit = self.job.around.body_limit;
            self.story.notes.push(format!(
                "{cut} bodies were longer than --max-body {limit} and were cut there"
            ));
        }
    }

    /// One call before all others: an unreachable target is told at once.
    async fn knock(&self) -> Result<(), Fault> {
        let client = self.client(&self.job.client)?;
        self.budget
            .take()
            .await
            .map_err(|_| Fault::usage("--max-requests must be at least 1"))?;
        let exchange = client.exchange(self.job.template.request()).await;
        match exchange.outcome {
            Outcome::Failed(failure) => {
                Err(Fault::unmeasured(format!("{}: {failure}", self.job.target)))
            }
            Outcome::Answered(_) | Outcome::Connected => Ok(()),
        }
    }

    fn calls_to_measure(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is at most 10,000/s"
        )]
        let wanted =
            (self.job.politeness.rate.get() * self.job.effort.measure_for.as_secs_f64()) as u64;
        wanted
            .clamp(LEAST_CALLS, MOST_CALLS)
            .min((self.job.politeness.total / SHARE_OF_BUDGET).max(1))
    }

    /// Something must have been answered as it should be.
    fn check_answers(&self) -> Result<(), Fault> {
        if self.story.facts.answered().next().is_some() {
            return Ok(());
        }
        let exchanges = &self.story.facts.baseline.exchanges;
        let why = exchanges.first().map_or_else(
            || "no call was made".to_owned(),
            |exchange| match &exchange.outcome {
                Outcome::Failed(failure) => failure.to_string(),
                Outcome::Answered(status) => format!("the answer is {status}"),
                Outcome::Connected => "nothing was asked".to_owned(),
            },
        );
        let count = exchanges.len();
        Err(Fault::unmeasured(format!(
            "{}: {count} of {count} calls did not succeed: {why}",
            self.job.target
        )))
    }
}
