//! `netopt transfer` and `netopt serve`: the two ends as a user meets them.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use netopt_lab::{LinkSpec, StreamLink};
use serde_json::Value;

use crate::command::{Ended, Running, netopt, netopt_in};

/// The document, after it was held against its published schema.
fn valid(ended: &Ended) -> Value {
    let schema = include_str!("../../../../docs/schemas/transfer.schema.json");
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

/// A server on a free port, and that address.
pub(crate) async fn served() -> (Running, String) {
    let mut server = Running::start(&["serve", "--listen", "127.0.0.1:0"]);
    let line = server.line().await;
    let address = line.strip_prefix("listening on ").unwrap().to_owned();
    (server, address)
}

#[tokio::test]
async fn both_ends_as_processes_agree_on_every_byte() {
    let (server, address) = served().await;
    let ended = netopt(&[
        "transfer", &address, "--bytes", "20MB", "-P", "3", "--both", "--json",
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(document["target"], *address);
    assert_eq!(document["own_server"], false);
    let run = &document["runs"][0];
    for way in ["up", "down"] {
        assert_eq!(run[way]["bytes"], 20_000_000, "{way}");
        assert_eq!(run[way]["counted_by"], "receiver");
        assert_eq!(run[way]["streams"].as_array().unwrap().len(), 3);
    }
    assert!(run["cpu"]["far_s"].as_f64().unwrap() > 0.0);
    let stopped = server.stop("INT").await;
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(
        stopped.stderr.contains("served: transfers 1"),
        "{stopped:?}"
    );
}

#[tokio::test]
async fn without_a_target_both_ends_run_here_and_it_says_so() {
    let ended = netopt(&["transfer", "-t", "300ms", "--interval", "100ms"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("both ends run here"), "{ended:?}");
    for part in ["bulk up", "received", "bit/s", "processor", "→ "] {
        assert!(
            ended.stdout.contains(part),
            "{part} is missing:\n{}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn every_kind_keeps_its_schema() {
    let kinds: [&[&str]; 6] = [
        &["--down", "--copy", "--cc", "reno"],
        &["--rr", "--request", "100B", "--response", "10kB", "-P", "2"],
        &["--crr"],
        &["--mixed", "--both", "--notsent-lowat", "16KiB"],
        &["--udp", "--both", "--rate", "5mbit"],
        &["--responsiveness"],
    ];
    for kind in kinds {
        let ended = netopt(&[&["transfer", "-t", "400ms", "--json"], kind].concat()).await;
        assert_eq!(ended.code, Some(0), "{kind:?}: {ended:?}");
        let document = valid(&ended);
        let run = &document["runs"][0];
        let figure = match kind[0] {
            "--down" => &run["down"]["rate_bps"],
            "--rr" | "--crr" => &run["exchanges"]["latency"]["p50_ms"],
            "--mixed" => &run["messages"]["round_trip"]["p50_ms"],
            "--udp" => &run["datagrams"]["down"]["jitter_ms"],
            _ => &run["responsiveness"]["rpm"],
        };
        assert!(figure.as_f64().unwrap() > 0.0, "{kind:?}: {document:#}");
        let runs = document["runs"].as_array().unwrap().len();
        assert_eq!(runs, if kind[0] == "--responsiveness" { 2 } else { 1 });
    }
}

#[tokio::test]
async fn ctrl_c_shows_the_part_that_is_known() {
    for json in [false, true] {
        let (server, address) = served().await;
        let link = relay(&address).await;
        let through = link.local_addr().to_string();
        let mut args = vec!["transfer", &through, "-t", "60s", "--rate", "8mbit"];
        args.extend(json.then_some("--json"));
        let running = Running::start(&args);
        until_it_moves(&link).await;
        let ended = running.stop("INT").await;
        assert_eq!(ended.code, Some(130), "{ended:?}");
        assert!(ended.took < Duration::from_secs(10), "{ended:?}");
        assert!(ended.stderr.contains("interrupted"), "{ended:?}");
        if json {
            let document = valid(&ended);
            assert_eq!(document["complete"], false);
            assert_eq!(document["runs"][0]["ended"], "stopped");
            let up = &document["runs"][0]["up"];
            assert!(up["bytes"].as_u64().unwrap() > 0);
            assert_eq!(up["counted_by"], "receiver", "the server was still asked");
        } else {
            assert!(ended.stdout.contains("  up  "), "{ended:?}");
        }
        assert_eq!(server.stop("TERM").await.code, Some(0));
    }
}

/// A relay to the server, which counts what a transfer moves.
pub(crate) async fn relay(to: &str) -> StreamLink {
    let listen = "127.0.0.1:0".parse().unwrap();
    let link = StreamLink::start(listen, to.parse().unwrap(), LinkSpec::default());
    link.await.unwrap()
}

/// Waits until bytes move.
pub(crate) async fn until_it_moves(link: &StreamLink) {
    let enough = 200_000;
    let is_moving = || link.carried().up.get().max(link.carried().down.get()) > enough;
    crate::command::until(is_moving).await;
}

#[tokio::test]
async fn nobody_there_is_one_line_and_code_3() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ended = netopt(&["transfer", &gone.to_string()]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let line = ended.stderr.lines().last().unwrap();
    assert!(
        line.contains("refused") && line.contains("connect, peer"),
        "{line}"
    );
    assert_eq!(ended.stdout, "");
}

#[tokio::test]
async fn a_silent_peer_ends_by_its_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let ended = netopt(&["transfer", &address, "--timeout", "300ms"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("did not answer within 300 ms (agree, peer)"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_server_that_goes_in_the_middle_leaves_a_part_and_code_3() {
    let (server, address) = served().await;
    let link = relay(&address).await;
    let through = link.local_addr().to_string();
    let args = [
        "transfer",
        &through,
        "--down",
        "-t",
        "60s",
        "--timeout",
        "1s",
        "--json",
    ];
    let running = Running::start(&args);
    until_it_moves(&link).await;
    let killed = server.stop("KILL").await;
    assert_eq!(killed.code, None);
    let ended = running.wait().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(document["complete"], false);
    assert_eq!(document["error"]["side"], "peer");
    assert!(document["runs"][0]["down"]["bytes"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn strangers_are_counted_and_harmless() {
    let (server, address) = served().await;
    for _ in 0..3 {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).ok();
    }
    let ended = netopt(&["transfer", &address, "-t", "200ms"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let stopped = server.stop("INT").await;
    assert!(stopped.stderr.contains("strangers 3"), "{stopped:?}");
}

#[tokio::test]
async fn plain_protocols_are_served_beside_it() {
    let mut server = Running::start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--also",
        "http1=127.0.0.1:0",
        "--also",
        "tcp-echo=127.0.0.1:0",
    ]);
    let lines = [
        server.line().await,
        server.line().await,
        server.line().await,
    ];
    assert!(
        lines[1].starts_with("http://127.0.0.1:") && lines[2].starts_with("tcp://127.0.0.1:"),
        "{lines:?}"
    );
    let probed = netopt(&["probe", &lines[1], "-n", "1"]).await;
    assert_eq!(probed.code, Some(0), "{probed:?}");
    assert_eq!(server.stop("TERM").await.code, Some(0));
}

#[tokio::test]
async fn wrong_usage_says_what_to_write() {
    for (args, part) in [
        (&["transfer", "-P", "100"][..], "1 to 64"),
        (&["transfer", "http://a/"], "HOST:PORT"),
        (&["transfer", "--rr", "--udp"], "cannot be used with"),
        (&["transfer", "--udp", "--size", "70kB"], "65.5 kB"),
        (&["transfer", "--cc", "no such"], "congestion control"),
        (&["transfer", "-t", "2h"], "1h"),
        (&["serve", "--also", "ftp=127.0.0.1:1"], "tcp-echo"),
        (
            &["serve", "--listen", "192.0.2.1:1"],
            "cannot listen on 192.0.2.1:1",
        ),
    ] {
        let ended = netopt(args).await;
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(part), "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
}

#[tokio::test]
async fn a_narrow_terminal_is_respected() {
    let kinds: [&[&str]; 4] = [&["--both"], &["--mixed"], &["--udp"], &["--rr"]];
    for columns in ["30", "40", "60", "80"] {
        for kind in kinds {
            let args = [&["transfer", "-t", "200ms"], kind].concat();
            let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
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
}
