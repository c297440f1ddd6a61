//! `netopt probe` against origins that behave: what it prints, and how it behaves itself.

mod datagrams;
mod failure;
mod messages;
mod proxy;

use std::net::SocketAddr;
use std::time::Duration;

use netopt_lab::origin::{Origin, OriginSpec, Protocol};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::command::{Ended, Running, netopt, netopt_in, until};

fn anywhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

async fn origin(spec: OriginSpec) -> Origin {
    Origin::start(anywhere(), spec).await.unwrap()
}

async fn healthy() -> Origin {
    origin(OriginSpec::default()).await
}

async fn speaking(protocol: Protocol) -> Origin {
    origin(OriginSpec {
        protocol,
        ..OriginSpec::default()
    })
    .await
}

/// Saves the certificate of an origin under that name.
fn certificate(origin: &Origin, name: &str) -> String {
    let file = format!("{}/{name}.pem", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, origin.certificate_pem().unwrap()).unwrap();
    file
}

/// The document, after it was held against its published schema.
fn valid(ended: &Ended) -> Value {
    let schema = include_str!("../../../../docs/schemas/probe.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = ended.document();
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{document:#}");
    document
}

#[tokio::test]
async fn the_report_shows_each_phase_and_one_sentence() {
    let origin = speaking(Protocol::Https1).await;
    let trusted = certificate(&origin, "report");
    let ended = netopt(&["probe", &origin.url(), "-n", "4", "--cacert", &trusted]).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{ended:?}"
    );
    let [fresh, kept] = ["on a new connection", "on a kept connection"].map(|title| {
        let section = ended.stdout.split(title).nth(1).unwrap();
        section.split("\n\n").next().unwrap().to_owned()
    });
    let has = |section: &str, name: &str| {
        section
            .lines()
            .any(|line| line.starts_with(&format!("  {name} ")) && line.ends_with(" 4"))
    };
    for phase in ["connect", "tls", "send", "wait", "receive", "total"] {
        assert!(has(&fresh, phase), "{phase} is missing:\n{}", ended.stdout);
    }
    assert!(
        !has(&kept, "connect") && !has(&kept, "tls") && has(&kept, "wait"),
        "{}",
        ended.stdout
    );
    for part in [
        "http/1.1 · TLSv1.3 · session resumed 3 of 4",
        "connection reused 4 of 4",
        "RTT",
        "→ ",
    ] {
        assert!(
            ended.stdout.contains(part),
            "{part} is missing:\n{}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn calls_are_few_polite_and_safe() {
    let origin = healthy().await;
    let ended = netopt(&["probe", &origin.url(), "-n", "20"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let served = origin.served();
    assert_eq!((served.requests, served.connections), (41, 21));
    assert_eq!(
        served.requests_by_method.keys().collect::<Vec<_>>(),
        ["GET"]
    );
    assert!(served.most_within(Duration::from_secs(1)) <= 20);
}

#[tokio::test]
async fn the_document_keeps_its_schema() {
    let origin = speaking(Protocol::Https2).await;
    let trusted = certificate(&origin, "document");
    let ended = netopt(&[
        "probe",
        &origin.url(),
        "-n",
        "3",
        "--json",
        "--cacert",
        &trusted,
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(document["schema"], "netopt.probe/1");
    assert_eq!(document["target"], origin.url());
    assert_eq!(document["connection"]["protocol"], "h2");
    assert_eq!(
        (&document["new"]["n"], &document["kept"]["n"]),
        (&3.into(), &3.into())
    );
    assert!(document["new"]["total"]["p50_ms"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn several_targets_are_one_document() {
    let (one, two) = (
        healthy().await,
        TcpListener::bind(anywhere()).await.unwrap(),
    );
    let tcp = format!("tcp://{}", two.local_addr().unwrap());
    let ended = netopt(&["probe", &one.url(), &tcp, "-n", "2", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(document["schema"], "netopt.probe.list/1");
    let bare = &document["results"][1];
    assert_eq!(
        (&bare["target"], &bare["kept"]),
        (&tcp.into(), &Value::Null)
    );
    assert_eq!(bare["new"]["phases"][0]["phase"], "connect");
    assert_eq!(bare["connection"]["protocol"], "tcp");
}

#[tokio::test]
async fn colours_are_for_terminals_or_who_asks() {
    let listener = TcpListener::bind(anywhere()).await.unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    let always: [(&str, &str); 2] = [("NO_COLOR", "1"), ("TERM", "xterm")];
    for (more, variables, colourful) in [
        (vec![], [].as_slice(), false),
        (vec![], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        (vec![], &[("CLICOLOR_FORCE", "1")], true),
        (vec!["--color", "always"], &always, true),
        (vec!["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let args = [&["probe", &url, "-n", "1"], more.as_slice()].concat();
        let ended = netopt_in(&args, variables).await;
        assert_eq!(
            ended.stdout.contains('\u{1b}'),
            colourful,
            "{args:?} {variables:?}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn a_narrow_terminal_is_respected() {
    let origin = healthy().await;
    for columns in ["50", "64", "110"] {
        let ended = netopt_in(
            &["probe", &origin.url(), "-n", "1"],
            &[("COLUMNS", columns)],
        )
        .await;
        let widest = ended
            .stdout
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap();
        assert!(
            widest <= columns.parse().unwrap(),
            "{widest} columns:\n{}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn ctrl_c_shows_what_is_known() {
    for json in [false, true] {
        let origin = healthy().await;
        let url = origin.url();
        let mut args = vec!["probe", url.as_str(), "-n", "1000"];
        args.extend(json.then_some("--json"));
        let running = Running::start(&args);
        until(|| origin.served().requests >= 4).await;
        let ended = running.stop("INT").await;
        assert_eq!(ended.code, Some(130), "{ended:?}");
        assert!(ended.took < Duration::from_secs(3), "{ended:?}");
        assert!(ended.line().contains("interrupted"), "{ended:?}");
        if json {
            let document = valid(&ended);
            assert_eq!(document["complete"], false);
            assert!(document["new"]["n"].as_u64().unwrap() >= 3);
        } else {
            assert!(ended.stdout.contains("on a new connection"), "{ended:?}");
        }
    }
}
