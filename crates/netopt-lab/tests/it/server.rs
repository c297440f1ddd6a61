//! Every protocol behind one door.

use futures_util::FutureExt;
use netopt_lab::origin::Protocol;
use netopt_lab::raw::RawProtocol;
use netopt_lab::{OriginSpec, RawSpec, Server, ServerSpec, Traffic};

fn http(protocol: Protocol) -> ServerSpec {
    ServerSpec::Http(OriginSpec {
        protocol,
        ..OriginSpec::default()
    })
}

fn raw(protocol: RawProtocol) -> ServerSpec {
    ServerSpec::Raw(RawSpec {
        protocol,
        ..RawSpec::default()
    })
}

#[tokio::test]
async fn each_protocol_starts_says_where_it_is_and_counts() {
    for (spec, scheme) in [
        (http(Protocol::Http1), "http"),
        (http(Protocol::Http2), "http"),
        (http(Protocol::Https1), "https"),
        (http(Protocol::Https2), "https"),
        (raw(RawProtocol::TcpEcho), "tcp"),
        (raw(RawProtocol::TcpSource), "tcp"),
        (raw(RawProtocol::TcpSink), "tcp"),
        (raw(RawProtocol::UdpEcho), "udp"),
        (raw(RawProtocol::WsEcho), "ws"),
        (raw(RawProtocol::WssEcho), "wss"),
    ] {
        assert_eq!(spec.scheme(), scheme);
        let tls = spec.is_tls();
        // Done at the first poll: the socket is made by the thread that polls, in the namespace of that thread.
        let started = Server::start(crate::anywhere(), spec, &[]).now_or_never();
        let server = started.expect("it waits for nothing").unwrap();
        assert!(
            server.url().starts_with(&format!("{scheme}://127.0.0.1:")),
            "{server:?}"
        );
        assert_eq!(server.certificate_pem().is_some(), tls);
        assert_eq!(server.certificate_der().is_some(), tls);
        assert_eq!(server.traffic(), Traffic::default());
        assert_eq!(server.origin().is_some(), scheme.starts_with("http"));
    }
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let taken = std::net::TcpListener::bind(crate::anywhere()).unwrap();
    let address = taken.local_addr().unwrap();
    for spec in [http(Protocol::Http1), raw(RawProtocol::TcpEcho)] {
        let error = Server::start(address, spec, &[]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    }
}

#[tokio::test]
async fn all_of_ipv4_can_be_listened_on() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let server = Server::start(everywhere, OriginSpec::default(), &[])
        .await
        .unwrap();
    let port = server.local_addr().port();
    let mut client = crate::client::Client::http1(([127, 0, 0, 1], port).into()).await;
    client.get().await.unwrap();
    let traffic = server.traffic();
    assert_eq!((traffic.connections, traffic.messages), (1, 1));
    assert!(traffic.bytes_in.get() > 30 && traffic.bytes_out.get() > 2000);
}
