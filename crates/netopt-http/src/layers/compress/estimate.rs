//! How well a body would compress, found by compressing the start of it.

use std::io::Write as _;

use netopt_core::unit::Bytes;

/// The size that `sample` would have under gzip at its usual level. Samples of 64 KiB tell enough.
#[must_use]
pub fn packed_size(sample: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into a vector does not fail.
    let size = encoder
        .write_all(sample)
        .and_then(|()| encoder.finish())
        .map_or(sample.len(), |packed| packed.len());
    Bytes::new(size as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shrinks_and_noise_does_not() {
        let text = "a line of text that repeats itself\n".repeat(500);
        assert!(packed_size(text.as_bytes()).get() * 10 < text.len() as u64);
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(10_000)
        .collect();
        assert!(packed_size(&noise).get() > 9_900);
    }
}
