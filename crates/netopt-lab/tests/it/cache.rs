//! What an origin says about keeping its answers, and what it does when they were kept.

use http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use netopt_core::change::Switch;
use netopt_core::unit::Ratio;
use netopt_lab::origin::{BodySpec, Errors, OriginSpec, Protocol, Redirects, Route};

use crate::client::{Client, origin, request};

fn kept() -> OriginSpec {
    OriginSpec {
        body: BodySpec {
            cache_control: Some(HeaderValue::from_static("max-age=60")),
            etag: Switch::On,
            ..BodySpec::default()
        },
        ..OriginSpec::default()
    }
}

#[tokio::test]
async fn nothing_is_said_unless_it_is_asked_for() {
    let origin = origin(OriginSpec::default()).await;
    let mut client = Client::http1(origin.local_addr()).await;
    let answer = client.get_with(&[("if-none-match", "*")]).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    for name in ["cache-control", "etag"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_tag_that_the_client_has_is_answered_without_a_body_in_both_versions() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let origin = origin(OriginSpec { protocol, ..kept() }).await;
        let mut client = match protocol {
            Protocol::Http2 => Client::http2(origin.local_addr()).await,
            _ => Client::http1(origin.local_addr()).await,
        };
        let first = client.get().await.unwrap();
        assert_eq!((first.status, first.body.len()), (StatusCode::OK, 2000));
        let tag = &first.headers["etag"];
        assert_eq!(first.headers["cache-control"], "max-age=60");

        let mut again = request(Method::GET, bytes::Bytes::new());
        again.headers_mut().insert("if-none-match", tag.clone());
        let (head, body) = client.send(again).await.unwrap().into_parts();
        assert_eq!(head.status, StatusCode::NOT_MODIFIED);
        assert_eq!(head.headers["etag"], tag);
        assert_eq!(head.headers["cache-control"], "max-age=60");
        assert_eq!(head.headers["vary"], "accept-encoding");
        assert!(!head.headers.contains_key("content-length"), "{head:?}");
        assert!(body.collect().await.unwrap().to_bytes().is_empty());

        // The connection is in order afterwards.
        let third = client.get_with(&[("if-none-match", "\"old\"")]).await;
        assert_eq!(third.unwrap().body.len(), 2000);
        let served = origin.served();
        assert_eq!((served.requests, served.not_modified), (3, 1));
        assert_eq!(served.connections, 1);
    }
}

#[tokio::test]
async fn each_path_has_its_tag_and_its_count() {
    let origin = origin(kept()).await;
    let mut client = Client::http1(origin.local_addr()).await;
    let mut tags = Vec::new();
    for path in ["/a", "/b?x=1", "/a", "/b?x=2"] {
        let mut request = request(Method::GET, bytes::Bytes::new());
        *request.uri_mut() = path.parse().unwrap();
        let answer = client.send(request).await.unwrap();
        tags.push(answer.headers()["etag"].clone());
        answer.into_body().collect().await.unwrap();
    }
    assert_eq!(tags[0], tags[2]);
    assert!(tags[0] != tags[1] && tags[1] != tags[3], "{tags:?}");
    let by_path = origin.served().requests_by_path;
    assert_eq!((by_path["/a"], by_path["/b?x=1"], by_path.len()), (2, 1, 3));
}

#[tokio::test]
async fn neither_an_error_nor_the_answer_to_a_post_is_kept() {
    let mut spec = kept();
    let post = origin(spec.clone()).await;
    let mut client = Client::http1(post.local_addr()).await;
    let mut request = request(Method::POST, bytes::Bytes::new());
    let any = HeaderValue::from_static("*");
    request.headers_mut().insert("if-none-match", any);
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);

    spec.service.errors = Some(Errors {
        share: Ratio::new(1.0).unwrap(),
        status: StatusCode::SERVICE_UNAVAILABLE,
    });
    let failing = origin(spec).await;
    let mut client = Client::http1(failing.local_addr()).await;
    let answer = client.get_with(&[("if-none-match", "*")]).await.unwrap();
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.headers.contains_key("cache-control"));
    assert_eq!(failing.served().not_modified, 0);
}

#[tokio::test]
async fn a_route_says_otherwise_for_its_paths_and_its_redirects_end() {
    let routes = vec![
        Route {
            path: "/fixed".to_owned(),
            cache_control: Some(HeaderValue::from_static("no-store")),
            redirects: None,
        },
        Route {
            path: "/old".to_owned(),
            redirects: Some(Redirects {
                hops: 2,
                status: StatusCode::PERMANENT_REDIRECT,
            }),
            ..Route::default()
        },
    ];
    let origin = origin(OriginSpec { routes, ..kept() }).await;
    let mut client = Client::http1(origin.local_addr()).await;
    let mut get = async |path: &str| {
        let mut asked = request(Method::GET, bytes::Bytes::new());
        *asked.uri_mut() = path.parse().unwrap();
        client.send(asked).await.unwrap().into_parts().0
    };
    assert_eq!(get("/other").await.headers["cache-control"], "max-age=60");
    assert_eq!(get("/fixed/x").await.headers["cache-control"], "no-store");
    let mut path = "/old?a=1".to_owned();
    for _ in 0..2 {
        let head = get(&path).await;
        assert_eq!(head.status, StatusCode::PERMANENT_REDIRECT);
        path = head.headers["location"].to_str().unwrap().to_owned();
    }
    assert_eq!(get(&path).await.status, StatusCode::OK);
}
