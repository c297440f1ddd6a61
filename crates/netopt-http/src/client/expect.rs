//! A body that waits until the server says that it wants it: `Expect: 100-continue` (RFC 9110 §10.1.1).
//!
//! The head goes out by itself. The body follows when the server says 100, or says nothing for a second, because it may be
//! one that does not know the expectation. A server that answers at once does not get it: the answer is the caller's, and
//! the connection, on which the server still waits for a body, is closed after it.
//!
//! Only on HTTP/1.1. The engine does not tell of interim answers of HTTP/2, so there the body goes out at once, which the
//! RFC allows.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http::{Request, StatusCode, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::ext::on_informational;
use tokio::time::{Sleep, sleep};

use crate::body::Body;
use crate::error::Error;

/// How long a server may take to say that it wants the body: longer than most round trips, shorter than anybody's patience.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the body of a request was held back to the end.
#[derive(Debug, Clone)]
pub(crate) struct Withheld(Arc<Permit>);

#[derive(Debug, Default)]
struct Permit {
    state: AtomicU8,
    waiter: AtomicWaker,
}

/// The server wants the body; before, it has said nothing.
const WANTED: u8 = 1;
/// The body goes out, or has gone.
const BEGUN: u8 = 2;
/// The answer was here first.
const WITHDRAWN: u8 = 3;

impl Permit {
    /// Takes that step if none of those after it was taken. False if one was.
    fn step(&self, to: u8) -> bool {
        let earlier = |state| (state < to).then_some(to);
        let taken = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, earlier);
        taken.is_ok()
    }

    fn is(&self, state: u8) -> bool {
        self.state.load(Ordering::Acquire) == state
    }
}

/// A body that waits for its permit.
struct Patient {
    body: Body,
    permit: Arc<Permit>,
    patience: Pin<Box<Sleep>>,
}

/// Lets the body of a request wait for the server, if the request says so.
pub(crate) fn hold_back(request: Request<Body>) -> (Request<Body>, Option<Withheld>) {
    let expectation = request.headers().get(header::EXPECT);
    let expects = expectation.is_some_and(|is| is.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    if !expects || request.body().is_end_stream() {
        return (request, None);
    }
    let permit = Arc::<Permit>::default();
    let mut request = request.map(|body| {
        Body::ours(Patient {
            body,
            permit: Arc::clone(&permit),
            patience: Box::pin(sleep(PATIENCE)),
        })
    });
    let told = Arc::clone(&permit);
    on_informational(&mut request, move |interim| {
        if interim.status() == StatusCode::CONTINUE {
            told.step(WANTED);
            told.waiter.wake();
        }
    });
    (request, Some(Withheld(permit)))
}

impl Withheld {
    /// The answer is here: a body that has not begun stays here. True if so.
    pub(crate) fn settle(self) -> bool {
        let unless_begun = |state| (state < BEGUN).then_some(WITHDRAWN);
        let settled = self
            .0
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, unless_begun);
        settled.is_ok()
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if !this.permit.is(BEGUN) {
            this.permit.waiter.register(cx.waker());
            let waits = !this.permit.is(WANTED) && this.patience.as_mut().poll(cx).is_pending();
            if waits || !this.permit.step(BEGUN) {
                return Poll::Pending;
            }
        }
        Pin::new(&mut this.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
