//! The body of a request or an answer: all of it, or a stream.
//!
//! What is in memory can be sent again; a stream cannot, and a layer that would have to says so by
//! [`Body::try_clone`]. Collecting is always bounded.

mod arriving;
mod held;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit;

pub(crate) use self::arriving::Arriving;
use crate::error::Error;

type Boxed = Pin<Box<dyn HttpBody<Data = Bytes, Error = Error> + Send>>;

/// The body of a request or an answer. The default is empty.
#[derive(Default)]
pub struct Body(Kind);

#[derive(Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    Arriving(Box<dyn Arriving>),
    Stream(Boxed),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// A body that comes piece by piece, once.
    pub fn stream<B>(body: B) -> Self
    where
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let whole = body
            .map_frame(|frame| {
                frame.map_data(|mut data| {
                    let length = data.remaining();
                    data.copy_to_bytes(length)
                })
            })
            .map_err(|error| {
                let error = error.into();
                match error.downcast::<Error>() {
                    Ok(ours) => *ours,
                    Err(other) => Error::new(
                        FailureKind::Other,
                        Phase::Send,
                        format!("the body broke off: {other}"),
                    )
                    .because(other),
                }
            });
        Self(Kind::Stream(Box::pin(whole)))
    }

    /// As [`Body::stream`], of a body that speaks our words already.
    pub(crate) fn ours<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes, Error = Error> + Send + 'static,
    {
        Self(Kind::Stream(Box::pin(body)))
    }

    /// All of it, if it is in memory.
    pub(crate) fn in_memory(&self) -> Option<Bytes> {
        match &self.0 {
            Kind::Empty => Some(Bytes::new()),
            Kind::Full(bytes) => Some(bytes.clone()),
            Kind::Arriving(_) | Kind::Stream(_) => None,
        }
    }

    /// Whether it comes piece by piece, from who knows where.
    pub(crate) const fn is_stream(&self) -> bool {
        matches!(self.0, Kind::Stream(_))
    }

    /// The answer of a client, if it is one.
    pub(crate) fn as_arriving(&mut self) -> Option<&mut dyn Arriving> {
        match &mut self.0 {
            Kind::Arriving(answer) => Some(&mut **answer),
            Kind::Empty | Kind::Full(_) | Kind::Stream(_) => None,
        }
    }

    /// The answer of a client.
    pub(crate) const fn arriving(answer: Box<dyn Arriving>) -> Self {
        Self(Kind::Arriving(answer))
    }

    /// The same body again, if it is in memory.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Kind::Empty => Some(Self::empty()),
            Kind::Full(bytes) => Some(Self(Kind::Full(bytes.clone()))),
            Kind::Arriving(_) | Kind::Stream(_) => None,
        }
    }

    /// The whole of it, if it is in memory.
    pub(crate) fn into_whole(self) -> Option<Bytes> {
        match self.0 {
            Kind::Empty => Some(Bytes::new()),
            Kind::Full(bytes) => Some(bytes),
            Kind::Arriving(_) | Kind::Stream(_) => None,
        }
    }

    /// The whole of it, up to `most` bytes.
    ///
    /// # Errors
    /// When it breaks off, or is longer.
    pub async fn collect(mut self, most: unit::Bytes) -> Result<Bytes, Error> {
        if let Kind::Full(bytes) = &mut self.0 {
            let bytes = std::mem::take(bytes);
            return if bytes.len() as u64 > most.get() {
                Err(too_long(most))
            } else {
                Ok(bytes)
            };
        }
        let mut all = BytesMut::new();
        while let Some(frame) = self.frame().await {
            if let Ok(data) = frame?.into_data() {
                if (all.len() + data.len()) as u64 > most.get() {
                    return Err(too_long(most));
                }
                all.extend_from_slice(&data);
            }
        }
        Ok(all.freeze())
    }

    /// Its first bytes, at most so many; the rest is left where it is.
    ///
    /// # Errors
    /// When it breaks off before.
    pub async fn start(mut self, most: usize) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while all.len() < most
            && let Some(frame) = self.frame().await
        {
            if let Ok(data) = frame?.into_data() {
                let room = most - all.len();
                all.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
        Ok(all.freeze())
    }
}

/// The next frame of a body that is read piece by piece: a piece, or behind the last one its trailers.
pub(crate) fn frame(
    piece: Result<Option<Bytes>, Error>,
    trailers: &mut Option<HeaderMap>,
) -> Option<Result<Frame<Bytes>, Error>> {
    match piece {
        Ok(Some(piece)) => Some(Ok(Frame::data(piece))),
        Ok(None) => trailers.take().map(|all| Ok(Frame::trailers(all))),
        Err(error) => Some(Err(error)),
    }
}

fn too_long(most: unit::Bytes) -> Error {
    Error::new(
        FailureKind::Other,
        Phase::Receive,
        format!("the body is longer than {most}, which is the most that is kept"),
    )
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let kind = &mut self.get_mut().0;
        match kind {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *kind = Kind::Empty;
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Kind::Arriving(answer) => answer.poll_frame(cx),
            Kind::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Empty => true,
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Arriving(answer) => answer.is_over(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Arriving(_) => SizeHint::default(),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Empty => "Body::Empty",
            Kind::Full(_) => "Body::Full",
            Kind::Arriving(_) => "Body::Arriving",
            Kind::Stream(_) => "Body::Stream",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_in_memory_can_be_sent_again_and_is_bounded() {
        let body = Body::from("hello");
        let again = body.try_clone().unwrap();
        assert_eq!(body.collect(unit::Bytes::new(5)).await.unwrap(), "hello");
        let error = again.collect(unit::Bytes::new(4)).await.unwrap_err();
        assert!(error.to_string().contains("longer than 4 B"), "{error}");
    }

    #[tokio::test]
    async fn a_stream_comes_once() {
        let full = http_body_util::Full::new(Bytes::from_static(b"hello"));
        let body = Body::stream(full);
        assert!(body.try_clone().is_none());
        assert_eq!(body.collect(unit::Bytes::new(9)).await.unwrap(), "hello");
        assert_eq!(Body::from("hello").start(3).await.unwrap(), "hel");
        assert_eq!(Body::from("hello").start(9).await.unwrap(), "hello");
    }
}
