//! Decoding a body as it comes in, in bounded memory.

use std::io::{self, Write};

use bytes::Bytes;
use netopt_core::encoding::Encoding;
use zstd::stream::{raw, zio};

/// One chunk from the wire decodes to this much at the most; more is a decompression bomb.
const MOST_PER_CHUNK: usize = 32 * 1024 * 1024;

/// In the extensions of an answer: its body came in this encoding and is handed on without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded(pub Encoding);

/// A decoder for one body.
pub(crate) enum Decoder {
    Gzip(Box<flate2::write::MultiGzDecoder<Sink>>),
    Zstd(Box<zio::Writer<Sink, raw::Decoder<'static>>>),
    Brotli(Box<brotli::DecompressorWriter<Sink>>),
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip(_) => "Decoder(gzip)",
            Self::Zstd(_) => "Decoder(zstd)",
            Self::Brotli(_) => "Decoder(br)",
        })
    }
}

impl Decoder {
    pub(crate) fn new(encoding: Encoding) -> io::Result<Self> {
        let sink = Sink::default();
        Ok(match encoding {
            Encoding::Gzip => Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(sink))),
            Encoding::Zstd => Self::Zstd(Box::new(zio::Writer::new(sink, raw::Decoder::new()?))),
            Encoding::Brotli => Self::Brotli(Box::new(brotli::DecompressorWriter::new(sink, 4096))),
        })
    }

    /// What the next chunk from the wire decodes to; possibly nothing yet.
    pub(crate) fn decode(&mut self, chunk: &[u8]) -> io::Result<Bytes> {
        let writer: &mut dyn Write = match self {
            Self::Gzip(decoder) => decoder,
            Self::Zstd(decoder) => decoder,
            Self::Brotli(decoder) => decoder,
        };
        writer.write_all(chunk)?;
        writer.flush()?;
        let sink = match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.writer_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        };
        Ok(Bytes::from(std::mem::take(&mut sink.0)))
    }

    /// The body is over: an error if its end is missing, or its checksum is wrong.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zstd(decoder) => decoder.finish(),
            Self::Brotli(decoder) => decoder.close(),
        }
    }
}

/// Where decoders write to, with a bound.
#[derive(Default)]
pub(crate) struct Sink(Vec<u8>);

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.0.len() + data.len() > MOST_PER_CHUNK {
            return Err(io::Error::other("one chunk decodes to more than 32 MiB"));
        }
        self.0.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoding: Encoding, plain: &[u8]) -> Vec<u8> {
        match encoding {
            Encoding::Gzip => {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            Encoding::Zstd => zstd::encode_all(plain, 3).unwrap(),
            Encoding::Brotli => {
                let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
                encoder.write_all(plain).unwrap();
                encoder.into_inner()
            }
        }
    }

    #[test]
    fn bytes_come_out_as_they_went_in_whatever_the_chunks() {
        let plain: Vec<u8> = (0..50_000_u32)
            .flat_map(|n| (n % 251).to_string().into_bytes())
            .collect();
        for encoding in Encoding::ALL {
            for size in [1, 7, 1000, 1 << 20] {
                let mut decoder = Decoder::new(encoding).unwrap();
                let mut back = Vec::new();
                for chunk in encoded(encoding, &plain).chunks(size) {
                    back.extend_from_slice(&decoder.decode(chunk).unwrap());
                }
                assert!(back == plain, "{encoding} in chunks of {size}");
                decoder.finish().unwrap();
            }
        }
    }

    #[test]
    fn a_body_without_its_end_is_an_error() {
        let plain = b"a line of text\n".repeat(2000);
        for encoding in Encoding::ALL {
            let whole = encoded(encoding, &plain);
            for missing in [1, 5, whole.len() / 2] {
                let mut decoder = Decoder::new(encoding).unwrap();
                decoder.decode(&whole[..whole.len() - missing]).unwrap();
                assert!(decoder.finish().is_err(), "{encoding} without {missing}");
            }
        }
    }

    #[test]
    fn members_one_after_the_other_are_one_body() {
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            let both = [encoded(encoding, b"one "), encoded(encoding, b"two")].concat();
            let mut decoder = Decoder::new(encoding).unwrap();
            assert_eq!(decoder.decode(&both).unwrap(), "one two", "{encoding}");
            decoder.finish().unwrap();
        }
    }

    #[test]
    fn a_bomb_is_an_error_not_a_full_memory() {
        let zeros = vec![0; MOST_PER_CHUNK + 1];
        for encoding in Encoding::ALL {
            let bomb = encoded(encoding, &zeros);
            assert!(
                Decoder::new(encoding).unwrap().decode(&bomb).is_err(),
                "{encoding}"
            );
        }
    }

    #[test]
    fn garbage_is_an_error() {
        for encoding in Encoding::ALL {
            assert!(
                Decoder::new(encoding).unwrap().decode(&[0x55; 64]).is_err(),
                "{encoding}"
            );
        }
    }
}
