//! How the line behaves towards the target and the person who waits: politeness, and Ctrl-C.

use std::time::Duration;

use netopt_core::unit::Ratio;
use netopt_lab::origin::{Errors, OriginSpec, ServiceSpec};

use crate::run::{
    NO_REUSE, end, file, interrupt, link, netopt, origin, start, turn, until_served, written,
};

#[tokio::test]
async fn by_default_no_second_sees_more_than_20_calls_and_only_safe_ones() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let (today, out) = (written("polite-today.toml", NO_REUSE), file("polite.toml"));
    let ended = netopt(&[
        "optimize",
        &origin.url(),
        "--json",
        "--max-requests",
        "150",
        "--baseline",
        today.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let served = origin.served();
    assert!(served.requests <= 150, "{}", served.requests);
    assert!(
        served.most_within(Duration::from_secs(1)) <= 20,
        "{}",
        served.most_within(Duration::from_secs(1))
    );
    assert_eq!(
        served.requests_by_method.keys().collect::<Vec<_>>(),
        ["GET"]
    );
    assert_eq!(
        ended.document()["workload"]["requests"],
        served.requests,
        "what it says is what it did"
    );
}

#[tokio::test]
async fn a_whole_trial_stays_within_what_was_promised() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let (today, out) = (written("within-today.toml", NO_REUSE), file("within.toml"));
    let ended = netopt(&[
        "optimize",
        &origin.url(),
        "--json",
        "--rate",
        "100",
        "--max-requests",
        "1500",
        "--baseline",
        today.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let served = origin.served();
    assert!(
        served.requests > 400,
        "a trial was made: {}",
        served.requests
    );
    assert!(served.requests <= 1500, "{}", served.requests);
    assert!(served.most_within(Duration::from_secs(1)) <= 100);
}

#[tokio::test]
async fn ctrl_c_tells_what_was_known_and_ends_with_130() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let url = origin.url();
    let child = start(&["diagnose", &url, "--json"]);
    until_served(&origin, 20).await;
    interrupt(&child).await;
    let ended = end(child).await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let document = ended.document();
    assert_eq!(document["complete"], false);
    assert!(
        document["baseline"]["requests"].as_u64().unwrap() >= 10,
        "{document:#}"
    );
    assert!(document["baseline"]["p50_ms"].is_number());
}

#[tokio::test]
async fn a_target_that_goes_away_in_the_middle_is_given_up_and_told() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let link = link(&origin, None).await;
    let (today, out) = (written("lost-today.toml", NO_REUSE), file("lost.toml"));
    let url = format!("http://{}/", link.local_addr());
    let (today, out) = (today.to_str().unwrap(), out.to_str().unwrap());
    let child = start(&[
        "optimize",
        &url,
        "--json",
        "--rate",
        "60",
        "--baseline",
        today,
        "--out",
        out,
    ]);
    until_served(&origin, 360).await;
    drop(link);
    let ended = end(child).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let document = ended.document();
    assert_eq!(document["complete"], false);
    assert!(document["plan"].is_null());
    assert!(
        document["notes"].to_string().contains("stopped answering"),
        "{document:#}"
    );
}

#[tokio::test]
async fn calls_that_fail_come_before_their_latency() {
    let _turn = turn().await;
    let errors = Errors {
        share: Ratio::new(0.2).unwrap(),
        status: http::StatusCode::SERVICE_UNAVAILABLE,
    };
    let service = ServiceSpec {
        errors: Some(errors),
        ..ServiceSpec::default()
    };
    let origin = origin(OriginSpec {
        service,
        ..OriginSpec::default()
    })
    .await;
    let ended = netopt(&[
        "diagnose",
        &origin.url(),
        "--rate",
        "200",
        "--fail-on",
        "high",
    ])
    .await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(
        ended.stdout.contains("did not succeed") && ended.stdout.contains("x 5xx"),
        "{ended:?}"
    );
    assert!(!ended.stdout.contains("nothing stands out"), "{ended:?}");
}

#[tokio::test]
async fn who_interrupts_at_once_is_told_that_nothing_is_known() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let child = start(&["diagnose", &origin.url()]);
    until_served(&origin, 1).await;
    interrupt(&child).await;
    let ended = end(child).await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.stdout.contains("nothing is concluded"), "{ended:?}");
    assert!(!ended.stdout.contains("nothing stands out"), "{ended:?}");
}
