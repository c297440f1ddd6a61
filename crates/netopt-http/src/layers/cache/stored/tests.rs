//! What may be kept, for whom, and what a 304 changes.

use http::Request;
use proptest::prelude::*;

use super::*;

const TIMES: Times = Times {
    asked: SystemTime::UNIX_EPOCH,
    answered: SystemTime::UNIX_EPOCH,
};

fn asked(headers: &[(&str, &str)]) -> Asked {
    let mut request = Request::get("http://a/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn answered(status: u16, headers: &[(&str, &str)]) -> Answered {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap().into_parts().0
}

fn kept(request: &[(&str, &str)], answer: &[(&str, &str)]) -> Stored {
    let body = Bytes::from_static(b"body");
    Stored::new(&asked(request).headers, &answered(200, answer), body, TIMES)
}

#[test]
fn only_what_may_be_used_again_is_kept() {
    const FRESH: (&str, &str) = ("cache-control", "max-age=60");
    for (status, headers, storable) in [
        (200, vec![FRESH], true),
        (200, vec![("etag", "\"a\"")], true),
        (200, vec![], false),
        (200, vec![("cache-control", "max-age=60, no-store")], false),
        (200, vec![FRESH, ("vary", "accept, *")], false),
        (206, vec![FRESH], false),
        (302, vec![("etag", "\"a\"")], false),
        (302, vec![FRESH], true),
        (599, vec![FRESH], true),
        (
            599,
            vec![("cache-control", "max-age=60, must-understand")],
            false,
        ),
        (
            200,
            vec![("cache-control", "max-age=60, no-store, must-understand")],
            true,
        ),
    ] {
        let found = is_storable(&asked(&[]), &answered(status, &headers), TIMES);
        assert_eq!(found, storable, "{status} {headers:?}");
    }
    let fresh = answered(200, &[FRESH]);
    for header in [("cache-control", "no-store"), ("range", "bytes=0-1")] {
        assert!(!is_storable(&asked(&[header]), &fresh, TIMES), "{header:?}");
    }
}

#[test]
fn one_user_does_not_get_the_answer_of_the_other() {
    for name in ["authorization", "cookie"] {
        let anna = [(name, "anna")];
        let private = kept(&anna, &[("cache-control", "max-age=60")]);
        assert!(private.is_for(&asked(&anna).headers));
        assert!(!private.is_for(&asked(&[(name, "otto")]).headers));
        assert!(!private.is_for(&asked(&[]).headers));
        let public = kept(&anna, &[("cache-control", "max-age=60, public")]);
        assert!(public.is_for(&asked(&[(name, "otto")]).headers));
    }
}

#[test]
fn spaces_and_lines_make_no_difference_to_vary() {
    let stored = kept(&[("accept", "a,b")], &[("vary", "Accept")]);
    for (lines, same) in [
        (vec!["a , b"], true),
        (vec!["a", "b"], true),
        (vec!["b,a"], false),
        (vec![""], false),
        (vec![], false),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| ("accept", *line)).collect();
        assert_eq!(stored.is_for(&asked(&lines).headers), same, "{lines:?}");
    }
    assert!(!kept(&[], &[("vary", "accept")]).is_for(&asked(&[("accept", "")]).headers));
}

#[test]
fn what_is_of_the_hop_is_not_kept() {
    let stored = kept(
        &[],
        &[
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("x-end", "2"),
        ],
    );
    let names: Vec<_> = stored.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["x-end"]);
}

#[test]
fn a_304_changes_the_head_and_not_what_is_of_the_body() {
    let stored = kept(
        &[],
        &[
            ("etag", "\"a\""),
            ("age", "50"),
            ("set-cookie", "old"),
            ("content-type", "text/plain"),
        ],
    );
    let told = answered(
        304,
        &[
            ("etag", "W/\"a\""),
            ("cache-control", "max-age=9"),
            ("set-cookie", "one"),
            ("set-cookie", "two"),
            ("content-length", "0"),
        ],
    );
    let fresh = stored
        .freshened(&HeaderMap::new(), &told.headers, TIMES)
        .unwrap();
    assert_eq!(fresh.lifetime, Duration::from_secs(9));
    assert_eq!(fresh.age(TIMES.answered), Duration::ZERO);
    assert_eq!(fresh.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(fresh.headers["content-type"], "text/plain");
    assert!(!fresh.headers.contains_key("content-length"));
    assert_eq!(
        (fresh.status.as_u16(), &fresh.body[..]),
        (200, &b"body"[..])
    );
    let other = answered(304, &[("etag", "\"b\"")]);
    assert!(
        stored
            .freshened(&HeaderMap::new(), &other.headers, TIMES)
            .is_none()
    );
}

proptest! {
    /// An answer is used for requests that agree in all that `Vary` names, and only for these.
    #[test]
    fn vary_decides(
        named in proptest::sample::subsequence(vec!["x-a", "x-b", "x-c"], 0..=3),
        before in proptest::collection::vec(0u8..3, 3),
        after in proptest::collection::vec(0u8..3, 3),
    ) {
        let names = ["x-a", "x-b", "x-c"];
        let request = |values: &[u8]| {
            let mut headers = HeaderMap::new();
            for (name, value) in names.iter().zip(values) {
                headers.insert(*name, HeaderValue::from(u16::from(*value)));
            }
            headers
        };
        let vary = named.join(" , ").to_uppercase();
        let answer = answered(200, &[("vary", &vary)]);
        let stored = Stored::new(&request(&before), &answer, Bytes::new(), TIMES);
        let agree = names.iter().zip(before.iter().zip(&after))
            .all(|(name, (before, after))| !named.contains(name) || before == after);
        prop_assert_eq!(stored.is_for(&request(&after)), agree);
    }
}
