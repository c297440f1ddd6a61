//! The name server over real datagrams.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use netopt_core::unit::Ratio;
use netopt_lab::dns::{NameServer, NameServerSpec};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

const DELAY: Duration = Duration::from_millis(30);

async fn server(delay: Duration) -> NameServer {
    let spec = NameServerSpec {
        delay,
        records: vec![("shop.demo".to_owned(), Ipv4Addr::new(127, 0, 0, 7).into())],
        ..NameServerSpec::default()
    };
    NameServer::start(crate::anywhere(), spec).await.unwrap()
}

async fn client(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(crate::anywhere()).await.unwrap();
    socket.connect(server).await.unwrap();
    socket
}

async fn ask(socket: &UdpSocket, name: &str, kind: RecordType) {
    let mut query = Message::query();
    query.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    socket.send(&query.to_vec().unwrap()).await.unwrap();
}

async fn answer(socket: &UdpSocket) -> Message {
    let mut buffer = [0; 512];
    let received = timeout(Duration::from_secs(5), socket.recv(&mut buffer)).await;
    Message::from_vec(&buffer[..received.unwrap().unwrap()]).unwrap()
}

#[tokio::test]
async fn answers_come_late_but_do_not_wait_for_each_other() {
    let server = server(DELAY).await;
    let socket = client(server.local_addr()).await;
    let start = Instant::now();
    for _ in 0..20 {
        ask(&socket, "shop.demo.", RecordType::A).await;
    }
    for number in 0..20 {
        let answer = answer(&socket).await;
        let data = answer.answers[0].data.ip_addr().unwrap();
        assert_eq!(data, Ipv4Addr::new(127, 0, 0, 7));
        assert_eq!(answer.answers[0].ttl, 60);
        if number == 0 {
            assert!(start.elapsed() >= DELAY);
        }
    }
    assert!(
        start.elapsed() < DELAY * 10,
        "twenty queries share one wait"
    );
    assert_eq!(server.asked().queries, 20);
}

#[tokio::test]
async fn aaaa_is_empty_and_an_unknown_name_does_not_exist() {
    let server = server(Duration::ZERO).await;
    let socket = client(server.local_addr()).await;
    ask(&socket, "shop.demo.", RecordType::AAAA).await;
    let aaaa = answer(&socket).await;
    assert_eq!(aaaa.metadata.response_code, ResponseCode::NoError);
    assert!(aaaa.answers.is_empty());
    ask(&socket, "nowhere.demo.", RecordType::A).await;
    let unknown = answer(&socket).await;
    assert_eq!(unknown.metadata.response_code, ResponseCode::NXDomain);
}

async fn with(spec: NameServerSpec) -> NameServer {
    NameServer::start(crate::anywhere(), spec).await.unwrap()
}

#[tokio::test]
async fn a_dead_address_listed_first_is_told_first_in_its_family() {
    let addresses = ["192.0.2.1", "2001:db8::1", "127.0.0.7", "::1", "127.0.0.2"];
    let records = addresses.map(|ip| ("shop.demo".to_owned(), ip.parse().unwrap()));
    let server = with(NameServerSpec {
        records: records.into(),
        ..NameServerSpec::default()
    })
    .await;
    let socket = client(server.local_addr()).await;
    for (kind, expected) in [
        (RecordType::A, &["192.0.2.1", "127.0.0.7", "127.0.0.2"][..]),
        (RecordType::AAAA, &["2001:db8::1", "::1"]),
    ] {
        // Every time, since a name server that shuffles would be right by chance.
        for _ in 0..5 {
            ask(&socket, "shop.demo.", kind).await;
            let answer = answer(&socket).await;
            let told = answer.answers.iter().map(|a| a.data.ip_addr().unwrap());
            assert_eq!(told.map(|ip| ip.to_string()).collect::<Vec<_>>(), expected);
        }
    }
}

#[tokio::test]
async fn one_name_may_be_later_than_the_others() {
    let names = ["fast.demo", "slow.demo"].map(str::to_owned);
    let server = with(NameServerSpec {
        records: names
            .clone()
            .map(|name| (name, crate::anywhere().ip()))
            .into(),
        delays: vec![(names[1].clone(), DELAY)],
        ..NameServerSpec::default()
    })
    .await;
    let socket = client(server.local_addr()).await;
    let start = Instant::now();
    for name in ["slow.demo.", "fast.demo."] {
        ask(&socket, name, RecordType::A).await;
    }
    assert_eq!(
        answer(&socket).await.queries[0].name().to_ascii(),
        "fast.demo."
    );
    assert_eq!(
        answer(&socket).await.queries[0].name().to_ascii(),
        "slow.demo."
    );
    assert!(start.elapsed() >= DELAY);
}

#[tokio::test]
async fn a_share_of_queries_is_lost_and_a_share_fails() {
    const QUERIES: u64 = 400;
    let server = with(NameServerSpec {
        records: vec![("shop.demo".to_owned(), crate::anywhere().ip())],
        lost: Ratio::new(0.25),
        failed: Ratio::new(0.5),
        ..NameServerSpec::default()
    })
    .await;
    let socket = client(server.local_addr()).await;
    let (mut good, mut failed) = (0, 0);
    let mut sent = 0;
    while sent < QUERIES {
        ask(&socket, "shop.demo.", RecordType::A).await;
        sent += 1;
        let until = async {
            while server.asked().queries < sent {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(5), until).await.unwrap();
        if server.asked().lost == sent - good - failed {
            continue;
        }
        match answer(&socket).await.metadata.response_code {
            ResponseCode::NoError => good += 1,
            ResponseCode::ServFail => failed += 1,
            other => panic!("{other}"),
        }
    }
    let asked = server.asked();
    assert_eq!((asked.queries, asked.dropped), (QUERIES, 0));
    assert_eq!(
        (asked.failed, asked.lost + good + failed),
        (failed, QUERIES)
    );
    // Drawn from a fixed seed: 100 lost, 150 failed and 150 good expected, the same counts every time.
    assert!((70..130).contains(&asked.lost), "{asked:?}");
    assert!((115..185).contains(&failed), "{asked:?}");
}

#[tokio::test]
async fn bad_values_are_all_named_at_once() {
    let error = NameServer::start(
        crate::anywhere(),
        NameServerSpec {
            delay: Duration::from_secs(100),
            records: vec![("a..b".to_owned(), crate::anywhere().ip())],
            ..NameServerSpec::default()
        },
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let line = error.to_string();
    assert!(line.contains("\"a..b\" is not a domain name"), "{line}");
    assert!(line.contains("delay 100.0 s is above 60.0 s"), "{line}");
}

#[tokio::test]
async fn nonsense_is_dropped_and_counted_and_the_server_lives() {
    let server = server(Duration::ZERO).await;
    let socket = client(server.local_addr()).await;
    socket.send(b"\x00").await.unwrap();
    socket.send(&[0xff; 400]).await.unwrap();
    ask(&socket, "shop.demo.", RecordType::A).await;
    assert_eq!(answer(&socket).await.answers.len(), 1);
    let asked = server.asked();
    assert_eq!((asked.queries, asked.dropped), (1, 2));
}

#[tokio::test]
async fn a_dropped_server_gives_its_port_back() {
    let server = server(DELAY).await;
    let address = server.local_addr();
    drop(server);
    let mut tries = 0;
    while UdpSocket::bind(address).await.is_err() {
        tries += 1;
        assert!(tries < 1000, "the port is still taken");
        tokio::task::yield_now().await;
    }
}
