//! A body on its way to the caller, kept on the side as long as it is small enough.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::body::Body;
use crate::error::Error;

/// Hands the body on and, at its end, the whole of it to `done`. One that breaks off, is dropped before or grows
/// beyond `most` is not kept.
///
/// Its end is also there when as many bytes came as were announced: who knows the length does not ask for more.
pub(super) struct Keeping {
    inner: Body,
    kept: Option<Kept>,
}

struct Kept {
    bytes: BytesMut,
    most: usize,
    announced: Option<u64>,
    done: Box<dyn FnOnce(Bytes) + Send>,
}

impl Keeping {
    pub(super) fn new(
        inner: Body,
        most: usize,
        announced: Option<u64>,
        done: impl FnOnce(Bytes) + Send + 'static,
    ) -> Self {
        let kept = Kept {
            bytes: BytesMut::new(),
            most,
            announced,
            done: Box::new(done),
        };
        Self {
            inner,
            kept: Some(kept),
        }
    }

    fn take(&mut self, data: &[u8]) {
        let Some(kept) = &mut self.kept else { return };
        let length = kept.bytes.len() + data.len();
        if length > kept.most {
            self.kept = None;
            return;
        }
        kept.bytes.extend_from_slice(data);
        if kept.announced == Some(length as u64) {
            self.done();
        }
    }

    fn done(&mut self) {
        if let Some(kept) = self.kept.take() {
            (kept.done)(kept.bytes.freeze());
        }
    }
}

impl HttpBody for Keeping {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let next = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &next {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.take(data);
                }
            }
            Some(Err(_)) => self.kept = None,
            None => self.done(),
        }
        Poll::Ready(next)
    }

    /// False until its end was seen: who stops before would not have it kept.
    fn is_end_stream(&self) -> bool {
        self.kept.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeping")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use http_body_util::{BodyExt as _, StreamBody};
    use netopt_core::unit;

    fn pieces(all: &[Option<&'static str>]) -> Body {
        let frames: Vec<_> = all
            .iter()
            .map(|piece| match piece {
                Some(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
                None => Err(std::io::Error::other("cut")),
            })
            .collect();
        Body::stream(StreamBody::new(futures_util::stream::iter(frames)))
    }

    fn keeping(body: Body, most: usize) -> (Body, Arc<Mutex<Option<Bytes>>>) {
        let kept = Arc::new(Mutex::new(None));
        let done = Arc::clone(&kept);
        let body = Keeping::new(body, most, None, move |bytes| {
            *done.lock().unwrap() = Some(bytes);
        });
        (Body::stream(body), kept)
    }

    #[tokio::test]
    async fn what_fits_and_ends_is_kept_and_nothing_else() {
        for (all, most, whole) in [
            (vec![Some("ab"), Some("c")], 3, Some("abc")),
            (vec![Some("ab"), Some("cd")], 3, None),
            (vec![Some("ab"), None], 9, None),
            (vec![], 0, Some("")),
        ] {
            let (body, kept) = keeping(pieces(&all), most);
            let came = body.collect(unit::Bytes::new(100)).await;
            assert_eq!(came.is_err(), all.contains(&None));
            assert_eq!(kept.lock().unwrap().as_deref(), whole.map(str::as_bytes));
        }
    }

    #[tokio::test]
    async fn who_knows_the_length_need_not_ask_for_the_end() {
        let kept = Arc::new(Mutex::new(None));
        let done = Arc::clone(&kept);
        let body = pieces(&[Some("ab"), Some("c")]);
        let mut body = Keeping::new(body, 9, Some(3), move |bytes| {
            *done.lock().unwrap() = Some(bytes);
        });
        body.frame().await.unwrap().unwrap();
        assert!(kept.lock().unwrap().is_none());
        body.frame().await.unwrap().unwrap();
        assert_eq!(kept.lock().unwrap().as_deref(), Some(&b"abc"[..]));
    }

    #[tokio::test]
    async fn a_body_that_is_left_in_the_middle_is_not_kept() {
        let (mut body, kept) = keeping(pieces(&[Some("ab"), Some("c")]), 9);
        body.frame().await.unwrap().unwrap();
        drop(body);
        assert!(kept.lock().unwrap().is_none());
    }
}
