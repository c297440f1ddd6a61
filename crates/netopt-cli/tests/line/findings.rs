//! What is planted is found and proven; what is healthy stays without a finding.

use std::time::Duration;

use netopt::Plan;
use netopt_core::change::Switch;
use netopt_core::unit::Bytes;
use netopt_lab::origin::{
    BodySpec, Compress, Dist, OriginSpec, Protocol, ServiceSpec, SocketSpec, WriteStyle,
};
use serde_json::Value;

use crate::run::{NO_REUSE, file, finding, link, netopt, origin, turn, written};

fn served_in(millis: u64) -> ServiceSpec {
    ServiceSpec {
        time: Dist::Fixed(Duration::from_millis(millis)),
        ..ServiceSpec::default()
    }
}

#[tokio::test]
async fn a_healthy_origin_yields_no_finding_above_low_and_no_plan_in_20_of_20_runs() {
    let _turn = turn().await;
    let origin = origin(OriginSpec {
        service: served_in(1),
        ..OriginSpec::default()
    })
    .await;
    let out = file("healthy.toml");
    for run in 0..20 {
        let args = [
            "optimize",
            &origin.url(),
            "--json",
            "--rate",
            "300",
            "--out",
            out.to_str().unwrap(),
        ];
        let ended = netopt(&args).await;
        let document = ended.document();
        assert_eq!(ended.code, Some(0), "run {run}: {ended:?}");
        let severe: Vec<&Value> = document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] != "low")
            .collect();
        assert!(severe.is_empty(), "run {run}: {severe:#?}");
        assert!(
            document["primary"].is_null() && document["plan"].is_null(),
            "run {run}: {document:#}"
        );
        assert!(!out.exists());
    }
}

#[tokio::test]
async fn the_demonstration_finds_what_it_planted_and_proves_it() {
    let _turn = turn().await;
    let out = file("demo.toml");
    let ended = netopt(&[
        "optimize",
        "--json",
        "--seed",
        "1",
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    let document = ended.document();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let planted = [
        "http.connection-reuse",
        "http.compression",
        "dns.slow-resolver",
    ];
    let proven: Vec<&&str> = planted
        .iter()
        .filter(|id| finding(&document, id)["status"] == "proven")
        .collect();
    assert!(proven.len() >= 2, "{document:#}");
    assert_eq!(document["primary"], "http.connection-reuse");
    for id in proven {
        let interval = finding(&document, id)["proof"]["ci95_pct"]
            .as_array()
            .unwrap();
        assert!(interval[1].as_f64().unwrap() < 0.0, "{id}: {interval:?}");
        assert!(ended.stderr.contains(*id), "told before it was found");
    }
    let p50 = &document["final"]["p50_ms"];
    assert!(
        p50["after"].as_f64().unwrap() < 0.7 * p50["before"].as_f64().unwrap(),
        "{p50}"
    );
    assert!(p50["ci95_pct"][1].as_f64().unwrap() < -30.0, "{p50}");
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(
        Plan::read(&text)
            .unwrap()
            .settings()
            .http
            .keep_alive
            .is_on(),
        "{text}"
    );
    assert!(
        text.contains("# proven: p50 -"),
        "the evidence stands above its line: {text}"
    );
}

#[tokio::test]
async fn a_client_without_reuse_is_told_and_the_plan_repairs_it() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let link = link(&origin, None).await;
    let (today, out) = (written("no-reuse.toml", NO_REUSE), file("reuse.toml"));
    let url = format!("http://{}/", link.local_addr());
    let ended = netopt(&[
        "optimize",
        &url,
        "--json",
        "--rate",
        "60",
        "--baseline",
        today.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    let document = ended.document();
    let reuse = finding(&document, "http.connection-reuse");
    assert_eq!(
        (&reuse["status"], &reuse["change"]["name"]),
        (&"proven".into(), &"http.keep_alive".into()),
        "{ended:?}"
    );
    assert_eq!(document["primary"], "http.connection-reuse");
    assert_eq!(document["baseline"]["reuse_ratio"], 0.0);
    assert_eq!(document["plan"]["http.keep_alive"], true);
    let plan = Plan::read(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert!(plan.settings().http.keep_alive.is_on());
}

#[tokio::test]
async fn a_slow_server_acquits_the_network() {
    let _turn = turn().await;
    let origin = origin(OriginSpec {
        service: served_in(60),
        ..OriginSpec::default()
    })
    .await;
    let ended = netopt(&["diagnose", &origin.url(), "--json", "--fail-on", "medium"]).await;
    let document = ended.document();
    assert_eq!(ended.code, Some(4), "the gate fails: {ended:?}");
    assert!(document["primary"].is_null());
    assert_eq!(document["findings"][0]["id"], "server.processing");
    assert_eq!(document["findings"][0]["severity"], "high");
    let processing = document["baseline"]["breakdown"]["processing_ms"]
        .as_f64()
        .unwrap();
    assert!((50.0..75.0).contains(&processing), "{processing}");
}

#[tokio::test]
async fn a_server_that_cannot_compress_is_advised() {
    let _turn = turn().await;
    let body = BodySpec {
        size: Bytes::new(100_000),
        ..BodySpec::default()
    };
    let origin = origin(OriginSpec {
        body,
        compress: Compress::Never,
        ..OriginSpec::default()
    })
    .await;
    let rate = netopt_core::unit::BitRate::from_bps(20e6);
    let link = link(&origin, rate).await;
    let url = format!("http://{}/", link.local_addr());
    let ended = netopt(&["diagnose", &url, "--json", "--rate", "10"]).await;
    let document = ended.document();
    let compression = finding(&document, "http.compression");
    assert!(
        compression["change"].is_null() && compression["advice"].is_string(),
        "{compression:#}"
    );
    assert_eq!(document["primary"], "http.compression");
}

/// The kernel delays acknowledgements where messages follow each other at once, so the calls have to: one after the other.
#[tokio::test]
async fn a_server_that_meets_delayed_acknowledgement_is_found_and_the_client_can_help() {
    let _turn = turn().await;
    let socket = SocketSpec {
        write: WriteStyle::Chunks(vec![Bytes::new(200), Bytes::new(200)]),
        nodelay: Switch::Off,
        ..SocketSpec::default()
    };
    let origin = origin(OriginSpec {
        socket,
        ..OriginSpec::default()
    })
    .await;
    let out = file("quickack.toml");
    let args = [
        "optimize",
        &origin.url(),
        "--json",
        "--rate",
        "500",
        "--workload",
        "rpc",
        "--out",
        out.to_str().unwrap(),
    ];
    let document = netopt(&args).await.document();
    let nagle = finding(&document, "tcp.nagle-delayed-ack");
    assert_eq!(nagle["change"]["name"], "tcp.quickack", "{nagle:#}");
    assert_eq!(
        (&nagle["status"], &document["primary"]),
        (&"proven".into(), &"tcp.nagle-delayed-ack".into())
    );
    assert!(
        document["final"]["p50_ms"]["effect_pct"].as_f64().unwrap() < -50.0,
        "{document:#}"
    );
}

#[tokio::test]
async fn a_pool_that_is_too_small_is_found_and_its_size_proven() {
    let _turn = turn().await;
    let origin = origin(OriginSpec {
        service: served_in(80),
        ..OriginSpec::default()
    })
    .await;
    let (today, out) = (
        written("small-pool.toml", "[pool]\nmax_connections = 1\n"),
        file("pool.toml"),
    );
    let ended = netopt(&[
        "optimize",
        &origin.url(),
        "--json",
        "--rate",
        "30",
        "--baseline",
        today.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    let document = ended.document();
    let pool = finding(&document, "pool.too-small");
    assert_eq!(
        (&pool["status"], &document["primary"]),
        (&"proven".into(), &"pool.too-small".into()),
        "{ended:?}"
    );
    assert!(
        document["plan"]["pool.max_connections"].as_u64().unwrap() >= 3,
        "{document:#}"
    );
}

/// With HTTP/2 the head and the body of a request are written apart, and Nagle's algorithm has something to hold.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_whose_nagle_holds_the_body_of_http2_back_is_told_to_switch_it_off() {
    let _turn = turn().await;
    let origin = origin(OriginSpec {
        protocol: Protocol::Https2,
        ..OriginSpec::default()
    })
    .await;
    let trusted = written("nagle.pem", origin.certificate_pem().unwrap());
    let body = written("nagle.json", &"{}\n".repeat(200));
    let client = written("nagle.toml", "[tcp]\nnodelay = false\n");
    let args = [
        "diagnose",
        &origin.url(),
        "--json",
        "--unsafe-method",
        "--method",
        "POST",
        "--rate",
        "500",
        "--workload",
        "rpc",
        "--body",
        body.to_str().unwrap(),
        "--cacert",
        trusted.to_str().unwrap(),
        "--baseline",
        client.to_str().unwrap(),
    ];
    let document = netopt(&args).await.document();
    let nagle = finding(&document, "tcp.nagle-delayed-ack");
    assert_eq!(nagle["change"]["name"], "tcp.nodelay", "{nagle:#}");
    assert_eq!(document["primary"], "tcp.nagle-delayed-ack");
}

#[tokio::test]
async fn uploads_beside_are_made_by_the_same_client_and_are_no_calls() {
    let _turn = turn().await;
    let origin = origin(OriginSpec {
        service: served_in(1),
        ..OriginSpec::default()
    })
    .await;
    let args = [
        "diagnose",
        &origin.url(),
        "--json",
        "--rate",
        "100",
        "--upload-beside",
        "100kB",
        "--unsafe-method",
    ];
    let ended = netopt(&args).await;
    let document = ended.document();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let traffic = origin.traffic();
    let calls = document["workload"]["requests"].as_u64().unwrap();
    let uploads = traffic.messages.saturating_sub(calls);
    assert!(uploads > 0, "{traffic:?}, {calls} calls");
    // Each that has begun has sent its body, but one that was given up when the measurement was over.
    let whole = Bytes::new(100_000 * (uploads - 1));
    assert!(traffic.bytes_in > whole, "{traffic:?}, {calls} calls");
    let notes = document["notes"].to_string();
    assert!(notes.contains("uploaded meanwhile"), "{notes}");
    assert!(document["primary"].is_null(), "{document:#}");
}
