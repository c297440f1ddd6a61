//! Stage two: calls one by one, in the ways that tell causes apart.
//!
//! On a new connection each, on a kept one, on a kept one asking for compression; and the start of a body, of an answer and of
//! the request, to see whether it would compress at all. Nothing queues, so what differs between them is what they differ in.
//! Where that leaves a question about calls at once, there are some of these, too ([`at_once`]).
//! What only the kernel of this machine can say, it is asked here as well.

use netopt::http::{Body, Decoded};
use netopt::{Change, Plan};
use netopt_core::change::Switch;
use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::unit::Bytes;
use netopt_explain::BodySample;

use super::{Line, Progress, Stage};

mod at_once;

/// Calls of each kind.
const CALLS: usize = 8;
/// Calls without an answer, one after the other, after which the target is given up.
const PATIENCE: usize = 3;
/// The part of a body that is compressed for trial.
const SAMPLE: usize = 64 * 1024;

impl Line {
    /// False when the target stopped answering.
    pub(super) async fn survey(&mut self, progress: &mut (impl Progress + Send)) -> bool {
        let plain = self
            .job
            .client
            .clone()
            .with(Change::AcceptEncoding(Encodings::NONE));
        let apart = plain.clone().with(Change::KeepAlive(Switch::Off));
        let kept = plain.with(Change::KeepAlive(Switch::On));
        let packed = kept.clone().with(Change::AcceptEncoding(Encodings::ALL));
        // The first call on a kept connection opens it; it is made and not counted.
        let planned = (3 * CALLS + 2 + 1) as u64;
        progress.begin(Stage::Survey, planned);
        let begun = self.budget.used();
        let mut told =
            |line: &Self| progress.left(planned.saturating_sub(line.budget.used() - begun));
        self.story.facts.survey.fresh = self.one_by_one(&apart, CALLS).await;
        told(self);
        if is_silent(&self.story.facts.survey.fresh) {
            progress.end();
            return false;
        }
        self.story.facts.survey.warm = self.one_by_one(&kept, CALLS + 1).await.split_off_first();
        told(self);
        self.story.facts.survey.encoded =
            self.one_by_one(&packed, CALLS + 1).await.split_off_first();
        told(self);
        self.story.facts.survey.sample = self.sample(&kept).await;
        self.story.facts.survey.request = self.request_sample();
        self.story.facts.survey.crowds = self.crowds().await;
        self.story.facts.survey.together = self.together(&kept).await;
        self.story.facts.may_have_bbr = self.may_have_bbr();
        progress.end();
        true
    }

    /// What compression would make of the start of the body that we send; `None` where there is none, or it is encoded already.
    fn request_sample(&self) -> Option<BodySample> {
        let request = self.job.template.request();
        let body = request.body();
        if body.is_empty()
            || request
                .headers()
                .contains_key(http::header::CONTENT_ENCODING)
        {
            return None;
        }
        Some(packed(body.get(..SAMPLE).unwrap_or(body)))
    }

    /// Whether the kernel would give our sockets BBR. It is asked only if something had to be sent again or is uploaded beside,
    /// since asking may load a module.
    fn may_have_bbr(&self) -> Option<bool> {
        let was_lossy = |call: &Exchange| {
            let again = call.path_of_call().and_then(|path| path.bytes_again);
            again.is_some_and(|again| again > Bytes::ZERO)
        };
        let bbr = netopt_explain::bbr::change()?;
        let of_use = self.job.beside.is_some() || self.story.facts.answered().any(was_lossy);
        of_use.then(|| {
            let plan = self.job.client.clone().with(bbr);
            let connector = netopt::stack::connector(&plan, &self.job.around);
            connector.options.rehearse().is_ok()
        })
    }

    async fn one_by_one(&self, plan: &Plan, calls: usize) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        // A client that cannot be made was found out before the first call.
        let Ok(client) = self.client(plan) else {
            return exchanges;
        };
        while exchanges.len() < calls && !is_silent(&exchanges) && self.budget.take().await.is_ok()
        {
            exchanges.push(client.exchange(self.job.template.request()).await);
        }
        exchanges
    }

    /// The start of a body, and what our own compression makes of it; `None` for an encoded or failed answer.
    async fn sample(&self, plan: &Plan) -> Option<BodySample> {
        let client = self.client(plan).ok()?;
        self.budget.take().await.ok()?;
        let request = self.job.template.request().map(Body::from);
        let reply = client.send(request).await.ok()?;
        let encoded = reply.extensions().get::<Decoded>().is_some();
        if encoded || reply.headers().contains_key(http::header::CONTENT_ENCODING) {
            return None;
        }
        let start = reply.into_body().start(SAMPLE).await.ok()?;
        Some(packed(&start))
    }
}

/// What our own compression makes of the start of a body.
fn packed(start: &[u8]) -> BodySample {
    BodySample {
        plain: Bytes::new(start.len() as u64),
        packed: netopt_http::packed_size(start),
    }
}

/// Whether the last calls in a row, enough of them, had no answer at all.
fn is_silent(exchanges: &[Exchange]) -> bool {
    let failed = |exchange: &Exchange| exchange.outcome.failure().is_some();
    exchanges.len() >= PATIENCE && exchanges.iter().rev().take(PATIENCE).all(failed)
}

/// What remains without the first.
trait SplitOffFirst {
    fn split_off_first(self) -> Self;
}

impl SplitOffFirst for Vec<Exchange> {
    fn split_off_first(mut self) -> Self {
        self.drain(..self.len().min(1));
        self
    }
}
