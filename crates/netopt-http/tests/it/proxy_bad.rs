//! Proxies that refuse, and proxies with bad manners: one line each, by the bound, on the proxy's side, without our password.

use std::time::Duration;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::scene::{ANYWHERE, assert_failed, client, config, get, scripted};

/// The bound on a tunnel here.
const BOUND: Duration = Duration::from_millis(1500);
const LOGIN: &str = "me:s3cr3tW0rd";
const TARGET: &str = "https://shop.invalid/";

/// A call to a target through the proxy at `place`.
async fn call(scheme: &str, place: &str, target: &str) -> Exchange {
    let mut config = config();
    config.connector.timeout = BOUND;
    config.proxy = Some(format!("{scheme}://{LOGIN}@{place}").parse().unwrap());
    let begun = Instant::now();
    let call = client(&config).exchange(get(target)).await;
    assert!(begun.elapsed() < BOUND * 4, "{call:?}");
    call
}

/// As [`call`]; what the failure says. It is the proxy's, and tells no password.
async fn refusal(scheme: &str, place: &str) -> String {
    let call = call(scheme, place, TARGET).await;
    assert_failed(&call, FailureKind::Proxy, Phase::Proxy);
    told(&call)
}

fn told(call: &Exchange) -> String {
    let failure = call.outcome.failure().unwrap();
    assert_eq!(failure.side(), Some(Side::Proxy), "{failure}");
    assert!(!format!("{call:?}").contains("s3cr3t"), "{call:?}");
    assert_eq!(failure.message.lines().count(), 1, "{failure}");
    failure.message.clone()
}

fn place(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

/// A proxy that says each of these after each time that it is told something, and then listens.
async fn saying(says: &[&'static [u8]]) -> String {
    let says = says.to_vec();
    scripted(move |mut stream| {
        let says = says.clone();
        async move {
            let mut buffer = [0; 1024];
            for part in says {
                let heard = stream.read(&mut buffer).await;
                if !matches!(heard, Ok(1..)) || stream.write_all(part).await.is_err() {
                    return;
                }
            }
            while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
        }
    })
    .await
}

#[tokio::test]
async fn what_an_http_proxy_answers_instead_of_a_tunnel_is_told_in_words() {
    for (answer, words) in [
        (
            &b"HTTP/1.1 407 Who\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"[..],
            "refuses the user and password of its URL (407)",
        ),
        (
            b"HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno",
            "opens no tunnel to shop.invalid:443: its rules forbid it (403)",
        ),
        (
            b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>",
            "opens no tunnel to shop.invalid:443: it cannot reach it (502)",
        ),
        (
            b"HTTP/1.1 504 Late\r\ncontent-length: 0\r\n\r\n",
            "it got no answer from there in time (504)",
        ),
        (
            b"HTTP/1.1 200 OK\r\n\r\n\x15\x03\x01",
            "sends 3 bytes through the tunnel before anything was asked",
        ),
        (b"\x05\x00 what?\r\n\r\n", "does not speak HTTP as asked"),
    ] {
        let url = saying(&[answer]).await;
        let message = refusal("http", place(&url)).await;
        let proxy = format!("the proxy http://{} ", place(&url));
        assert!(
            message.starts_with(&proxy) && message.contains(words),
            "{message}"
        );
    }
}

#[tokio::test]
async fn what_a_socks_proxy_answers_instead_of_a_tunnel_is_told_in_words() {
    for (says, words) in [
        (&[&b"\x05\xff"[..]][..], "refuses the user and password"),
        (&[b"\x05\x02", b"\x01\x01"], "refuses the user and password"),
        (&[b"\x05\x01"], "way 1 of logging in"),
        (
            &[b"\x05\x00", b"\x05\x02\x00\x01"],
            "to shop.invalid:443: its rules forbid it (2)",
        ),
        (
            &[b"\x05\x00", b"\x05\x04\x00\x01"],
            "the target is unreachable (4)",
        ),
        (
            &[b"\x05\x00", b"\x05\x05\x00\x01"],
            "the target refused the connection (5)",
        ),
        (
            &[b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            "but HTTP, write http:// before its host",
        ),
        (
            &[b"\x04\x5b\x00\x00\x00\x00\x00\x00"],
            "does not speak SOCKS5",
        ),
    ] {
        let url = saying(says).await;
        let message = refusal("socks5", place(&url)).await;
        let proxy = format!("the proxy socks5://{} ", place(&url));
        assert!(
            message.starts_with(&proxy) && message.contains(words),
            "{message}"
        );
    }
}

/// What a proxy does with a connection, whatever it should speak.
#[derive(Debug, Clone, Copy)]
enum Manners {
    Closes,
    Resets,
    Silent,
    Drips,
    EndlessLine,
    EndlessHeaders,
    EndlessInterim,
}

async fn behave(mut stream: TcpStream, manners: Manners) {
    let mut buffer = [0; 1024];
    drop(stream.read(&mut buffer).await);
    match manners {
        Manners::Closes => {}
        Manners::Resets => stream.set_zero_linger().unwrap(),
        Manners::Silent => while matches!(stream.read(&mut buffer).await, Ok(1..)) {},
        Manners::Drips => {
            for byte in b"HTTP/1.1 200 OK\r\n\r\n" {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
        Manners::EndlessLine => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await.ok();
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        }
        Manners::EndlessHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok();
            while stream.write_all(b"x: y\r\n").await.is_ok() {}
        }
        Manners::EndlessInterim => {
            while stream
                .write_all(b"HTTP/1.1 103 Early\r\n\r\n")
                .await
                .is_ok()
            {}
        }
    }
}

#[tokio::test]
async fn a_proxy_with_bad_manners_costs_no_more_than_the_bound() {
    use FailureKind::{ConnectTimeout, Proxy};
    for (scheme, manners, kind, words) in [
        (
            "http",
            Manners::Closes,
            Proxy,
            "closed the connection instead",
        ),
        ("http", Manners::Resets, Proxy, "reset the connection"),
        ("http", Manners::Silent, ConnectTimeout, "within 1.50 s"),
        ("http", Manners::Drips, ConnectTimeout, "within 1.50 s"),
        (
            "http",
            Manners::EndlessLine,
            Proxy,
            "message head is too large",
        ),
        (
            "http",
            Manners::EndlessHeaders,
            Proxy,
            "message head is too large",
        ),
        (
            "http",
            Manners::EndlessInterim,
            ConnectTimeout,
            "within 1.50 s",
        ),
        (
            "socks5",
            Manners::Closes,
            Proxy,
            "closed the connection instead",
        ),
        ("socks5", Manners::Resets, Proxy, "reset the connection"),
        ("socks5", Manners::Silent, ConnectTimeout, "within 1.50 s"),
        ("socks5", Manners::EndlessLine, Proxy, "but HTTP"),
    ] {
        let url = scripted(move |stream| behave(stream, manners)).await;
        let call = call(scheme, place(&url), TARGET).await;
        assert_failed(&call, kind, Phase::Proxy);
        assert!(told(&call).contains(words), "{manners:?}: {}", told(&call));
        assert!(call.traffic.received.get() < 1 << 20, "{manners:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_not_taken_for_the_target() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let gone = listener.local_addr().unwrap().to_string();
    drop(listener);
    for (scheme, target) in [
        ("http", TARGET),
        ("http", "http://shop.invalid/"),
        ("socks5", TARGET),
    ] {
        let call = call(scheme, &gone, target).await;
        assert_failed(&call, FailureKind::Proxy, Phase::Connect);
        let line = format!("no way to the proxy: {gone} refused the connection");
        assert_eq!(told(&call), line);
    }
    let call = call("socks5", "proxy.invalid", TARGET).await;
    let failure = call.outcome.failure().unwrap();
    assert_eq!(
        (failure.phase, failure.side()),
        (Phase::Dns, Some(Side::Resolver)),
        "{failure}"
    );
    assert!(
        failure.message.starts_with("no way to the proxy: "),
        "{failure}"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_at_a_proxy_is_refused_before_anybody_is_called() {
    let mut config = config();
    config.version = HttpVersion::Http2;
    config.proxy = Some("http://me:s3cr3tW0rd@127.0.0.1:1".parse().unwrap());
    let call = client(&config).exchange(get("http://shop.invalid/")).await;
    assert_failed(&call, FailureKind::Other, Phase::Queue);
    let message = call.outcome.failure().unwrap().message.clone();
    assert!(
        message.contains("HTTP/2 without TLS") && !message.contains("s3cr3t"),
        "{message}"
    );
}
