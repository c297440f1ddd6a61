//! Certificates and protocols against nginx over TLS.

use std::time::Duration;

use serde_json::Value;

use crate::folder::Folder;
use crate::netopt::{netopt, number, probe};
use crate::nginx::{KeepAlive, Nginx, Setup, Speaks, Usage};
use crate::turn;

const CALLS: &[&str] = &["--samples", "5"];

fn nginx(speaks: Speaks) -> Nginx {
    Nginx::start(Setup {
        speaks,
        ..Setup::default()
    })
}

fn phase<'a>(document: &'a Value, kind: &str, name: &str) -> Option<&'a Value> {
    let phases = document[kind]["phases"].as_array().unwrap();
    phases.iter().find(|phase| phase["phase"] == name)
}

#[test]
fn http1_over_tls_is_told_with_its_version_and_its_handshake() {
    let _turn = turn();
    let nginx = nginx(Speaks::Https);
    let document = probe(
        &nginx.url("page.txt"),
        nginx.certificate().as_deref(),
        CALLS,
    )
    .document();
    let connection = &document["connection"];
    assert_eq!(connection["protocol"], "http/1.1", "{document:#}");
    assert_eq!(connection["tls_version"], "TLSv1.3");
    assert_eq!(connection["reuse_ratio"], 1.0);
    // nginx hands out tickets: only the first of the five has no session to resume.
    assert_eq!(
        (&connection["resumed"], &connection["resumed_n"]),
        (&4.into(), &5.into())
    );
    assert_eq!(phase(&document, "new", "tls").unwrap()["n"], 5);
    assert_eq!(phase(&document, "kept", "tls"), None);
    assert_eq!(phase(&document, "kept", "connect"), None);

    let log = nginx.end();
    // Five apart, and six on one: the one that opened it is not counted.
    assert_eq!(log.len(), 11);
    assert_eq!(log.iter().map(|access| access.nth).max(), Some(6));
}

#[test]
fn http2_is_agreed_on_and_all_calls_share_a_connection() {
    let _turn = turn();
    let nginx = nginx(Speaks::Http2);
    let document = probe(
        &nginx.url("page.txt"),
        nginx.certificate().as_deref(),
        CALLS,
    )
    .document();
    let connection = &document["connection"];
    assert_eq!(connection["protocol"], "h2", "{document:#}");
    assert_eq!(connection["tls_version"], "TLSv1.3");
    assert_eq!(
        (&connection["reuse_ratio"], &connection["reuse_n"]),
        (&1.0.into(), &5.into())
    );
    assert_eq!(
        document["kept"]["errors"],
        Value::Object(serde_json::Map::new())
    );

    let log = nginx.end();
    assert_eq!(log.len(), 11);
    let kept: Vec<u64> = log[5..].iter().map(|access| access.connection).collect();
    assert!(kept.windows(2).all(|pair| pair[0] == pair[1]), "{log:?}");
    // Calls apart are apart on HTTP/2 as well, where nothing but the client ends a connection.
    let mut apart: Vec<u64> = log[..6].iter().map(|access| access.connection).collect();
    apart.dedup();
    assert_eq!(apart.len(), 6, "{log:?}");
}

#[test]
fn the_version_of_the_baseline_is_spoken_and_no_other() {
    let _turn = turn();
    let folder = Folder::new();
    let version = |name: &str| folder.write(name, &format!("[http]\nversion = \"{name}\"\n"));
    let [only1, only2] = ["http1", "http2"].map(|name| version(name).to_str().unwrap().to_owned());
    let both = nginx(Speaks::Http2);
    for (baseline, protocol) in [(&only1, "http/1.1"), (&only2, "h2")] {
        let run = probe(
            &both.url("small.txt"),
            both.certificate().as_deref(),
            &["-n", "2", "--baseline", baseline],
        );
        assert_eq!(run.document()["connection"]["protocol"], protocol);
    }
    let old = nginx(Speaks::Https);
    let run = probe(
        &old.url("small.txt"),
        old.certificate().as_deref(),
        &["-n", "2", "--baseline", &only2],
    );
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("TLS handshake"), "{}", run.stderr);
}

#[test]
fn a_certificate_that_nobody_vouches_for_ends_every_verb_with_3_and_a_line() {
    let _turn = turn();
    let nginx = nginx(Speaks::Https);
    let url = nginx.url("small.txt");
    for verb in ["probe", "diagnose", "optimize"] {
        let run = netopt(&[verb, &url], Duration::from_secs(60));
        assert_eq!(run.code, Some(3), "{verb}: {run:?}");
        let line = run
            .stderr
            .lines()
            .find(|line| line.starts_with("netopt: "))
            .unwrap();
        assert!(
            line.contains("certificate") && line.contains("127.0.0.1"),
            "{verb}: {line}"
        );
        assert_eq!(run.stdout, "", "{verb}");
    }
    assert_eq!(
        nginx.end(),
        [],
        "nobody is called before the certificate is known"
    );
}

#[test]
fn a_server_that_closes_is_seen_through_tls_as_well() {
    let _turn = turn();
    let nginx = Nginx::start(Setup {
        speaks: Speaks::Https,
        keep_alive: KeepAlive::Timeout0,
        ..Setup::default()
    });
    let document = probe(
        &nginx.url("small.txt"),
        nginx.certificate().as_deref(),
        CALLS,
    )
    .document();
    assert!(
        number(&document, "/connection/reuse_ratio").abs() < f64::EPSILON,
        "{document:#}"
    );
    let finding = document["finding"].as_str().unwrap();
    assert!(
        finding.contains("the server closes the connection"),
        "{finding}"
    );
    assert!(nginx.end().iter().all(|access| access.nth == 1));
}

/// The usual certificate of a test server, because openssl makes it unless told otherwise.
#[test]
fn a_certificate_for_signing_others_is_refused_in_words() {
    let _turn = turn();
    let nginx = Nginx::start(Setup {
        speaks: Speaks::Https,
        certificate: Usage::Authority,
        ..Setup::default()
    });
    let run = probe(
        &nginx.url("small.txt"),
        nginx.certificate().as_deref(),
        CALLS,
    );
    assert_eq!(run.code, Some(3), "{run:?}");
    let words = "the certificate of 127.0.0.1 is not to be trusted: it is for signing others";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}
