//! The lab's servers: what they print, what they carry, how they end.

mod origin;
#[cfg(target_os = "linux")]
mod run;

use serde_json::Value;

use crate::command::{Running, netopt};

/// An address that a free port was just found at.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn an_origin_says_where_it_is_and_what_it_served() {
    let mut origin = Running::start(&["lab", "origin", "--body", "5kB", "--close-after", "1"]);
    let url = origin.line().await;
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with('/'),
        "{url}"
    );
    let probe = netopt(&["probe", &url, "-n", "3", "--json"]).await;
    assert_eq!(probe.document()["connection"]["reuse_ratio"], 0.0);
    let ended = origin.stop("TERM").await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), ""),
        "{ended:?}"
    );
    assert!(
        ended.stderr.contains("5.0 kB body")
            && ended.stderr.contains("connections close after answer 1"),
        "{ended:?}"
    );
    assert!(
        ended.stderr.contains("served: requests 7, connections 7"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_certificate_is_saved_for_the_client() {
    let file = format!("{}/origin.pem", env!("CARGO_TARGET_TMPDIR"));
    let mut origin =
        Running::start(&["lab", "origin", "--protocol", "https2", "--cert-out", &file]);
    let url = origin.line().await;
    assert!(url.starts_with("https://"), "{url}");
    let probe = netopt(&["probe", &url, "-n", "2", "--json", "--cacert", &file]).await;
    assert_eq!(probe.code, Some(0), "{probe:?}");
    assert_eq!(probe.document()["connection"]["protocol"], "h2");
    assert_eq!(probe.document()["connection"]["tls_version"], "TLSv1.3");
    assert_eq!(origin.stop("INT").await.code, Some(0));
}

#[tokio::test]
async fn a_link_relays_and_counts() {
    let mut origin = Running::start(&["lab", "origin", "--body", "20kB"]);
    let url = origin.line().await;
    let to = url
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let mut link = Running::start(&[
        "lab", "link", "--to", &to, "--rtt", "30ms", "--rate", "100mbit",
    ]);
    let line = link.line().await;
    let near = line.strip_prefix("listening on ").unwrap();

    let median = async |url: &str| {
        let document = netopt(&["probe", url, "-n", "4", "--json"])
            .await
            .document();
        document["kept"]["total"]["p50_ms"].as_f64().unwrap()
    };
    let (far, direct) = (median(&format!("http://{near}/")).await, median(&url).await);
    assert!(
        far > 3.0 * direct,
        "{far} ms behind the link, {direct} ms without"
    );

    let ended = link.stop("INT").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("30.0 ms round trip, 100.0 Mbit/s each way"),
        "{ended:?}"
    );
    assert!(
        ended
            .stderr
            .contains("a loss shows as a stall and shrinks no window"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("carried: connections 5"), "{ended:?}");
    assert!(ended.stderr.contains("kB back"), "{ended:?}");
    assert_eq!(origin.stop("TERM").await.code, Some(0));
}

#[tokio::test]
async fn the_largest_finding_behind_a_link_is_the_new_connection() {
    let mut origin = Running::start(&["lab", "origin"]);
    let url = origin.line().await;
    let to = url
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let mut link = Running::start(&["lab", "link", "--to", &to, "--rtt", "40ms"]);
    let near = link.line().await.replace("listening on ", "http://");
    let document: Value = netopt(&["probe", &near, "-n", "4", "--json"])
        .await
        .document();
    let finding = document["finding"].as_str().unwrap();
    assert!(
        finding.starts_with("opening the connection is"),
        "{finding}"
    );
    assert_eq!(link.stop("TERM").await.code, Some(0));
    assert_eq!(origin.stop("TERM").await.code, Some(0));
}

#[tokio::test]
async fn what_cannot_be_is_bad_usage() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let to = nobody();
    for (args, part) in [
        (vec!["origin", "--listen", &taken], taken.as_str()),
        (
            vec!["link", "--listen", &taken, "--to", &to],
            taken.as_str(),
        ),
        (vec!["origin", "--workers", "0"], "workers is 0"),
        (vec!["origin", "--close-after", "0"], "requests is 0"),
        (vec!["origin", "--body", "1GB"], "above 67.1 MB"),
        (
            vec!["origin", "--cert-out", "cert.pem"],
            "--protocol https1, https2 or wss-echo",
        ),
        (
            vec![
                "origin",
                "--protocol",
                "https1",
                "--cert-out",
                "/nowhere/cert.pem",
            ],
            "/nowhere/cert.pem",
        ),
    ] {
        let ended = netopt(&[&["lab"], args.as_slice()].concat()).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
}
