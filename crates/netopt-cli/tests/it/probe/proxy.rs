//! `netopt probe --proxy`: the proxy's part is a phase of its own, its failures are its own, and no password is shown.

use std::net::SocketAddr;

use netopt_lab::origin::Protocol;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::{anywhere, certificate, healthy, speaking, valid};
use crate::command::{netopt, netopt_in};

/// A proxy that says `answer` to each request, and then leads to `to`. It ends with the test.
async fn proxy(answer: &'static [u8], to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind(anywhere()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(lead(stream, answer, to));
        }
    });
    address
}

async fn lead(mut near: TcpStream, answer: &[u8], to: SocketAddr) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(near.read_u8().await.ok()?);
    }
    near.write_all(answer).await.ok()?;
    let mut far = TcpStream::connect(to).await.ok()?;
    copy_bidirectional(&mut near, &mut far).await.ok().map(drop)
}

#[tokio::test]
async fn its_part_is_a_phase_of_its_own() {
    let origin = speaking(Protocol::Https1).await;
    let trusted = certificate(&origin, "proxy");
    let proxy = proxy(b"HTTP/1.1 200 OK\r\n\r\n", origin.local_addr()).await;
    let proxy = format!("http://me:s3cr3t@{proxy}");
    let url = origin.url();
    let args = [
        "probe", &url, "-n", "2", "--cacert", &trusted, "--proxy", &proxy,
    ];
    let report = netopt(&args).await;
    assert_eq!(report.code, Some(0), "{report:?}");
    assert!(report.stdout.contains("\n  proxy "), "{}", report.stdout);
    assert!(!report.stdout.contains("s3cr3t"));
    let document = valid(&netopt(&[&args[..], &["--json"]].concat()).await);
    let phases = document["new"]["phases"].as_array().unwrap();
    let names: Vec<&str> = phases
        .iter()
        .filter_map(|one| one["phase"].as_str())
        .collect();
    let expected = ["connect", "proxy", "tls", "send", "wait", "receive"];
    assert!(names.ends_with(&expected), "{names:?}");
}

#[tokio::test]
async fn a_refusal_is_the_proxys_and_tells_no_password() {
    let origin = healthy().await;
    let proxy = proxy(
        b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n",
        origin.local_addr(),
    )
    .await;
    let with = format!("http://me:s3cr3t@{proxy}");
    let ended = netopt(&[
        "probe",
        "https://shop.invalid/",
        "-n",
        "3",
        "--proxy",
        &with,
    ])
    .await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let told = format!(
        "netopt: cannot measure https://shop.invalid/: the proxy http://{proxy} opens no tunnel to shop.invalid:443: \
         its rules forbid it (403) (proxy, proxy; 3 of 3 calls)"
    );
    assert_eq!(ended.line(), told);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_the_first_call() {
    for (target, proxy, words) in [
        (
            "http://a.invalid/",
            "ftp://me:s3cr3t@h",
            "\"ftp\" is not spoken to proxies",
        ),
        ("http://a.invalid/", "me:s3cr3t@h:1", "a scheme is missing"),
        ("tcp://a.invalid:1", "http://me:s3cr3t@h", "is none of them"),
        (
            "udp://a.invalid:1",
            "socks5://me:s3cr3t@h",
            "is none of them",
        ),
    ] {
        let ended = netopt(&["probe", target, "--proxy", proxy]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let line = ended.line();
        assert!(
            line.starts_with("netopt: --proxy") && line.contains(words),
            "{line}"
        );
        assert!(!line.contains("s3cr3t"), "{line}");
    }
}

#[tokio::test]
async fn the_environment_names_no_proxy() {
    let origin = healthy().await;
    let nobody = "http://127.0.0.1:9";
    let variables = ["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, nobody));
    let ended = netopt_in(&["probe", &origin.url(), "-n", "1"], &variables).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
