//! The common mistake on the server's side, with one on the client's: nginx that closes after each answer, and a client
//! that does not ask for the compression that nginx offers.
//!
//! Only one of the two can be cured by the client, and the tool has to tell them apart.

use std::time::Duration;

use netopt_core::change::Change;
use netopt_core::encoding::Encodings;
use netopt_core::plan::Plan;
use serde_json::Value;

use crate::folder::Folder;
use crate::netopt::{Lab, finding, interval, netopt, number};
use crate::nginx::{Bodies, KeepAlive, Nginx, Setup, most_in_a_second};
use crate::turn;

/// 200 kB take 53 ms at 30 Mbit/s: the link is half busy at this rate.
const LINK: [&str; 2] = ["20ms", "30mbit"];
const RATE: usize = 11;

#[test]
fn the_server_is_told_to_keep_connections_and_the_client_to_ask_for_compression() {
    let _turn = turn();
    let nginx = Nginx::start(Setup {
        keep_alive: KeepAlive::Timeout0,
        bodies: Bodies::Gzip,
        ..Setup::default()
    });
    let link = Lab::link(nginx.address(), LINK[0], LINK[1]);
    let folder = Folder::new();
    let out = folder.path("netopt.toml");

    let url = nginx.url_at(link.place(), "big.txt");
    let rate = RATE.to_string();
    let arguments = [
        "optimize",
        &url,
        "--json",
        "--seed",
        "1",
        "--rate",
        &rate,
        "--out",
        out.to_str().unwrap(),
    ];
    let document = netopt(&arguments, Duration::from_secs(240)).document();

    assert_eq!(document["complete"], true);
    assert_eq!(document["baseline"]["reuse_ratio"], 0.0);
    assert_eq!(document["primary"], "http.compression");
    reuse_is_the_servers_affair(finding(&document, "http.connection-reuse"));
    compression_is_proven(finding(&document, "http.compression"));
    plan_keeps_its_promise(&document);
    plan_says_why(&folder.read("netopt.toml"), &document);

    let stderr = link.interrupt();
    let log = nginx.end();
    assert_eq!(document["workload"]["requests"], log.len());
    assert!(
        most_in_a_second(&log) <= RATE,
        "{} in a second",
        most_in_a_second(&log)
    );
    assert!(
        log.iter()
            .all(|access| access.nth == 1 && access.status == 200)
    );
    assert!(
        stderr.contains(&format!("carried: connections {},", log.len())),
        "{stderr}"
    );
    // Both kinds of bodies were really sent: the link would make a cut or an empty one look fast.
    assert!(
        log.iter().all(|access| access.sent > 40_000),
        "{:?}",
        log.iter().min_by_key(|access| access.sent)
    );
    assert!(log.iter().any(|access| access.sent > 200_000));
    assert!(log.iter().any(|access| access.sent < 100_000));
}

fn reuse_is_the_servers_affair(finding: &Value) {
    assert_eq!(finding["change"], Value::Null);
    assert_eq!(finding["proof"], Value::Null);
    let advice = finding["advice"].as_str().unwrap();
    assert!(advice.contains("keepalive_timeout"), "{advice}");
    let summary = finding["summary"].as_str().unwrap();
    assert!(
        summary.contains("The server closes the connection"),
        "{summary}"
    );
}

fn compression_is_proven(finding: &Value) {
    assert_eq!(finding["status"], "proven", "{finding:#}");
    assert_eq!(finding["proof"]["decision"], "faster");
    // 150 kB less are 40 ms less of 95.
    let [low, high] = interval(finding, "/proof/ci95_pct");
    let effect = number(finding, "/proof/effect_pct");
    assert!(
        low <= effect && effect <= high && high < -20.0,
        "{finding:#}"
    );
    assert!(number(finding, "/proof/rounds") >= 10.0, "{finding:#}");
    assert!(
        number(finding, "/proof/aa_floor_pct") < effect.abs(),
        "{finding:#}"
    );
    let evidence = finding["evidence"].as_array().unwrap();
    let bytes: Vec<f64> = evidence
        .iter()
        .filter(|fact| fact["unit"] == "bytes")
        .map(|fact| number(fact, "/value"))
        .collect();
    let [plain, packed] = bytes[..] else {
        panic!("two sizes of body: {finding:#}")
    };
    assert!(
        (plain - 200_000.0).abs() < 1.0,
        "the document as it is, not {plain}"
    );
    assert!(
        packed < plain / 2.0,
        "what comes over the wire, not {packed}"
    );
}

fn plan_keeps_its_promise(document: &Value) {
    let [low, high] = interval(document, "/final/p50_ms/ci95_pct");
    let effect = number(document, "/final/p50_ms/effect_pct");
    assert!(
        low <= effect && effect <= high && high < -20.0,
        "{:#}",
        document["final"]
    );
    let [before, after] =
        ["before", "after"].map(|side| number(document, &format!("/final/p50_ms/{side}")));
    assert!(after < before * 0.8, "{:#}", document["final"]);
}

fn plan_says_why(text: &str, document: &Value) {
    let plan = Plan::read(text).unwrap();
    assert_eq!(plan.changes(), [Change::AcceptEncoding(Encodings::ALL)]);
    assert_eq!(
        document["plan"]["http.accept_encoding"],
        document["findings"][0]["change"]["value"]
    );
    let comments: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    let said = |words: &str| comments.iter().any(|comment| comment.contains(words));
    for words in [
        "http.compression: ",
        "proven: p50 -",
        "rounds",
        "A/A floor",
        "Confirmed on fresh data",
        "cost: ",
    ] {
        assert!(said(words), "\"{words}\" is not in\n{text}");
    }
}
