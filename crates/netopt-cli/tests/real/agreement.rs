//! `netopt probe` and curl time the same phases of the same calls: they must agree within 1 ms or 10 %.
//!
//! Whole calls of an unoptimised `netopt` may differ by 3 ms: its own work between the phases takes 1 to 2 ms then, and
//! hardly any in a release.
//!
//! They take turns every few calls, so that a busy second of the machine hits both. Compared are medians; sessions are
//! not resumed, because curl's are not carried from one transfer to the next here.

use serde_json::Value;

use crate::curl::{Transfer, curl, curl_apart};
use crate::netopt::{Lab, probe};
use crate::nginx::{Nginx, Sessions, Setup, Speaks};
use crate::turn;

const TURNS: usize = 5;
const CALLS: usize = 4;

/// A difference up to here is none, in milliseconds or as a share of the larger.
const CLOSE_MS: f64 = 1.0;
const CLOSE_SHARE: f64 = 0.1;
/// The same for whole calls, where netopt's own work between the phases counts.
const CLOSE_TOTAL_MS: f64 = if cfg!(debug_assertions) {
    3.0
} else {
    CLOSE_MS
};

/// A phase, as curl told it and as netopt did, in milliseconds.
#[derive(Debug)]
struct Pair {
    phase: &'static str,
    curl: f64,
    netopt: f64,
}

impl Pair {
    fn is_close(&self) -> bool {
        let close = if self.phase == "total" {
            CLOSE_TOTAL_MS
        } else {
            CLOSE_MS
        };
        let difference = (self.curl - self.netopt).abs();
        difference <= close || difference <= CLOSE_SHARE * self.curl.max(self.netopt)
    }
}

fn compare(nginx: &Nginx, url: &str) -> Vec<Pair> {
    let certificate = nginx.certificate();
    let count = CALLS.to_string();
    let mut transfers = Vec::new();
    let mut documents = Vec::new();
    for _ in 0..TURNS {
        transfers.extend(curl_apart(url, CALLS, certificate.as_deref()));
        let document = probe(url, certificate.as_deref(), &["--samples", &count]).document();
        assert_eq!(document["new"]["total"]["n"], CALLS);
        documents.push(document);
    }
    assert!(
        transfers
            .iter()
            .all(|transfer| transfer.status == 200 && transfer.connects == 1)
    );

    let of_curl = |get: fn(&Transfer) -> f64| median(transfers.iter().map(get).collect());
    let of_netopt = |name: &str| {
        median(
            documents
                .iter()
                .map(|document| phase(document, name))
                .collect(),
        )
    };
    let pair = |phase, get| Pair {
        phase,
        curl: of_curl(get),
        netopt: of_netopt(phase),
    };
    vec![
        pair("dns", |transfer| transfer.dns),
        pair("connect", |transfer| transfer.connect),
        pair("tls", |transfer| transfer.tls),
        pair("wait", |transfer| transfer.wait),
        pair("total", |transfer| transfer.total),
    ]
}

/// The median of a phase of calls on new connections; zero for one that they do not go through, as curl has it.
fn phase(document: &Value, name: &str) -> f64 {
    let new = &document["new"];
    let phases = new["phases"].as_array().unwrap();
    let found = phases.iter().find(|phase| phase["phase"] == name);
    let one = if name == "total" {
        Some(&new["total"])
    } else {
        found
    };
    one.map_or(0.0, |phase| phase["p50_ms"].as_f64().unwrap())
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn agree(speaks: Speaks) {
    let nginx = Nginx::start(Setup {
        speaks,
        sessions: Sessions::Whole,
        ..Setup::default()
    });
    let link = Lab::link(nginx.address(), "20ms", "20mbit");
    let direct = nginx.url_at(&format!("localhost:{}", nginx.address().port()), "page.txt");
    for url in [direct, nginx.url_at(link.place(), "page.txt")] {
        let pairs = compare(&nginx, &url);
        for Pair {
            phase,
            curl,
            netopt,
        } in &pairs
        {
            println!("{url} {phase}: curl {curl:.3} ms, netopt {netopt:.3} ms");
        }
        let apart: Vec<&Pair> = pairs.iter().filter(|pair| !pair.is_close()).collect();
        assert!(apart.is_empty(), "{url}: {apart:?}");
    }
    // The server saw both of them make the same calls: curl its extra one, netopt those on a kept connection.
    let log = nginx.end();
    assert_eq!(log.len(), 2 * TURNS * ((CALLS + 1) + (CALLS + 1 + CALLS)));
}

#[test]
fn curl_and_probe_agree_over_http() {
    let _turn = turn();
    agree(Speaks::Http);
}

#[test]
fn curl_and_probe_agree_over_tls() {
    let _turn = turn();
    agree(Speaks::Https);
}

/// What a process does once for itself, such as seeding its generator of random numbers, is not the peer's time.
#[test]
fn the_first_handshake_of_a_process_is_told_as_it_is() {
    let _turn = turn();
    let nginx = Nginx::start(Setup {
        speaks: Speaks::Https,
        sessions: Sessions::Whole,
        ..Setup::default()
    });
    let (url, certificate) = (nginx.url("small.txt"), nginx.certificate());
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        theirs.push(curl(&url, 1, certificate.as_deref(), &[])[0].tls);
        let document = probe(&url, certificate.as_deref(), &["--samples", "1"]).document();
        ours.push(phase(&document, "tls"));
    }
    let (theirs, ours) = (median(theirs), median(ours));
    // Both have something to load the first time; seeding alone would be ten times as much.
    assert!(
        ours < theirs * 4.0,
        "curl {theirs:.3} ms, netopt {ours:.3} ms"
    );
}
