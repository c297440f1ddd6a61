//! What is spoken: the version, the encodings, the windows of HTTP/2.

use std::collections::BTreeSet;

use netopt::Change;
use netopt::core::change::{HttpVersion, Window};
use netopt::core::encoding::{Encoding, Encodings};
use netopt::core::unit::Bytes;
use netopt::reqwest::apply;
use netopt_lab::{OriginSpec, origin::Protocol};
use reqwest::{Certificate, Version};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::scene::{ANY, Peer, builder, client, origin, plan};

#[tokio::test]
async fn version_decides_what_alpn_offers() {
    let origin = origin(OriginSpec {
        protocol: Protocol::Https2,
        ..OriginSpec::default()
    })
    .await;
    let root = Certificate::from_der(origin.certificate_der().unwrap()).unwrap();
    for (version, spoken) in [
        (HttpVersion::Auto, Version::HTTP_2),
        (HttpVersion::Http1, Version::HTTP_11),
    ] {
        let applied = apply(&plan(&[Change::Version(version)]), builder());
        let client = applied
            .builder
            .tls_certs_only([root.clone()])
            .build()
            .unwrap();
        let answer = client.get(origin.url()).send().await.unwrap();
        assert_eq!(answer.version(), spoken);
    }
}

#[tokio::test]
async fn version_http2_needs_no_alpn() {
    let origin = origin(OriginSpec {
        protocol: Protocol::Http2,
        ..OriginSpec::default()
    })
    .await;
    let client = client(&[Change::Version(HttpVersion::Http2)]);
    let answer = client.get(origin.url()).send().await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_2);
}

#[tokio::test]
async fn accept_encoding_is_what_the_plan_says_and_nothing_without_one() {
    let gzip: Encodings = [Encoding::Gzip].into_iter().collect();
    for (changes, asked) in [
        (vec![], vec![]),
        (vec![Change::AcceptEncoding(Encodings::NONE)], vec![]),
        (vec![Change::AcceptEncoding(gzip)], vec!["gzip"]),
        (
            vec![Change::AcceptEncoding(Encodings::ALL)],
            vec!["br", "gzip", "zstd"],
        ),
    ] {
        let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        client(&changes).get(&peer.url).send().await.unwrap();
        let heads = peer.heads();
        let value = heads[0]
            .lines()
            .find_map(|line| line.strip_prefix("accept-encoding: "))
            .unwrap_or_default();
        let names: BTreeSet<&str> = value
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(names, asked.into_iter().collect(), "{changes:?}");
    }
}

/// The windows that an HTTP/2 client opens with: of a stream, and what the connection gets beyond the 65,535 of the start.
async fn windows(mut stream: TcpStream) -> (u32, u32) {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    let (mut of_stream, mut more) = (65_535, None);
    while more.is_none() {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        match head[3] {
            // SETTINGS, in which 4 is SETTINGS_INITIAL_WINDOW_SIZE.
            4 => {
                for setting in payload.chunks_exact(6) {
                    if setting[..2] == [0, 4] {
                        of_stream = u32::from_be_bytes(setting[2..].try_into().unwrap());
                    }
                }
            }
            // WINDOW_UPDATE.
            8 => more = Some(u32::from_be_bytes(payload.try_into().unwrap())),
            // HEADERS: the first request, before which the windows are opened if they are.
            1 => more = Some(0),
            _ => {}
        }
    }
    (of_stream, more.unwrap())
}

#[tokio::test]
async fn window_is_what_the_peer_is_told() {
    let megabyte = 1 << 20;
    for (window, told) in [
        (Window::Default, (2 * megabyte, 5 * megabyte - 65_535)),
        (Window::Adaptive, (65_535, 0)),
        (
            Window::Fixed(Bytes::new(u64::from(megabyte))),
            (megabyte, megabyte - 65_535),
        ),
    ] {
        let listener = TcpListener::bind(ANY).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let client = client(&[
            Change::Version(HttpVersion::Http2),
            Change::H2Window(window),
        ]);
        let call = tokio::spawn(client.get(url).send());
        let (stream, _) = listener.accept().await.unwrap();
        assert_eq!(windows(stream).await, told, "{window:?}");
        call.abort();
    }
}
