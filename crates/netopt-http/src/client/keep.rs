//! How long a server says that it keeps an idle connection: the `Keep-Alive` header of HTTP/1.1.
//!
//! RFC 2068 §19.7.1.1 has the header, draft-thomson-hybi-http-timeout-03 §2.1 its parameter: whole seconds. Servers send
//! it and no later RFC took it up. What becomes of a connection that is near its end, the pool decides.

use std::time::Duration;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// What the answer says, if it says anything that can be understood; the shortest, if it says more.
///
/// One that tells its length in two ways is read by the rule (RFC 9112 §6.3), but whoever wrote it may mean the rest for the
/// next answer: its connection is kept no longer.
pub(crate) fn told(headers: &HeaderMap) -> Option<Duration> {
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        return Some(Duration::ZERO);
    }
    let values = headers.get_all(KEEP_ALIVE).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(','))
        .filter_map(timeout)
        .min()
}

fn timeout(parameter: &str) -> Option<Duration> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("timeout") {
        return None;
    }
    let seconds: u32 = value.trim().trim_matches('"').parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn said(values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(KEEP_ALIVE, HeaderValue::from_static(value));
        }
        told(&headers).map(|keep| keep.as_secs())
    }

    #[test]
    fn it_is_read_as_servers_write_it() {
        assert_eq!(said(&["timeout=5"]), Some(5));
        assert_eq!(said(&["timeout=5, max=100"]), Some(5));
        assert_eq!(said(&["max=100,Timeout = \"7\""]), Some(7));
        assert_eq!(said(&["timeout=9", "timeout=3"]), Some(3));
    }

    #[test]
    fn what_cannot_be_understood_says_nothing() {
        for value in [
            "",
            "5",
            "timeout",
            "timeout=",
            "timeout=-1",
            "timeout=1.5",
            "max=5",
            "timeout=99999999999",
        ] {
            assert_eq!(said(&[value]), None, "{value}");
        }
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn any_byte_anywhere_is_read_without_harm() {
        for byte in 0..=u8::MAX {
            for value in [
                &[byte][..],
                &[b't', byte, b'='],
                b"timeout=",
                &[b'=', byte, b','],
            ] {
                let value = [value, &[byte]].concat();
                let mut headers = HeaderMap::new();
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.insert(KEEP_ALIVE, value);
                }
                let digit = byte.is_ascii_digit() && value == [b"timeout=", &[byte][..]].concat();
                assert_eq!(told(&headers).is_some(), digit, "{value:?}");
            }
        }
    }
}
