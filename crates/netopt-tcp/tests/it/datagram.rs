//! A UDP echo: what comes back, what does not, and nobody at home.

use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_lab::origin::Dist;
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use netopt_tcp::datagram::{EchoSpec, echo};
use tokio::net::UdpSocket;

fn fast(count: u32) -> EchoSpec {
    EchoSpec {
        interval: Duration::from_millis(2),
        ..EchoSpec::new(count.try_into().unwrap())
    }
}

#[tokio::test]
async fn every_datagram_comes_back_and_takes_as_long_as_the_server() {
    const TIME: Duration = Duration::from_millis(15);
    let spec = RawSpec {
        protocol: RawProtocol::UdpEcho,
        time: Dist::Fixed(TIME),
        ..RawSpec::default()
    };
    let server = RawServer::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap();
    for size in [0, 172, 9_000] {
        let spec = EchoSpec {
            size: Bytes::new(size),
            ..fast(20)
        };
        let echoes = echo(server.local_addr(), &spec, 1).await.unwrap();
        assert_eq!((echoes.sent(), echoes.lost()), (20, 0), "{echoes:?}");
        assert_eq!((echoes.duplicates, echoes.foreign), (0, 0));
        // Several are under way at a time: a slow answer holds nothing up.
        assert!(echoes.rtts.iter().flatten().all(|rtt| *rtt >= TIME));
    }
}

#[tokio::test]
async fn loss_order_and_duplicates_are_those_of_the_path() {
    let far = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let peer = far.local_addr().unwrap();
    // Of each four: the first is lost, the second comes twice, the fourth before the third.
    let path = tokio::spawn(async move {
        let mut kept = Vec::new();
        for number in 0.. {
            let mut room = [0; 2048];
            let (length, from) = far.recv_from(&mut room).await.unwrap();
            let data = room[..length].to_vec();
            let back: Vec<Vec<u8>> = match number % 4 {
                0 => vec![],
                1 => vec![data.clone(), data],
                2 => {
                    kept = data;
                    vec![]
                }
                _ => vec![data, std::mem::take(&mut kept)],
            };
            for data in back {
                far.send_to(&data, from).await.unwrap();
            }
        }
    });
    let spec = EchoSpec {
        wait: Duration::from_millis(200),
        ..fast(40)
    };
    let echoes = echo(peer, &spec, 5).await.unwrap();
    path.abort();
    assert_eq!((echoes.sent(), echoes.lost()), (40, 10), "{echoes:?}");
    assert_eq!((echoes.duplicates, echoes.reordered), (10, 10));
    assert!(echoes.jitter.is_some());
}

#[tokio::test]
async fn nobody_at_home_is_refused_and_silence_is_loss() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let spec = EchoSpec {
        wait: Duration::from_millis(50),
        ..fast(5)
    };
    let echoes = echo(silent.local_addr().unwrap(), &spec, 1).await.unwrap();
    assert_eq!((echoes.sent(), echoes.answered()), (5, 0));
    assert_eq!(echoes.jitter, None);

    let closed = silent.local_addr().unwrap();
    drop(silent);
    let error = echo(closed, &spec, 1).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}
