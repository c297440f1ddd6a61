//! A client that opens a connection for each call, behind a real path to an nginx that would keep it, with all defaults:
//! the finding is the client's, and the server's own log says how polite the search for it was.

use std::collections::BTreeMap;
use std::time::Duration;

use netopt_core::change::{Change, Switch};
use netopt_core::plan::Plan;
use serde_json::json;

use crate::folder::Folder;
use crate::netopt::{Lab, finding, interval, netopt, number};
use crate::nginx::{Access, Nginx, Setup, most_in_a_second};
use crate::turn;

/// Long enough that what a busy machine delays a call by is a small part of it.
const RTT: &str = "50ms";

#[test]
fn keeping_connections_is_proven_within_twenty_calls_a_second() {
    let _turn = turn();
    let nginx = Nginx::start(Setup::default());
    let link = Lab::link(nginx.address(), RTT, "100mbit");
    let folder = Folder::new();
    let out = folder.path("netopt.toml");
    let baseline = folder.write("today.toml", "[http]\nkeep_alive = false\n");

    let url = nginx.url_at(link.place(), "small.txt");
    let files = [&out, &baseline].map(|path| path.to_str().unwrap());
    let arguments = [
        "optimize",
        &url,
        "--json",
        "--seed",
        "1",
        "--out",
        files[0],
        "--baseline",
        files[1],
    ];
    let document = netopt(&arguments, Duration::from_secs(240)).document();

    assert_eq!(document["client"], json!({ "http.keep_alive": false }));
    let reuse = finding(&document, "http.connection-reuse");
    assert_eq!(reuse["status"], "proven", "{document:#}");
    assert_eq!(document["primary"], "http.connection-reuse");
    assert_eq!(reuse["severity"], "high");
    assert_eq!(reuse["change"]["name"], "http.keep_alive");
    assert_eq!(reuse["change"]["value"], true);

    // A call is two round trips on a new connection and one on a kept one.
    let [low, high] = interval(&document, "/final/p50_ms/ci95_pct");
    let effect = number(&document, "/final/p50_ms/effect_pct");
    assert!(
        low <= effect && effect <= high && high < -25.0,
        "{:#}",
        document["final"]
    );
    let [before, after] =
        ["before", "after"].map(|side| number(&document, &format!("/final/p50_ms/{side}")));
    assert!(after < before * 0.75, "{:#}", document["final"]);

    let text = folder.read("netopt.toml");
    let plan = Plan::read(&text).unwrap();
    assert_eq!(plan.changes(), [Change::KeepAlive(Switch::On)], "{text}");
    assert!(text.contains("# http.connection-reuse: "), "{text}");

    drop(link);
    let log = nginx.end();
    assert_eq!(document["workload"]["requests"], log.len());
    is_polite(&log);
    keeps_some_and_not_others(&log);
}

/// The defaults: at most 20 calls in any second, at most 2000 in all, and none that could change anything.
fn is_polite(log: &[Access]) {
    let most = most_in_a_second(log);
    assert!(most <= 20, "{most} in a second");
    assert!(
        most >= 15,
        "{most} in a second: the time of the user is worth something, too"
    );
    assert!(log.len() <= 2000, "{} in all", log.len());
    assert!(
        log.iter()
            .all(|access| access.method == "GET" && access.status == 200)
    );
}

/// Today's client never used a connection twice, the candidate did; so both are in the log.
fn keeps_some_and_not_others(log: &[Access]) {
    let mut requests: BTreeMap<u64, u64> = BTreeMap::new();
    for access in log {
        let on_it = requests.entry(access.connection).or_default();
        *on_it = access.nth.max(*on_it);
    }
    let single = requests.values().filter(|count| **count == 1).count();
    let most = requests.values().max().copied().unwrap_or(0);
    assert!(single > 200, "{single} connections for one call");
    assert!(most >= 9, "a block of calls on one connection, not {most}");
}
