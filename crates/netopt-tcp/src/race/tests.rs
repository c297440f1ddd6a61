//! The race carried out, under a paused clock and against loopback.

use super::*;
use std::future::pending;
use tokio::net::TcpListener;

fn field(addresses: Vec<SocketAddr>) -> Field {
    Field {
        addresses,
        late: None,
    }
}

fn documentation(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 80))
}

#[tokio::test]
async fn a_refusing_address_does_not_hold_up_the_next() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let good = listener.local_addr().unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = gone.local_addr().unwrap();
    drop(gone);
    for manner in [Manner::Race, Manner::InTurn(Duration::from_secs(5))] {
        let mut log = Log::new();
        let stream = connect(
            field(vec![closed, good]),
            manner,
            &mut log,
            TcpStream::connect,
        )
        .await
        .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let outcomes: Vec<AttemptEnd> = log.iter().map(|a| a.outcome).collect();
        let refused = AttemptEnd::Failed(io::ErrorKind::ConnectionRefused);
        assert_eq!(outcomes, [refused, AttemptEnd::Won]);
        assert!(log[1].start - log[0].start < STAGGER);
    }
}

#[tokio::test]
async fn nobody_to_ask_is_an_error() {
    for manner in [Manner::Race, Manner::InTurn(Duration::from_secs(5))] {
        let lost = connect(
            field(Vec::new()),
            manner,
            &mut Log::new(),
            TcpStream::connect,
        )
        .await;
        assert_eq!(lost.unwrap_err().kind(), io::ErrorKind::AddrNotAvailable);
    }
}

/// When each address was tried, since the start, where none ever answers.
async fn starts(list: Vec<SocketAddr>, manner: Manner, bound: Duration) -> Vec<Duration> {
    let (begun, mut log) = (Instant::now(), Log::new());
    let silent = |_| pending::<io::Result<TcpStream>>();
    drop(timeout(bound, connect(field(list), manner, &mut log, silent)).await);
    log.iter().map(|attempt| attempt.start - begun).collect()
}

#[tokio::test(start_paused = true)]
async fn silent_addresses_are_tried_a_stagger_apart_in_a_race_and_a_share_apart_in_turn() {
    let list: Vec<SocketAddr> = (1..=4).map(documentation).collect();
    let bound = Duration::from_secs(4);
    let ms = Duration::from_millis;
    let raced = starts(list.clone(), Manner::Race, bound).await;
    assert_eq!(raced, [ms(0), ms(250), ms(500), ms(750)]);
    let in_turn = starts(list, Manner::InTurn(bound), bound + ms(1)).await;
    assert_eq!(in_turn, [ms(0), ms(1000), ms(2000), ms(3000)]);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_comes_late_joins_the_race() {
    let v6: SocketAddr = "[2001:db8::1]:80".parse().unwrap();
    let late = Box::pin(async move { vec![v6] });
    let mut log = Log::new();
    let running = connect(
        Field {
            addresses: vec![documentation(1), documentation(2)],
            late: Some(late),
        },
        Manner::Race,
        &mut log,
        |_| pending::<io::Result<TcpStream>>(),
    );
    drop(timeout(Duration::from_secs(1), running).await);
    let order: Vec<SocketAddr> = log.iter().map(|attempt| attempt.address).collect();
    assert_eq!(order, [documentation(1), v6, documentation(2)]);
    assert!(
        log.iter()
            .all(|attempt| attempt.outcome == AttemptEnd::Running)
    );
}
