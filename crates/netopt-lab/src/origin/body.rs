//! The bytes an origin answers with: realistic enough that compression has its real effect, the same for the same seed.
//!
//! JSON is a catalogue of items with repeated keys and varied values, text is sentences over a skewed vocabulary; both
//! shrink to between a fourth and an eighth, as such bodies do in the field. Random bytes do not shrink. What it leaves
//! alone: encodings and headers, except the media type that goes with the kind.

use std::fmt::Write;

use bytes::Bytes;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{BodyKind, BodySpec};

/// The words bodies are made of, the frequent ones first.
const WORDS: [&str; 64] = [
    "the", "of", "and", "to", "a", "in", "for", "is", "on", "that", "by", "this", "with", "from",
    "table", "cotton", "garden", "winter", "blue", "light", "paper", "travel", "kitchen", "small",
    "morning", "river", "wool", "silver", "basket", "window", "bread", "stone", "summer", "large",
    "letter", "market", "leather", "forest", "lamp", "cup", "harbour", "green", "bottle", "chair",
    "mountain", "quiet", "orange", "pocket", "bicycle", "copper", "blanket", "island", "velvet",
    "autumn", "pencil", "valley", "linen", "candle", "mirror", "ribbon", "saddle", "walnut",
    "compass", "lantern",
];

/// Makes the body of `spec`; exactly as long as asked for, and the same for the same seed.
pub(crate) fn generate(spec: &BodySpec, seed: u64) -> Bytes {
    let size =
        usize::try_from(spec.size.get()).expect("bodies fit in memory, checked at the start");
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let body = match spec.kind {
        BodyKind::Json => json(size, &mut random),
        BodyKind::Text => text(size, &mut random),
        BodyKind::Random => {
            let mut body = vec![0; size];
            random.fill_bytes(&mut body);
            body
        }
    };
    debug_assert_eq!(body.len(), size, "a body has the size asked for");
    Bytes::from(body)
}

/// The media type of that kind.
pub(super) const fn media_type(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Json => "application/json",
        BodyKind::Text => "text/plain; charset=utf-8",
        BodyKind::Random => "application/octet-stream",
    }
}

/// A valid document of exactly `size` bytes; what is left after the last item that fits is white space.
fn json(size: usize, random: &mut impl Rng) -> Vec<u8> {
    const OPEN: &str = "{\"items\":[";
    const CLOSE: &str = "]}";
    if size < OPEN.len() + CLOSE.len() {
        return vec![b'1'; size];
    }
    let mut body = OPEN.to_owned();
    for number in 0_u32.. {
        let item = item(number, random);
        let comma = usize::from(number > 0);
        if body.len() + comma + item.len() + CLOSE.len() > size {
            break;
        }
        body.push_str(&","[..comma]);
        body.push_str(&item);
    }
    body.push_str(CLOSE);
    let mut body = body.into_bytes();
    body.resize(size, b' ');
    body
}

fn item(number: u32, random: &mut impl Rng) -> String {
    let mut item = String::with_capacity(256);
    let (kind, colour) = (word(random), word(random));
    let (euros, cents) = (random.random_range(1..400), random.random_range(0..100));
    write!(
        item,
        "{{\"id\":{},\"sku\":\"SKU-{:05}\",\"name\":\"{colour} {kind}\",\"category\":\"{kind}\",\
         \"price\":{{\"amount\":{euros}.{cents:02},\"currency\":\"EUR\"}},\"in_stock\":{},\"rating\":{}.{},\
         \"description\":\"{}\"}}",
        100_000 + number,
        random.random_range(0..100_000),
        random.random::<f64>() < 0.8,
        random.random_range(1..5),
        random.random_range(0..10),
        sentence(random)
    )
    .expect("writing to a string cannot fail");
    item
}

fn text(size: usize, random: &mut impl Rng) -> Vec<u8> {
    let mut body = String::with_capacity(size + 200);
    while body.len() < size {
        body.push_str(&sentence(random));
        body.push(if random.random_range(0..8) == 0 {
            '\n'
        } else {
            ' '
        });
    }
    let mut body = body.into_bytes();
    body.truncate(size);
    body
}

fn sentence(random: &mut impl Rng) -> String {
    let words: Vec<&str> = (0..random.random_range(6..14))
        .map(|_| word(random))
        .collect();
    let mut sentence = words.join(" ");
    sentence[..1].make_ascii_uppercase();
    sentence.push('.');
    sentence
}

/// A word; squaring a uniform number makes the first ones frequent, as in a language.
fn word(random: &mut impl Rng) -> &'static str {
    let place = random.random::<f64>();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "from 0 to the number of words, both small"
    )]
    let index = (place * place * WORDS.len() as f64) as usize;
    WORDS[index.min(WORDS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use netopt_core::unit::Bytes as Size;
    use proptest::prelude::*;

    fn body(size: u64, kind: BodyKind, seed: u64) -> Bytes {
        let size = Size::new(size);
        let spec = BodySpec {
            size,
            kind,
            ..BodySpec::default()
        };
        generate(&spec, seed)
    }

    proptest! {
        #[test]
        fn a_body_has_exactly_its_size_and_its_seed_decides(size in 0u64..5000, seed in any::<u64>()) {
            for kind in [BodyKind::Json, BodyKind::Text, BodyKind::Random] {
                let once = body(size, kind, seed);
                prop_assert_eq!(once.len() as u64, size);
                prop_assert_eq!(once, body(size, kind, seed));
            }
        }
    }

    #[test]
    fn another_seed_is_another_body() {
        for kind in [BodyKind::Json, BodyKind::Text, BodyKind::Random] {
            assert_ne!(body(3000, kind, 1), body(3000, kind, 2));
        }
    }

    #[test]
    fn json_opens_and_closes_and_holds_items() {
        let body = body(60_000, BodyKind::Json, 1);
        let text = str::from_utf8(&body).unwrap();
        let document = text.trim_end();
        assert!(document.starts_with("{\"items\":[{\"id\":100000,"));
        assert!(document.ends_with("}]}"));
        assert!(text.len() - document.len() < 400, "filled up with items");
        let count = |c| document.matches(c).count();
        assert_eq!(count('{'), count('}'));
        assert_eq!(count('"') % 2, 0);
    }
}
