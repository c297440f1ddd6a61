//! Peers with bad manners at the socket: each call ends within its bound, and says in which phase and on whose side.

use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::scene::{ANYWHERE, client, config, get};

/// The bound on a call here: a drip of a byte a second has come to one byte or two.
const BOUND: Duration = Duration::from_millis(1500);

/// What a peer does with a connection.
#[derive(Debug, Clone, Copy)]
enum Manners {
    /// Reads and says nothing.
    Silent,
    /// Closes its direction at once and goes on reading.
    HalfOpen,
    /// Reads the request and resets.
    Resets,
    /// Sends an answer, one byte a second.
    Drips(&'static [u8]),
    /// Sends what is no HTTP.
    Garbage,
}

async fn behave(mut stream: TcpStream, manners: Manners) {
    let mut buffer = [0; 1024];
    match manners {
        Manners::Silent => while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {},
        Manners::HalfOpen => {
            stream.shutdown().await.ok();
            while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
        }
        Manners::Resets => {
            drop(stream.read(&mut buffer).await);
            stream.set_zero_linger().unwrap();
        }
        Manners::Drips(answer) => {
            for byte in answer {
                if stream.write_all(&[*byte]).await.is_err() {
                    break;
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
        Manners::Garbage => {
            drop(stream.read(&mut buffer).await);
            stream.write_all(&[0x16, 0xff, 0, 7, b'\n']).await.ok();
            while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
        }
    }
}

async fn call(manners: Manners) -> (Exchange, Duration) {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream, manners));
        }
    });
    let mut config = config();
    config.timeout = BOUND;
    let begun = Instant::now();
    let call = client(&config)
        .exchange(get(format!("http://{address}/")))
        .await;
    serving.abort();
    (call, begun.elapsed())
}

#[tokio::test]
async fn each_ends_by_its_bound_with_phase_and_side() {
    use FailureKind::{BodyTimeout, ClosedEarly, Protocol, RequestTimeout, Reset};
    for (manners, kinds, phases) in [
        (Manners::Silent, &[RequestTimeout][..], &[Phase::Wait][..]),
        (
            Manners::HalfOpen,
            &[ClosedEarly],
            &[Phase::Send, Phase::Wait],
        ),
        (Manners::Resets, &[Reset, ClosedEarly], &[Phase::Wait]),
        (
            Manners::Drips(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"),
            &[RequestTimeout, BodyTimeout],
            &[Phase::Receive],
        ),
        (
            Manners::Garbage,
            &[Protocol],
            &[Phase::Wait, Phase::Receive],
        ),
    ] {
        let (call, took) = call(manners).await;
        let failure = call.outcome.failure().unwrap();
        assert!(kinds.contains(&failure.kind), "{manners:?}: {failure:?}");
        assert!(phases.contains(&failure.phase), "{manners:?}: {failure:?}");
        assert_eq!(failure.side(), Some(Side::Peer), "{manners:?}");
        assert!(took < BOUND * 2, "{manners:?} took {took:?}");
        assert!(call.timeline.span(failure.phase).is_some(), "{manners:?}");
    }
}
