//! The name server over real datagrams.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use netopt_lab::dns::{NameServer, NameServerSpec};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

const DELAY: Duration = Duration::from_millis(30);

async fn server(delay: Duration) -> NameServer {
    let spec = NameServerSpec {
        delay,
        records: vec![("shop.demo".to_owned(), Ipv4Addr::new(127, 0, 0, 7))],
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
