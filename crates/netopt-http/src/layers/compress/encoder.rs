//! Encoding a body as it goes out.

use std::io::{self, Write};

use bytes::Bytes;
use netopt_core::encoding::Encoding;

/// What servers and clients use on the fly: most of the gain at a tenth of the cost of the best.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;
const BROTLI_QUALITY: u32 = 5;
/// Two to the 20 bytes of text are looked back at.
const BROTLI_WINDOW: u32 = 20;
const BROTLI_BUFFER: usize = 4096;

/// An encoder for one body.
pub(super) enum Encoder {
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Encoder {
    pub(super) fn new(encoding: Encoding) -> io::Result<Self> {
        let out = Vec::new();
        Ok(match encoding {
            Encoding::Gzip => {
                let level = flate2::Compression::new(GZIP_LEVEL);
                Self::Gzip(flate2::write::GzEncoder::new(out, level))
            }
            Encoding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?),
            Encoding::Brotli => Self::Brotli(Box::new(brotli::CompressorWriter::new(
                out,
                BROTLI_BUFFER,
                BROTLI_QUALITY,
                BROTLI_WINDOW,
            ))),
        })
    }

    /// The whole of a body at once.
    pub(super) fn whole(encoding: Encoding, body: &[u8]) -> io::Result<Bytes> {
        let mut encoder = Self::new(encoding)?;
        encoder.writer().write_all(body)?;
        encoder.finish()
    }

    /// Takes the next piece; what comes out may be nothing yet.
    pub(super) fn encode(&mut self, piece: &[u8]) -> io::Result<Bytes> {
        self.writer().write_all(piece)?;
        Ok(self.out())
    }

    /// All that went in so far, so that the other side can decode it.
    pub(super) fn flush(&mut self) -> io::Result<Bytes> {
        self.writer().flush()?;
        Ok(self.out())
    }

    /// The rest.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        Ok(Bytes::from(match self {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
        }))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(encoder) => encoder,
            Self::Zstd(encoder) => encoder,
            Self::Brotli(encoder) => encoder,
        }
    }

    fn out(&mut self) -> Bytes {
        let out = match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
        };
        Bytes::from(std::mem::take(out))
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip(_) => "Encoder(gzip)",
            Self::Zstd(_) => "Encoder(zstd)",
            Self::Brotli(_) => "Encoder(br)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Decoder;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// What was encoded, in whatever pieces and flushed wherever, decodes to what it was.
        #[test]
        fn a_body_comes_back(pieces in proptest::collection::vec((proptest::collection::vec(0u8..9, 0..200), any::<bool>()), 0..20)) {
            for encoding in Encoding::ALL {
                let mut encoder = Encoder::new(encoding).unwrap();
                let mut decoder = Decoder::new(encoding).unwrap();
                let (mut plain, mut back) = (Vec::new(), Vec::new());
                for (piece, flush) in &pieces {
                    plain.extend_from_slice(piece);
                    back.extend_from_slice(&decoder.decode(&encoder.encode(piece).unwrap()).unwrap());
                    if *flush {
                        back.extend_from_slice(&decoder.decode(&encoder.flush().unwrap()).unwrap());
                        prop_assert_eq!(&back, &plain, "{} flushes all", encoding);
                    }
                }
                back.extend_from_slice(&decoder.decode(&encoder.finish().unwrap()).unwrap());
                decoder.finish().unwrap();
                prop_assert_eq!(&back, &plain);
                let whole = Encoder::whole(encoding, &plain).unwrap();
                let once = Decoder::new(encoding).unwrap().decode(&whole).unwrap();
                prop_assert_eq!(&once[..], &plain[..]);
            }
        }
    }
}
