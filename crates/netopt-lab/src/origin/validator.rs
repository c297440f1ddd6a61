//! Validators: the `ETag` of a path, and whether a request already has what it names (RFC 9110 section 13.1.2).
//!
//! The tags are weak, since the same tag stands for a body in every encoding; `If-None-Match` compares weakly anyway.
//! A path's tag depends on the path and the seed only, so it stays the same over restarts. What it leaves alone: dates.

use http::header::{HeaderMap, HeaderValue, IF_NONE_MATCH};

/// The tag of `path` for an origin of that seed, such as `W/"00c0ffee00c0ffee"`.
pub(super) fn tag(path: &str, seed: u64) -> HeaderValue {
    let tag = format!("W/\"{:016x}\"", digest(path.as_bytes(), seed));
    HeaderValue::try_from(tag).expect("hexadecimal digits and quotes may stand in a header")
}

/// Whether the request names `tag`, or `*`, in `If-None-Match`.
pub(super) fn matches(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let ours = tag.to_str().map(opaque).unwrap_or_default();
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        // None of our tags has a comma in it.
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|theirs| theirs == "*" || opaque(theirs) == ours)
}

/// The tag without its mark of weakness.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// FNV-1a (Fowler, Noll and Vo) over 64 bits, begun at the seed: not against attackers, and the same everywhere.
fn digest(bytes: &[u8], seed: u64) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes
        .iter()
        .chain(&seed.to_be_bytes())
        .fold(OFFSET, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asking(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::try_from(value).unwrap());
        headers
    }

    #[test]
    fn a_tag_is_found_in_a_list_weak_or_strong() {
        let tag = tag("/a", 1);
        let text = tag.to_str().unwrap();
        for value in [
            text.to_owned(),
            text[2..].to_owned(),
            format!("\"x\", {text}"),
            format!("W/\"y\" ,{text} , \"z\""),
            "*".to_owned(),
        ] {
            assert!(matches(&asking(&value), &tag), "{value}");
        }
        for value in ["", "\"x\"", "W/", "w/*", &text[3..]] {
            assert!(!matches(&asking(value), &tag), "{value}");
        }
        assert!(!matches(&HeaderMap::new(), &tag));
    }

    proptest! {
        #[test]
        fn a_path_keeps_its_tag_and_no_other_has_it(one in "/[a-z]{0,9}", two in "/[a-z]{0,9}", seed in 0u64..9) {
            prop_assert_eq!(tag(&one, seed), tag(&one, seed));
            prop_assert_ne!(tag(&one, seed), tag(&one, seed + 1));
            if one != two {
                prop_assert_ne!(tag(&one, seed), tag(&two, seed));
            }
        }
    }
}
