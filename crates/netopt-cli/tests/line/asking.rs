//! What a program asks for, told by its paths: that they are called as often as they stand there, and what is found in them.

use http::HeaderValue;
use netopt_lab::origin::{BodySpec, OriginSpec, Redirects, Route};
use serde_json::Value;

use crate::run::{Ended, finding, link, netopt, origin, turn, written};

/// Kept for a minute, but for what is under `/live`.
fn kept() -> OriginSpec {
    OriginSpec {
        body: BodySpec {
            cache_control: Some(HeaderValue::from_static("max-age=60")),
            ..BodySpec::default()
        },
        routes: vec![Route {
            path: "/live".to_owned(),
            cache_control: Some(HeaderValue::from_static("no-store")),
            redirects: None,
        }],
        ..OriginSpec::default()
    }
}

async fn diagnosed(url: &str, more: &[&str]) -> Value {
    let flags = [&["diagnose", url, "--json", "--rate", "200"], more].concat();
    let ended: Ended = netopt(&flags).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.document()
}

fn ids(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .filter_map(|finding| finding["id"].as_str())
        .collect()
}

#[tokio::test]
async fn paths_are_called_as_often_as_they_stand_in_the_file_and_what_could_be_kept_is_told() {
    let _turn = turn().await;
    let origin = origin(kept()).await;
    let link = link(&origin, None).await;
    let base = format!("http://{}", link.local_addr());
    let paths = written(
        "asked.txt",
        &format!("/a\n# often\n/b\n/b\n{base}/live?x\n"),
    );
    let document = diagnosed(&base, &["--paths", paths.to_str().unwrap()]).await;
    assert_eq!(document["workload"]["asking"], "listed");
    let found = finding(&document, "http.cacheable");
    assert_eq!(found["change"]["name"], "cache.size");
    let served = origin.served().requests_by_path;
    let paths: Vec<&str> = served.keys().map(String::as_str).collect();
    assert_eq!(paths, ["/a", "/b", "/live?x"]);
    let times = |path: &str| served[path];
    // A stage may end in the middle of the list.
    assert!(times("/b").abs_diff(2 * times("/a")) < 10, "{served:?}");
    assert!(times("/live?x").abs_diff(times("/a")) < 10, "{served:?}");
    // What is under /live may not be kept: a quarter of the calls.
    let share = found["evidence"][0]["value"].as_f64().unwrap();
    assert!((0.6..=0.75).contains(&share), "{found:#}");
}

#[tokio::test]
async fn a_client_with_a_cache_is_surveyed_without_it() {
    let _turn = turn().await;
    let origin = origin(kept()).await;
    let today = written("caching.toml", "[cache]\nsize = \"1MiB\"\n");
    let document = diagnosed(&origin.url(), &["--baseline", today.to_str().unwrap()]).await;
    assert!(!ids(&document).contains(&"http.cacheable"), "{document:#}");
    // One knock, and the first of two hundred calls, or a few that overlap with it; then three times eight calls, two that open a
    // connection, and the start of a body.
    let survey = 3 * 8 + 2 + 1;
    let requests = origin.served().requests;
    assert!((2 + survey..60).contains(&requests), "{requests}");
}

#[tokio::test]
async fn a_chain_is_told_only_where_it_is_said_to_be_one() {
    let _turn = turn().await;
    let origin = origin(OriginSpec::default()).await;
    let link = link(&origin, None).await;
    let base = format!("http://{}", link.local_addr());
    let paths = written("page.txt", "/list\n/1\n/2\n/3\n");
    let file = paths.to_str().unwrap();
    let args = ["--paths", file, "--workload", "rpc"];
    let plain = diagnosed(&base, &args).await;
    assert!(!ids(&plain).contains(&"http.sequential-chain"), "{plain:#}");
    let chain = diagnosed(&base, &[&args[..], &["--chain"]].concat()).await;
    assert_eq!(chain["workload"]["asking"], "chain");
    assert_eq!(chain["primary"], "http.sequential-chain");
    let found = finding(&chain, "http.sequential-chain");
    assert_eq!(found["evidence"][0]["value"], 4.0);
}

#[tokio::test]
async fn redirects_are_told_with_where_to_call() {
    let _turn = turn().await;
    let routes = vec![Route {
        redirects: Some(Redirects {
            hops: 2,
            status: http::StatusCode::MOVED_PERMANENTLY,
        }),
        ..Route::default()
    }];
    let origin = origin(OriginSpec {
        routes,
        ..OriginSpec::default()
    })
    .await;
    let link = link(&origin, None).await;
    let url = format!("http://{}/old", link.local_addr());
    let document = diagnosed(&url, &[]).await;
    assert_eq!(document["primary"], "http.redirect-chain");
    let found = finding(&document, "http.redirect-chain");
    let advice = found["advice"].as_str().unwrap();
    assert!(advice.contains(&format!("`{url}?…`")), "{advice}");
    assert!(advice.contains("for good"), "{advice}");
}

#[tokio::test]
async fn files_and_flags_that_do_not_fit_are_usage_errors() {
    let broken = written("broken-paths.txt", "/a\nb\n");
    let empty = written("no-paths.txt", "# nothing\n");
    let fine = written("fine-paths.txt", "/a\n");
    for (file, more, part) in [
        (&broken, &[][..], "line 2: \"b\" is neither a path"),
        (&empty, &[][..], "no path in it"),
        (&fine, &["--chain"][..], "use --workload rpc"),
    ] {
        let args = [
            "diagnose",
            "http://127.0.0.1:9/",
            "--paths",
            file.to_str().unwrap(),
        ];
        let ended = netopt(&[&args[..], more].concat()).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.line().contains(part), "{ended:?}");
    }
}
