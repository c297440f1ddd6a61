//! Content encodings: what a request accepts, and the body in that encoding.
//!
//! Every encoding is made once and kept, since an origin has one body; the time a real server spends on compressing
//! belongs into the service time. What it leaves alone: `Vary` and the other headers.

use std::io;

use async_compression::Level;
use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HeaderMap};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::OnceCell;

/// What servers use for answers made on the fly: far from the best the formats can do, and cheap.
const BROTLI_QUALITY: i32 = 5;

/// An encoding this origin knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Zstd,
    Brotli,
    Gzip,
}

/// In the order this origin prefers them when the client does not mind.
const PREFERRED: [Encoding; 3] = [Encoding::Zstd, Encoding::Brotli, Encoding::Gzip];

impl Encoding {
    /// The name in `Content-Encoding` and `Accept-Encoding`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The encoding with the highest weight in `Accept-Encoding` (RFC 9110 section 12.5.3); `None` is identity.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let listed: Vec<(&str, f64)> = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(weighted)
            .collect();
        let weight = |name: &str| {
            let named = listed.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            named
                .or_else(|| listed.iter().find(|(n, _)| *n == "*"))
                .map_or(0.0, |(_, weight)| *weight)
        };
        let mut best = None;
        let mut best_weight = 0.0;
        for encoding in PREFERRED {
            let weight = weight(encoding.name());
            if weight > best_weight {
                (best, best_weight) = (Some(encoding), weight);
            }
        }
        best
    }
}

/// Splits `gzip;q=0.5`. A weight that cannot be read counts as zero: better plain than undecodable.
fn weighted(item: &str) -> (&str, f64) {
    let (name, parameters) = item.split_once(';').unwrap_or((item, "q=1"));
    let parameter = parameters.trim();
    let weight = parameter
        .strip_prefix("q=")
        .or_else(|| parameter.strip_prefix("Q="))
        .and_then(|q| q.trim().parse().ok())
        .unwrap_or(0.0);
    (name.trim(), weight)
}

/// A body in all the encodings that were asked for so far.
#[derive(Debug)]
pub(super) struct Encoded {
    plain: Bytes,
    encoded: [OnceCell<Option<Bytes>>; 3],
}

impl Encoded {
    pub(super) fn new(plain: Bytes) -> Self {
        Self {
            plain,
            encoded: Default::default(),
        }
    }

    pub(super) fn plain(&self) -> Bytes {
        self.plain.clone()
    }

    /// The body in that encoding, `None` if that would not be smaller.
    pub(super) async fn get(&self, encoding: Encoding) -> Option<Bytes> {
        let make = async || {
            let encoded = encode(encoding, &self.plain).await.ok()?;
            (encoded.len() < self.plain.len()).then(|| Bytes::from(encoded))
        };
        self.encoded[encoding as usize]
            .get_or_init(make)
            .await
            .clone()
    }
}

async fn encode(encoding: Encoding, plain: &[u8]) -> io::Result<Vec<u8>> {
    match encoding {
        Encoding::Zstd => {
            let mut encoder = ZstdEncoder::new(Vec::new());
            feed(&mut encoder, plain).await?;
            Ok(encoder.into_inner())
        }
        Encoding::Brotli => {
            let level = Level::Precise(BROTLI_QUALITY);
            let mut encoder = BrotliEncoder::with_quality(Vec::new(), level);
            feed(&mut encoder, plain).await?;
            Ok(encoder.into_inner())
        }
        Encoding::Gzip => {
            let mut encoder = GzipEncoder::new(Vec::new());
            feed(&mut encoder, plain).await?;
            Ok(encoder.into_inner())
        }
    }
}

async fn feed(encoder: &mut (impl AsyncWrite + Unpin), plain: &[u8]) -> io::Result<()> {
    encoder.write_all(plain).await?;
    encoder.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::super::{BodyKind, BodySpec, body};
    use super::*;
    use http::HeaderValue;

    fn accepted(value: &'static str) -> Option<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::accepted(&headers)
    }

    #[test]
    fn the_highest_weight_wins_and_ties_go_by_preference() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Some(Encoding::Zstd));
        assert_eq!(accepted("gzip, br"), Some(Encoding::Brotli));
        assert_eq!(accepted("zstd;q=0.5, GZIP;q=0.9"), Some(Encoding::Gzip));
        assert_eq!(accepted("br;q=0, *"), Some(Encoding::Zstd));
        assert_eq!(accepted("*;q=0, gzip"), Some(Encoding::Gzip));
    }

    #[test]
    fn nothing_asked_nothing_compressed() {
        assert_eq!(Encoding::accepted(&HeaderMap::new()), None);
        for value in [
            "",
            "identity",
            "gzip;q=0",
            "gzip;q=nan",
            "gzip;level=9",
            "deflate",
            ";;,",
        ] {
            assert_eq!(accepted(value), None, "{value:?}");
        }
    }

    fn encoded(kind: BodyKind) -> Encoded {
        let spec = BodySpec {
            size: netopt_core::unit::Bytes::new(60_000),
            kind,
            ..BodySpec::default()
        };
        Encoded::new(body::generate(&spec, 1))
    }

    #[tokio::test]
    async fn documents_shrink_four_to_eightfold_and_noise_does_not() {
        for kind in [BodyKind::Json, BodyKind::Text] {
            let encoded = encoded(kind);
            for encoding in PREFERRED {
                let length = encoded.get(encoding).await.unwrap().len();
                assert!(
                    (60_000 / 9..60_000 / 3).contains(&length),
                    "{kind:?} {encoding:?}: {length} bytes of 60,000"
                );
            }
        }
        let noise = encoded(BodyKind::Random);
        for encoding in PREFERRED {
            assert_eq!(noise.get(encoding).await, None, "{encoding:?}");
        }
    }
}
