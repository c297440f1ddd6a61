//! Calls at once, where the audits have a question about them: with fewer callers than the baseline had, and side by side on
//! one connection.
//!
//! When there is a question, the audits say (`netopt_explain::crowd`, `netopt_explain::multiplexing`). The target gets no more
//! in any second than was promised.

use std::num::NonZeroU32;
use std::sync::Arc;

use netopt::{Change, Plan};
use netopt_core::change::HttpVersion;
use netopt_core::exchange::Exchange;
use netopt_explain::Crowd;
use netopt_explain::{crowd, multiplexing};
use netopt_load::arrival::Arrival;
use netopt_load::driver::{self, Load};
use netopt_load::stop::Stop;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Line;
use crate::line::calls::Calls;

/// Calls of each caller: the first one opens its connection, and does not count.
const EACH: u64 = 3;
/// Of few callers each makes more, so that there is a median.
const LEAST: u64 = 16;
/// Of many callers not each needs to have its turn thrice.
const MOST: u64 = 128;

impl Line {
    /// Today's client with fewer callers, as many as the audits want to know about.
    pub(super) async fn crowds(&self) -> Vec<Crowd> {
        let mut crowds = Vec::new();
        for callers in crowd::levels(&self.story.facts) {
            let exchanges = self.crowd(callers).await;
            crowds.push(Crowd { callers, exchanges });
        }
        crowds
    }

    async fn crowd(&self, callers: NonZeroU32) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        // A client that cannot be made was found out before the first call.
        let Ok(client) = self.client(&self.job.client) else {
            return exchanges;
        };
        let calls = (EACH * u64::from(callers.get())).clamp(LEAST, MOST);
        let arrival = Arrival::Closed {
            concurrency: callers,
        };
        let mut load = Load::new(arrival, Stop::after_calls(calls));
        load.budget = Some(Arc::clone(&self.budget));
        let caller = Arc::new(Calls::new(client, self.job.template.clone(), None));
        let mut recorder = |exchange: Exchange| exchanges.push(exchange);
        driver::run(&load, caller, &mut recorder).await;
        exchanges
    }

    /// Several calls on one connection of HTTP/2, if that is a question.
    pub(super) async fn together(&self, kept: &Plan) -> Vec<Exchange> {
        let plan = kept.clone().with(Change::Version(HttpVersion::Auto));
        let Some(client) = multiplexing::is_in_question(&self.story.facts)
            .then(|| self.client(&plan).ok())
            .flatten()
        else {
            return Vec::new();
        };
        if self.budget.take().await.is_err() {
            return Vec::new();
        }
        // It opens the connection, and is not counted.
        client.exchange(self.job.template.request()).await;
        for _ in 0..multiplexing::AT_ONCE {
            if self.budget.take().await.is_err() {
                return Vec::new();
            }
        }
        let mut calls = JoinSet::new();
        for _ in 0..multiplexing::AT_ONCE {
            let (client, request) = (client.clone(), self.job.template.request());
            calls.spawn(async move { client.exchange(request).await });
        }
        let exchanges = calls.join_all().await;
        // They came at once, so the next ones have to wait until as many could have come one by one.
        let each = self.planned_rate().interval().unwrap_or_default();
        let count = u32::try_from(multiplexing::AT_ONCE).unwrap_or(u32::MAX);
        sleep(each.saturating_mul(count)).await;
        exchanges
    }
}
