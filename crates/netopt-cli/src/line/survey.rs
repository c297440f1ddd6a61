//! Stage two: calls one by one, in the ways that tell causes apart.
//!
//! On a new connection each, on a kept one, on a kept one asking for compression; where the requests have long heads, with a longer
//! one still and by HTTP/2; and the start of a body, of an answer and of
//! the request, to see whether it would compress at all. Nothing queues, so what differs between them is what they differ in.
//! Where that leaves a question about calls at once, there are some of these, too ([`at_once`]).
//! What only the kernel of this machine can say, it is asked here as well.

use http::{HeaderName, HeaderValue};
use netopt::http::{Body, Decoded};
use netopt::{Change, Plan};
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::exchange::Exchange;
use netopt_core::unit::Bytes;
use netopt_explain::{BodySample, LONG_HEAD};

use super::{Line, Progress, Stage};

mod at_once;

/// Calls of each kind.
const CALLS: usize = 8;
/// Calls without an answer, one after the other, after which the target is given up.
const PATIENCE: usize = 3;
/// The part of a body that is compressed for trial.
const SAMPLE: usize = 64 * 1024;
/// What makes a long head longer, where it is sent.
const PADDING: HeaderName = HeaderName::from_static("x-netopt-padding");
/// By so much: some milliseconds of a slow line, and less than servers refuse.
const PADDED_BY: usize = 4_000;
/// A first flight of ten segments, less what the client adds. What no longer fits takes a round trip, which is no cost of a byte.
const FLIGHT: usize = 14_000;
/// Less than this tells nothing.
const LEAST_PADDING: usize = 1_000;

impl Line {
    /// False when the target stopped answering.
    pub(super) async fn survey(&mut self, progress: &mut (impl Progress + Send)) -> bool {
        // Each call has to be made: an answer at hand tells nothing about path and server.
        let plain = self
            .job
            .client
            .clone()
            .with(Change::AcceptEncoding(Encodings::NONE))
            .with(Change::CacheSize(Bytes::ZERO))
            .with(Change::Coalesce(Switch::Off));
        let apart = plain.clone().with(Change::KeepAlive(Switch::Off));
        let kept = plain.with(Change::KeepAlive(Switch::On));
        let packed = kept.clone().with(Change::AcceptEncoding(Encodings::ALL));
        // The first call on a kept connection opens it; it is made and not counted.
        let planned = (3 * CALLS + 2 + 1) as u64;
        progress.begin(Stage::Survey, planned);
        let begun = self.budget.used();
        let mut told =
            |line: &Self| progress.left(planned.saturating_sub(line.budget.used() - begun));
        self.story.facts.survey.fresh = self.one_by_one(&apart, Head::AsItIs, 0).await;
        told(self);
        if is_silent(&self.story.facts.survey.fresh) {
            progress.end();
            return false;
        }
        self.story.facts.survey.warm = self.kept(&kept, Head::AsItIs).await;
        told(self);
        self.story.facts.survey.encoded = self.kept(&packed, Head::AsItIs).await;
        told(self);
        self.survey_heads(&kept).await;
        self.story.facts.survey.sample = self.sample(&kept).await;
        self.story.facts.survey.request = self.request_sample();
        self.story.facts.survey.crowds = self.crowds().await;
        self.story.facts.survey.together = self.together(&kept).await;
        self.story.facts.may_have_bbr = self.may_have_bbr();
        progress.end();
        true
    }

    /// Where the requests have long heads, what a byte of them costs and what HTTP/2 makes of them.
    async fn survey_heads(&mut self, kept: &Plan) {
        let head = self.story.facts.head().unwrap_or_default();
        if head < LONG_HEAD {
            return;
        }
        let length = usize::try_from(head.get()).unwrap_or(usize::MAX);
        let room = FLIGHT.saturating_sub(length);
        let padding = if room < LEAST_PADDING {
            PADDED_BY
        } else {
            room.min(PADDED_BY)
        };
        self.story.facts.survey.padded = self.kept(kept, Head::LongerBy(padding)).await;
        let version = self.job.client.settings().http.version;
        if version == HttpVersion::Http1 && self.job.target.scheme().is_encrypted() {
            let chosen = kept.clone().with(Change::Version(HttpVersion::Auto));
            self.story.facts.survey.multiplexed = self.kept(&chosen, Head::AsItIs).await;
        }
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

    /// Calls on one connection; the one that opens it is made and left out.
    async fn kept(&self, plan: &Plan, head: Head) -> Vec<Exchange> {
        self.one_by_one(plan, head, 1).await.split_off_first()
    }

    /// Calls with such a head, after so many others for the first path.
    async fn one_by_one(&self, plan: &Plan, head: Head, before: usize) -> Vec<Exchange> {
        let calls = CALLS + before;
        let mut exchanges = Vec::new();
        // A client that cannot be made was found out before the first call.
        let Ok(client) = self.client(plan) else {
            return exchanges;
        };
        while exchanges.len() < calls && !is_silent(&exchanges) && self.budget.take().await.is_ok()
        {
            let index = exchanges.len().saturating_sub(before) as u64;
            let mut request = self.job.template.request_of(index);
            if let Head::LongerBy(padding) = head {
                request.headers_mut().insert(PADDING, filler(padding));
            }
            exchanges.push(client.exchange(request).await);
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

/// What a call of the survey sends.
#[derive(Debug, Clone, Copy)]
enum Head {
    AsItIs,
    LongerBy(usize),
}

/// A value that means nothing, and that HTTP/2 sends anew each time.
fn filler(length: usize) -> HeaderValue {
    let mut value =
        HeaderValue::from_bytes(&vec![b'x'; length]).expect("letters may stand in a header");
    value.set_sensitive(true);
    value
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
