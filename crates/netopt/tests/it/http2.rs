//! The knobs of HTTP/2, as a server sees them.

use std::num::NonZeroU32;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use netopt::core::change::{HttpVersion, Window};
use netopt::core::unit::Bytes as Size;
use netopt::{Change, Plan, Stack, Surroundings, Tls, stack};
use netopt_lab::{Origin, OriginSpec, origin};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use crate::call;

/// Longer than the shortest bounds that a plan can set, by far.
const PAUSE: Duration = Duration::from_millis(50);

/// RFC 9113 §3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Types of frames, the setting of a stream's window, and what windows are where nobody says otherwise (§6).
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const INITIAL_WINDOW_SIZE: u16 = 4;
const SPECIFIED: u32 = 65_535;

fn client(change: Change) -> Stack {
    let plan = Plan::new()
        .with(Change::Version(HttpVersion::Http2))
        .with(change);
    stack::client(&plan, &Surroundings::new(Tls::trusting_nobody())).unwrap()
}

/// The windows of a stream and of the connection that a client gives before its first request.
async fn windows(mut client: TcpStream) -> (u32, u32) {
    let mut preface = [0; PREFACE.len()];
    client.read_exact(&mut preface).await.unwrap();
    assert_eq!(preface, PREFACE);
    let (mut stream, mut connection) = (SPECIFIED, SPECIFIED);
    loop {
        // A length of three bytes, the type, the flags.
        let head = client.read_u32().await.unwrap();
        let (length, kind) = (head >> 8, (head & 0xff) as u8);
        client.read_u8().await.unwrap();
        let number = client.read_u32().await.unwrap();
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        client.read_exact(&mut payload).await.unwrap();
        match (kind, number) {
            (SETTINGS, 0) => {
                for (id, value) in payload.chunks_exact(6).map(|entry| entry.split_at(2)) {
                    if u16::from_be_bytes(id.try_into().unwrap()) == INITIAL_WINDOW_SIZE {
                        stream = u32::from_be_bytes(value.try_into().unwrap());
                    }
                }
            }
            (WINDOW_UPDATE, 0) => {
                connection += u32::from_be_bytes(payload.try_into().unwrap());
            }
            (kind, _) => {
                assert_eq!(kind, HEADERS, "nothing else comes before it");
                return (stream, connection);
            }
        }
    }
}

#[tokio::test]
async fn window_is_what_a_server_may_send_ahead() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    for (window, stream, connection) in [
        (Window::Default, 2 << 20, 5 << 20),
        (Window::Adaptive, SPECIFIED, SPECIFIED),
        (Window::Fixed(Size::new(256 << 10)), 256 << 10, 256 << 10),
        (Window::Fixed(Size::new(1 << 30)), 1 << 30, 1 << 30),
    ] {
        let client = client(Change::H2Window(window));
        let request = Request::get(&url).body(Bytes::new()).unwrap();
        let given = async {
            let (client, _) = listener.accept().await.unwrap();
            windows(client).await
        };
        tokio::select! {
            _ = client.exchange(request) => panic!("nobody answers"),
            given = given => assert_eq!(given, (stream, connection), "{window:?}"),
        }
    }
}

/// Which connections carry so many calls at once.
async fn carriers(client: &Stack, url: &str, calls: usize) -> Vec<u64> {
    let mut all = JoinSet::new();
    for _ in 0..calls {
        let (client, url) = (client.clone(), url.to_owned());
        all.spawn(async move { call(&client, &url).await.connection.unwrap().id });
    }
    all.join_all().await
}

#[tokio::test]
async fn connections_are_what_calls_are_spread_among() {
    let mut spec = OriginSpec {
        protocol: origin::Protocol::Http2,
        ..OriginSpec::default()
    };
    spec.service.time = origin::Dist::Fixed(PAUSE);
    for most in [1, 3] {
        let origin = Origin::start("127.0.0.1:0".parse().unwrap(), spec.clone())
            .await
            .unwrap();
        let client = client(Change::H2Connections(NonZeroU32::new(most).unwrap()));
        let url = origin.url();
        for _ in 0..3 {
            call(&client, &url).await;
        }
        assert_eq!(origin.served().connections, 1, "one after the other");
        let grown = async {
            let mut used = Vec::new();
            while used.len() < most as usize {
                used = carriers(&client, &url, 6).await;
                used.sort_unstable();
                used.dedup();
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), grown).await.unwrap();
        carriers(&client, &url, 20).await;
        assert_eq!(origin.served().connections, u64::from(most));
    }
}

#[tokio::test]
async fn the_bounds_of_the_pool_hold_for_shared_connections() {
    let short = Duration::from_millis(1);
    for (change, connections) in [
        (Change::IdleTimeout(short), 2),
        (Change::Lifetime(Some(short)), 2),
        (Change::IdleTimeout(Duration::from_secs(90)), 1),
    ] {
        let spec = OriginSpec {
            protocol: origin::Protocol::Http2,
            ..OriginSpec::default()
        };
        let mut slow = spec.clone();
        slow.service.time = origin::Dist::Fixed(PAUSE);
        let anywhere = "127.0.0.1:0".parse().unwrap();
        let elsewhere = Origin::start(anywhere, slow).await.unwrap();
        let origin = Origin::start(anywhere, spec).await.unwrap();
        let client = client(change);
        for url in [origin.url(), elsewhere.url(), origin.url()] {
            call(&client, &url).await;
        }
        assert_eq!(origin.served().connections, connections, "{change:?}");
    }
}
