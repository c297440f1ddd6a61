//! `netopt probe` against all that does not work: the exit code, one line that says why, and no long wait.

use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_lab::origin::{Failure, Origin, OriginSpec, Protocol};
use netopt_lab::{NameServer, NameServerSpec};
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::{anywhere, certificate, origin, speaking, valid};
use crate::command::{Ended, netopt};

async fn failing(failure: Failure) -> Origin {
    origin(OriginSpec {
        failure,
        ..OriginSpec::default()
    })
    .await
}

fn assert_unmeasured(ended: &Ended, part: &str) {
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.stdout, "");
    assert!(ended.line().contains(part), "{ended:?}");
    assert!(ended.took < Duration::from_secs(5), "{ended:?}");
}

#[tokio::test]
async fn what_is_no_target_is_bad_usage() {
    for (target, part) in [
        ("localhost:80", "a scheme is missing"),
        ("http://", "host is missing"),
        ("http://a:99999/", "port from 1 to 65535"),
        ("ftp://localhost/", "http://, https://, tcp://"),
        ("ws://localhost:0/", "write a port from 1 to 65535"),
        ("udp://localhost", "write a port from 1 to 65535"),
    ] {
        let ended = netopt(&["probe", target]).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{ended:?}"
        );
        assert!(
            ended.line().contains(part) && ended.line().contains(target),
            "{ended:?}"
        );
    }
    for arguments in [
        ["-n", "0"],
        ["--timeout", "5"],
        ["--size", "19B"],
        ["--size", "65508B"],
        ["--cacert", "/nowhere.pem"],
        ["--baseline", "/nowhere.toml"],
    ] {
        let ended =
            netopt(&[&["probe", "https://localhost:1/"], arguments.as_slice()].concat()).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
}

#[tokio::test]
async fn refused_is_unmeasured_and_still_a_document() {
    let closed = TcpListener::bind(anywhere())
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    for scheme in ["http", "tcp"] {
        let url = format!("{scheme}://{closed}");
        assert_unmeasured(
            &netopt(&["probe", &url]).await,
            "refused the connection (connect, peer; 3 of 3 calls)",
        );
        let ended = netopt(&["probe", &url, "--json"]).await;
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let document = valid(&ended);
        assert_eq!(document["new"]["errors"]["connect_refused"]["n"], 3);
        assert_eq!(document["new"]["total"]["p50_ms"], Value::Null);
    }
}

#[tokio::test]
async fn an_unknown_host_is_named() {
    let nothing_known = NameServerSpec::default();
    let names = NameServer::start(anywhere(), nothing_known).await.unwrap();
    let resolver = names.local_addr().to_string();
    let ended = netopt(&["probe", "http://nobody.test/", "--resolver", &resolver]).await;
    assert_unmeasured(&ended, "\"nobody.test\" has no address");
}

#[tokio::test]
async fn a_port_that_swallows_packets_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(anywhere()).unwrap();
    let listener = socket.listen(1).unwrap();
    let full = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    // Until the queue of the listener, which nobody accepts from, takes no more.
    while let Ok(connected) =
        tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(full)).await
    {
        waiting.push(connected.unwrap());
    }
    for scheme in ["http", "tcp"] {
        let url = format!("{scheme}://{full}");
        let ended = netopt(&["probe", &url, "--timeout", "300ms"]).await;
        assert_unmeasured(&ended, "within 300 ms (connect, path; 3 of 3 calls)");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let origin = failing(Failure::NeverAnswers).await;
    let ended = netopt(&["probe", &origin.url(), "--timeout", "300ms"]).await;
    assert_unmeasured(&ended, "no answer came within 300 ms");
}

#[tokio::test]
async fn what_is_not_http_is_said_not_to_be() {
    let origin = failing(Failure::NotHttp).await;
    assert_unmeasured(
        &netopt(&["probe", &origin.url()]).await,
        "does not speak HTTP",
    );
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_answer() {
    let origin = failing(Failure::CloseMidBody(Bytes::new(500))).await;
    assert_unmeasured(
        &netopt(&["probe", &origin.url()]).await,
        "closed in the middle of",
    );
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_refused() {
    let (origin, other) = (
        speaking(Protocol::Https1).await,
        speaking(Protocol::Https1).await,
    );
    let [right, wrong] =
        [(&origin, "right"), (&other, "wrong")].map(|(origin, name)| certificate(origin, name));
    let ended = netopt(&["probe", &origin.url(), "--cacert", &wrong]).await;
    assert_unmeasured(&ended, "certificate of 127.0.0.1 is not to be trusted");
    let ended = netopt(&["probe", &origin.url(), "-n", "2", "--cacert", &right]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test]
async fn ten_gigabytes_are_cut() {
    let origin = failing(Failure::Huge(Bytes::new(10_000_000_000))).await;
    let ended = netopt(&["probe", &origin.url(), "-n", "3", "--max-body", "1MB"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.took < Duration::from_secs(10), "{ended:?}");
    assert!(
        ended.stdout.contains("bodies cut at --max-body 6"),
        "{}",
        ended.stdout
    );
}
