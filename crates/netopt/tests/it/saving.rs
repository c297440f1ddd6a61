//! The changes that save work: fewer requests, or fewer bytes, at the origin.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use netopt::Change;
use netopt::core::change::Switch;
use netopt::core::encoding::Encoding;
use netopt::core::journey::CacheUse;
use netopt::core::unit::Bytes as Size;
use netopt_lab::{Origin, OriginSpec, origin};

use crate::{call, client, healthy};

async fn started(spec: OriginSpec) -> Origin {
    Origin::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap()
}

#[tokio::test]
async fn seed_practice_an_http_cache_spares_requests_for_what_may_be_kept() {
    let keepable = || OriginSpec {
        body: origin::BodySpec {
            cache_control: Some(HeaderValue::from_static("max-age=60")),
            ..origin::BodySpec::default()
        },
        ..OriginSpec::default()
    };
    for (size, requests, last) in [
        (Size::ZERO, 3, None),
        (Size::new(1 << 20), 1, Some(CacheUse::Hit)),
    ] {
        let (origin, client) = (started(keepable()).await, client(Change::CacheSize(size)));
        let mut journey = None;
        for _ in 0..3 {
            journey = call(&client, &origin.url()).await.journey.cache;
        }
        assert_eq!(
            (origin.served().requests, journey),
            (requests, last),
            "{size}"
        );
    }
}

#[tokio::test]
async fn seed_practice_request_merging_makes_one_request_of_calls_at_once() {
    let slow = || OriginSpec {
        service: origin::ServiceSpec {
            time: origin::Dist::Fixed(Duration::from_millis(50)),
            ..origin::ServiceSpec::default()
        },
        ..OriginSpec::default()
    };
    for (switch, requests) in [(Switch::Off, 5), (Switch::On, 1)] {
        let (origin, client) = (started(slow()).await, client(Change::Coalesce(switch)));
        let url = origin.url();
        let calls: Vec<_> = (0..5)
            .map(|_| {
                let (client, url) = (client.clone(), url.clone());
                tokio::spawn(async move { call(&client, &url).await })
            })
            .collect();
        let mut shared = 0;
        for call in calls {
            shared += u64::from(call.await.unwrap().journey.shared);
        }
        assert_eq!(
            (origin.served().requests, shared),
            (requests, 5 - requests),
            "{switch:?}"
        );
    }
}

#[tokio::test]
async fn seed_practice_compression_makes_the_way_up_lighter() {
    let mut sent = Vec::new();
    for encoding in [None, Some(Encoding::Zstd)] {
        let (origin, client) = (healthy().await, client(Change::RequestEncoding(encoding)));
        let body = Bytes::from("a line that repeats itself\n".repeat(1000));
        let request = Request::post(origin.url()).body(body).unwrap();
        let exchange = client.exchange(request).await;
        assert!(exchange.outcome.is_success(), "{:?}", exchange.outcome);
        sent.push(origin.served().bytes_in.get());
    }
    assert!(sent[1] * 10 < sent[0], "{sent:?}");
}
