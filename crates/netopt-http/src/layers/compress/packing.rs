//! A body that is compressed on its way out.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame};
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;

use super::encoder::Encoder;
use crate::body::{Body, frame};
use crate::error::Error;

/// So much is encoded at once, which takes well under a millisecond; then others may run.
const ENCODED_AT_ONCE: usize = 32 * 1024;

/// Encodes piece by piece. When its source pauses, all that came so far goes out, so nobody waits for a buffer to fill.
#[derive(Debug)]
pub(super) struct Packing {
    inner: Body,
    encoder: Option<Encoder>,
    /// What has come and is not encoded yet.
    raw: Bytes,
    /// Whether the encoder holds something back.
    held: bool,
    trailers: Option<HeaderMap>,
}

impl Packing {
    pub(super) const fn new(inner: Body, encoder: Encoder) -> Self {
        Self {
            inner,
            encoder: Some(encoder),
            raw: Bytes::new(),
            held: false,
            trailers: None,
        }
    }

    fn poll_packed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        while let Some(encoder) = &mut self.encoder {
            if !self.raw.is_empty() {
                let some = self.raw.split_to(self.raw.len().min(ENCODED_AT_ONCE));
                self.held = true;
                let packed = encoder.encode(&some).map_err(broken)?;
                if packed.is_empty() {
                    continue;
                }
                return Poll::Ready(Ok(Some(packed)));
            }
            let Poll::Ready(next) = Pin::new(&mut self.inner).poll_frame(cx) else {
                if !std::mem::take(&mut self.held) {
                    return Poll::Pending;
                }
                let packed = encoder.flush().map_err(broken)?;
                if packed.is_empty() {
                    return Poll::Pending;
                }
                return Poll::Ready(Ok(Some(packed)));
            };
            match next.transpose()? {
                Some(frame) => match frame.into_data() {
                    Ok(data) => self.raw = data,
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                None => {
                    let rest = self.encoder.take().map(Encoder::finish);
                    return Poll::Ready(rest.transpose().map_err(broken));
                }
            }
        }
        Poll::Ready(Ok(None))
    }
}

impl HttpBody for Packing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let piece = ready!(this.poll_packed(cx));
        if piece.is_err() {
            this.encoder = None;
        }
        Poll::Ready(frame(piece, &mut this.trailers))
    }
}

fn broken(error: io::Error) -> Error {
    let message = format!("the body of the request cannot be compressed: {error}");
    Error::new(FailureKind::Other, Phase::Send, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Decoder;
    use futures_util::FutureExt as _;
    use http_body_util::{BodyExt as _, Channel};
    use netopt_core::encoding::Encoding;

    #[tokio::test]
    async fn what_came_before_a_pause_goes_out_before_it() {
        for encoding in Encoding::ALL {
            let (mut sender, source) = Channel::<Bytes, Error>::new(4);
            let encoder = Encoder::new(encoding).unwrap();
            let mut body = Packing::new(Body::stream(source), encoder);
            let mut decoder = Decoder::new(encoding).unwrap();
            let mut back = Vec::new();
            for word in ["one ", "two ", "three"] {
                sender
                    .send_data(Bytes::from_static(word.as_bytes()))
                    .await
                    .unwrap();
                while let Some(frame) = body.frame().now_or_never() {
                    let data = frame.unwrap().unwrap().into_data().unwrap();
                    back.extend_from_slice(&decoder.decode(&data).unwrap());
                }
                assert!(back.ends_with(word.as_bytes()), "{encoding} {word}");
            }
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", http::HeaderValue::from_static("1"));
            sender.send_trailers(trailers).await.unwrap();
            drop(sender);
            let rest = body.frame().await.unwrap().unwrap().into_data().unwrap();
            back.extend_from_slice(&decoder.decode(&rest).unwrap());
            decoder.finish().unwrap();
            assert_eq!(back, b"one two three");
            let last = body.frame().await.unwrap().unwrap();
            assert!(last.trailers_ref().unwrap().contains_key("x-sum"));
            assert!(body.frame().await.is_none());
        }
    }
}
