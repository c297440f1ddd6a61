//! What the kernel tells of calls through the whole client: whose time it is, whatever is spoken.

use std::time::Duration;

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::stamps::Split;
use netopt_http::{Client, Config};
use netopt_lab::origin::{Origin, Protocol};
use netopt_tcp::Warmth;
use tokio::time::Instant;

use crate::scene::{assert_answered, at_once, client, config_for, get, post, serving};

const SERVICE: Duration = Duration::from_millis(20);
const TRIES: usize = 12;

fn stamping(origin: &Origin) -> Config {
    Config {
        timestamps: Switch::On,
        ..config_for(origin)
    }
}

/// The splits of calls one after the other; the first one opened the connection.
async fn splits(client: &Client, origin: &Origin) -> Vec<Option<Split>> {
    let mut splits = Vec::new();
    for _ in 0..TRIES {
        let exchange = client.exchange(get(origin.url())).await;
        assert_answered(&exchange);
        splits.push(exchange.split());
    }
    splits
}

/// The one whose server is nearest to the truth: others use this machine, too.
fn best(splits: &[Option<Split>], truth: Duration) -> Split {
    let off = |split: &Split| split.server.map(|server| server.abs_diff(truth));
    let known = splits.iter().flatten().filter(|split| off(split).is_some());
    *known.min_by_key(|split| off(split)).expect("one is known")
}

#[tokio::test]
async fn the_servers_work_is_the_servers_whatever_is_spoken() {
    let _warmth = Warmth::keep().await;
    for protocol in [
        Protocol::Http1,
        Protocol::Https1,
        Protocol::Http2,
        Protocol::Https2,
    ] {
        let origin = serving(protocol, SERVICE).await;
        let client = client(&stamping(&origin));
        let splits = splits(&client, &origin).await;
        let split = best(&splits, SERVICE);
        let off = split.server.unwrap().abs_diff(SERVICE);
        // What the origin does beside its planted work takes time, too.
        assert!(off < SERVICE / 5, "{protocol:?}: {split:?}");
        assert_eq!(split.residual, Duration::ZERO, "{protocol:?}: {split:?}");
        let kept = &splits[1..];
        let known = kept.iter().flatten().filter(|split| split.server.is_some());
        assert!(known.count() * 2 > kept.len(), "{protocol:?}: {splits:?}");
    }
}

#[tokio::test]
async fn a_call_that_opens_its_connection_has_stamps_over_tls_too() {
    let _warmth = Warmth::keep().await;
    for protocol in [Protocol::Http1, Protocol::Https1] {
        let origin = serving(protocol, SERVICE).await;
        let client = client(&stamping(&origin));
        let exchange = client.exchange(get(origin.url())).await;
        let split = exchange.split().expect("it had the connection to itself");
        // Session tickets come before the answer, at once; they are not taken for it.
        assert!(
            split.server >= Some(SERVICE * 9 / 10),
            "{protocol:?}: {split:?}"
        );
    }
}

#[tokio::test]
async fn the_split_is_of_the_calls_own_phases() {
    let _warmth = Warmth::keep().await;
    let origin = serving(Protocol::Http1, SERVICE).await;
    let client = client(&stamping(&origin));
    let mut within = false;
    for _ in 0..TRIES {
        let exchange = client.exchange(post(origin.url(), 1_000_000)).await;
        assert_answered(&exchange);
        let stamps = exchange.stamps.as_ref().expect("HTTP/1.1 has no company");
        let split = stamps.split();
        assert_eq!(split.known() + split.residual, split.total);
        assert!(stamps.answered <= exchange.service_time(), "{exchange:?}");
        let wait = exchange.wait().unwrap();
        let server = split.server.expect("loopback loses nothing");
        // A runtime that comes late to its own marks makes the wait look short.
        within |= server <= wait + Duration::from_millis(1);
    }
    assert!(within, "the server took longer than each wait for it");
}

#[tokio::test]
async fn calls_that_share_a_connection_have_no_stamps() {
    let origin = serving(Protocol::Http2, Duration::from_millis(20)).await;
    let config = Config {
        version: HttpVersion::Http2,
        ..stamping(&origin)
    };
    let client = client(&config);
    assert_answered(&client.exchange(get(origin.url())).await);
    for exchange in at_once(&client, &origin.url(), 4).await {
        assert_answered(&exchange);
        assert_eq!(exchange.stamps, None);
    }
}

#[tokio::test]
async fn off_by_default() {
    let origin = serving(Protocol::Http1, Duration::ZERO).await;
    let exchange = client(&config_for(&origin))
        .exchange(get(origin.url()))
        .await;
    assert_answered(&exchange);
    assert_eq!(exchange.stamps, None);
}

/// The answer is here, and the runtime is busy with something else.
#[tokio::test]
async fn a_starved_runtime_is_shown_as_itself() {
    const HOG: Duration = Duration::from_millis(120);
    let _warmth = Warmth::keep().await;
    // The origin has threads of its own; only the client starves.
    let elsewhere = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let origin = elsewhere
        .spawn(serving(Protocol::Http1, SERVICE))
        .await
        .unwrap();
    let client = client(&stamping(&origin));
    assert_answered(&client.exchange(get(origin.url())).await);

    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let call = {
            let (client, request) = (client.clone(), get(origin.url()));
            tokio::spawn(async move { client.exchange(request).await })
        };
        // The call and its connection get to write, then nobody gets to run.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        let begun = Instant::now();
        while begun.elapsed() < HOG {
            std::hint::spin_loop();
        }
        let exchange = call.await.unwrap();
        assert_answered(&exchange);
        seen.extend(exchange.split());
    }
    let starved = HOG - 2 * SERVICE;
    let is_told =
        |split: &Split| split.runtime >= Some(starved) && split.server < Some(2 * SERVICE);
    assert!(seen.iter().any(is_told), "{seen:?}");
    // Whatever else happened, the server's part never held the hog's.
    let blamed = seen.iter().filter(|split| split.server >= Some(starved));
    assert!(blamed.count() <= TRIES / 4, "{seen:?}");
    elsewhere.shutdown_background();
}
