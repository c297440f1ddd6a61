//! A body that is decoded on its way in, within bounds.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame};
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit;

use crate::body::{Body, frame};
use crate::decode::Decoder;
use crate::error::Error;

/// So much of what has arrived is decoded at once.
const DECODED_AT_ONCE: usize = 16 * 1024;
/// Up to here no ratio is wrong: it costs nobody anything.
const HARMLESS: u64 = 1024 * 1024;

/// How much may come out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes for each byte that came in.
    pub(super) ratio: u32,
    /// Bytes in all.
    pub(super) most: u64,
}

impl Bounds {
    /// Whether `out` bytes may be made of `came`.
    fn check(self, came: u64, out: u64) -> Result<(), Error> {
        let Self { ratio, most } = self;
        let why = if out > most {
            format!("more than {}", unit::Bytes::new(most))
        } else if out > HARMLESS && out > came.saturating_mul(u64::from(ratio)) {
            format!("more than {ratio} times its {}", unit::Bytes::new(came))
        } else {
            return Ok(());
        };
        Err(Error::new(
            FailureKind::Protocol,
            Phase::Receive,
            format!(
                "the body decodes to {why}, the bound against decompression bombs; raise it if such answers are meant"
            ),
        ))
    }
}

/// Decodes piece by piece and checks the bounds before it hands anything on.
#[derive(Debug)]
pub(super) struct Unpacking {
    inner: Body,
    /// `None` after its end or an error.
    decoder: Option<Decoder>,
    raw: Bytes,
    came: u64,
    out: u64,
    bounds: Bounds,
    trailers: Option<HeaderMap>,
}

impl Unpacking {
    pub(super) const fn new(inner: Body, decoder: Decoder, bounds: Bounds) -> Self {
        Self {
            inner,
            decoder: Some(decoder),
            raw: Bytes::new(),
            came: 0,
            out: 0,
            bounds,
            trailers: None,
        }
    }

    fn poll_plain(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        while let Some(decoder) = &mut self.decoder {
            if !self.raw.is_empty() {
                let some = self.raw.split_to(self.raw.len().min(DECODED_AT_ONCE));
                self.came += some.len() as u64;
                let plain = decoder.decode(&some).map_err(undecodable)?;
                self.out += plain.len() as u64;
                self.bounds.check(self.came, self.out)?;
                if plain.is_empty() {
                    continue;
                }
                return Poll::Ready(Ok(Some(plain)));
            }
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)).transpose()? {
                Some(frame) => match frame.into_data() {
                    Ok(data) => self.raw = data,
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                None => {
                    // No body at all is not a broken one.
                    if self.came > 0 {
                        decoder.finish().map_err(undecodable)?;
                    }
                    self.decoder = None;
                }
            }
        }
        Poll::Ready(Ok(None))
    }
}

impl HttpBody for Unpacking {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let piece = ready!(this.poll_plain(cx));
        if piece.is_err() {
            this.decoder = None;
        }
        Poll::Ready(frame(piece, &mut this.trailers))
    }
}

pub(super) fn undecodable(error: io::Error) -> Error {
    let message = format!("the body cannot be decoded: {error}");
    Error::new(FailureKind::Protocol, Phase::Receive, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netopt_core::encoding::Encoding;
    use proptest::prelude::*;

    const WIDE: Bounds = Bounds {
        ratio: 200,
        most: 1 << 30,
    };

    async fn unpacked(packed: Vec<u8>, bounds: Bounds) -> Result<Bytes, Error> {
        let decoder = Decoder::new(Encoding::Zstd).unwrap();
        let body = Unpacking::new(Body::from(packed), decoder, bounds);
        Body::stream(body).collect(unit::Bytes::new(1 << 30)).await
    }

    #[tokio::test]
    async fn a_bomb_is_told_from_an_honest_answer() {
        let lines: String = (0..200_000).map(|n| format!("line {n}\n")).collect();
        let honest = zstd::encode_all(lines.as_bytes(), 1).unwrap();
        let small = zstd::encode_all(&[0; 900_000][..], 1).unwrap();
        let bomb = zstd::encode_all(&vec![0; 30_000_000][..], 1).unwrap();
        assert_eq!(unpacked(small, WIDE).await.unwrap().len(), 900_000);
        let error = unpacked(bomb.clone(), WIDE).await.unwrap_err().to_string();
        assert!(error.contains("more than 200 times its"), "{error}");
        let free = Bounds {
            ratio: u32::MAX,
            most: 20_000_000,
        };
        let error = unpacked(bomb, free).await.unwrap_err().to_string();
        assert!(error.contains("more than 20.0 MB"), "{error}");
        assert_eq!(unpacked(honest, WIDE).await.unwrap(), lines);
    }

    #[tokio::test]
    async fn a_body_without_its_end_is_broken_and_no_body_is_not() {
        let whole = zstd::encode_all(&b"text"[..], 1).unwrap();
        let error = unpacked(whole[..whole.len() - 2].to_vec(), WIDE)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("cannot be decoded"));
        assert_eq!(unpacked(Vec::new(), WIDE).await.unwrap(), "");
    }

    proptest! {
        #[test]
        fn what_passes_is_within_both_bounds(came in any::<u64>(), out in any::<u64>(), ratio in 1u32.., most in any::<u64>()) {
            let passes = Bounds { ratio, most }.check(came, out).is_ok();
            let within = out <= HARMLESS || u128::from(out) <= u128::from(came) * u128::from(ratio)
                || came.checked_mul(u64::from(ratio)).is_none();
            prop_assert_eq!(passes, out <= most && within);
        }
    }
}
