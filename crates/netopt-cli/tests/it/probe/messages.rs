//! `netopt probe ws://`: an echo that answers, and one that is too slow to be one.

use std::time::Duration;

use netopt_lab::origin::Dist;
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};

use super::{anywhere, valid};
use crate::command::{netopt, netopt_in};

async fn server(protocol: RawProtocol, time: Duration) -> RawServer {
    let spec = RawSpec {
        protocol,
        time: Dist::Fixed(time),
        ..RawSpec::default()
    };
    RawServer::start(anywhere(), spec).await.unwrap()
}

#[tokio::test]
async fn an_echo_is_told_with_its_opening_and_its_messages() {
    for protocol in [RawProtocol::WsEcho, RawProtocol::WssEcho] {
        let server = server(protocol, Duration::ZERO).await;
        let file = format!("{}/messages.pem", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&file, server.certificate_pem().unwrap_or_default()).unwrap();
        let url = server.url();
        let mut args = vec!["probe", &url, "-n", "3", "--size", "1kB", "--json"];
        args.extend(
            protocol
                .is_tls()
                .then_some(["--cacert", &file])
                .iter()
                .flatten(),
        );
        let document = valid(&netopt(&args).await);
        assert_eq!(document["connection"]["protocol"], "websocket");
        assert_eq!(document["messages"]["asked"], "echo");
        assert_eq!(document["messages"]["size_bytes"], 1000);
        let names = |kind: &str| -> Vec<String> {
            let phases = document[kind]["phases"].as_array().unwrap();
            let name = |phase: &serde_json::Value| phase["phase"].as_str().unwrap().to_owned();
            phases.iter().map(name).collect()
        };
        assert!(names("new").contains(&"upgrade".to_owned()), "{document:#}");
        assert!(
            !names("kept").contains(&"upgrade".to_owned()),
            "{document:#}"
        );
        // Three apart, the one that opens the kept connection, and three on it.
        let traffic = server.traffic();
        assert_eq!((traffic.messages, traffic.connections), (7, 4));
    }
}

#[tokio::test]
async fn who_does_not_echo_in_time_is_asked_by_pings_and_that_is_said() {
    let server = server(RawProtocol::WsEcho, Duration::from_secs(60)).await;
    let url = server.url();
    let args = ["probe", &url, "-n", "2", "--timeout", "400ms"];
    for columns in ["40", "100"] {
        let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let words: Vec<&str> = ended.stdout.split_whitespace().collect();
        let text = words.join(" ");
        for part in [
            "pings of 125 B, because the message did not come back within 400 ms",
            "they tell nothing about the server's program",
            "on a kept connection",
        ] {
            assert!(text.contains(part), "{part}: {}", ended.stdout);
        }
        let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
        assert!(
            widest.unwrap() <= columns.parse().unwrap(),
            "{}",
            ended.stdout
        );
    }
    let mut json = args.to_vec();
    json.push("--json");
    let document = valid(&netopt(&json).await);
    assert_eq!(document["messages"]["asked"], "ping");
    assert_eq!(document["kept"]["total"]["n"], 2);
}

#[tokio::test]
async fn only_probe_takes_such_targets() {
    for verb in ["diagnose", "optimize"] {
        let ended = netopt(&[verb, "wss://localhost/"]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(
            ended.line().contains("try netopt probe wss://localhost/"),
            "{ended:?}"
        );
    }
}
