//! What a server says about when to come again (RFC 9110 §10.2.3).

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

/// How long to wait, as the answer says: seconds, or a date, which counts from the answer's own `Date`. So no clock is asked,
/// and one that is wrong here or there does not matter. `None` when nothing is said, or nothing that can be understood.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers.get(header::RETRY_AFTER)?)?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let [then, now] = [text, self::text(headers.get(header::DATE)?)?]
        .map(|date| httpdate::parse_http_date(date).ok());
    // A date that has passed is now.
    Some(then?.duration_since(now?).unwrap_or_default())
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_and_nothing_else() {
        const DATE: &str = "Fri, 31 Dec 1999 23:59:00 GMT";
        for (said, date, wait) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("Fri, 31 Dec 1999 23:59:59 GMT", Some(DATE), Some(59)),
            // The obsolete forms are to be understood, too (RFC 9110 §5.6.7).
            ("Friday, 31-Dec-99 23:59:30 GMT", Some(DATE), Some(30)),
            ("Fri Dec 31 23:59:01 1999", Some(DATE), Some(1)),
            ("Fri, 31 Dec 1999 23:00:00 GMT", Some(DATE), Some(0)),
            ("Fri, 31 Dec 1999 23:59:59 GMT", None, None),
            ("-1", Some(DATE), None),
            ("1.5", Some(DATE), None),
            ("soon", Some(DATE), None),
            ("99999999999999999999999", Some(DATE), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(said));
            if let Some(date) = date {
                headers.insert(header::DATE, HeaderValue::from_static(date));
            }
            let seconds = retry_after(&headers).map(|wait| wait.as_secs());
            assert_eq!(seconds, wait, "{said:?} at {date:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
