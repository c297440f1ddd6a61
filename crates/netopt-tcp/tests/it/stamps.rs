//! Kernel stamps of real calls on loopback, and a stream that takes them is still a stream.

use std::future::{Future as _, poll_fn};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::task::Poll;
use std::time::Duration;

use netopt_core::stamps::{Split, Stamps};
use netopt_tcp::{Edges, Options, Question, Stream, Warmth, Wire};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const REQUEST: usize = 100;
const ANSWER: usize = 30;

/// Calls of which the calmest is judged: others use this machine, too.
const TRIES: usize = 15;

fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// A stream to a server that works for `service` on each request; the receiver hears of each answer once it is sent.
async fn scene(service: Duration) -> (Stream, Receiver<()>) {
    serving(TcpListener::bind("127.0.0.1:0").unwrap(), service).await
}

async fn serving(listener: TcpListener, service: Duration) -> (Stream, Receiver<()>) {
    let address = listener.local_addr().unwrap();
    let (tell, hear) = channel();
    std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        peer.set_nodelay(true).unwrap();
        while peer.read_exact(&mut [0; REQUEST]).is_ok() {
            spin(service);
            peer.write_all(&[7; ANSWER]).unwrap();
            tell.send(()).ok();
        }
    });
    let socket = TcpStream::connect(address).await.unwrap();
    let mut stream = Stream::new(socket, Options::default()).unwrap();
    stream.take_stamps().unwrap();
    (stream, hear)
}

/// One call; `meanwhile` happens between writing and reading, on the thread of the runtime.
async fn call(stream: &mut Stream, wire: &Arc<Wire>, meanwhile: impl FnOnce()) -> Stamps {
    let handed = Instant::now();
    let observation = wire.observe().expect("stamps are on");
    stream.write_all(&[1; REQUEST]).await.unwrap();
    let sent = Instant::now();
    meanwhile();
    stream.read_exact(&mut [0; ANSWER]).await.unwrap();
    let first = Instant::now();
    let question = Question {
        begun: handed,
        handed,
        answered: first,
        edges: Edges::Seen { sent, first },
    };
    observation.stamps(&question).expect("it was alone")
}

/// The best of several calls by `badness`.
async fn best(service: Duration, badness: impl Fn(&Split) -> Option<Duration>) -> Split {
    let _warmth = Warmth::keep().await;
    let (mut stream, _hear) = scene(service).await;
    let wire = stream.wire();
    let mut splits = Vec::new();
    for _ in 0..TRIES {
        splits.push(call(&mut stream, &wire, || {}).await.split());
    }
    let known = splits
        .iter()
        .filter_map(|split| Some((badness(split)?, *split)));
    known.min_by_key(|(bad, _)| *bad).expect("one is known").1
}

#[tokio::test]
async fn every_step_of_a_call_on_loopback_is_stamped() {
    let _warmth = Warmth::keep().await;
    let (mut stream, _hear) = scene(Duration::ZERO).await;
    every_step_is_stamped(&mut stream).await;
}

#[tokio::test]
async fn every_step_is_stamped_over_ipv6_too() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        // This machine has none.
        return;
    };
    let _warmth = Warmth::keep().await;
    let (mut stream, _hear) = serving(listener, Duration::ZERO).await;
    every_step_is_stamped(&mut stream).await;
}

async fn every_step_is_stamped(stream: &mut Stream) {
    let wire = stream.wire();
    for round in 0..3 {
        let stamps = call(stream, &wire, || {}).await;
        let all = [
            stamps.written,
            stamps.scheduled,
            stamps.sent,
            stamps.acknowledged,
        ];
        assert!(all.iter().all(Option::is_some), "{round}: {stamps:?}");
        assert!(all.is_sorted(), "{round}: {stamps:?}");
        assert!(
            stamps.arrived.is_some() && !stamps.is_resent,
            "{round}: {stamps:?}"
        );
        assert_eq!(
            stamps.split().residual,
            Duration::ZERO,
            "{round}: {stamps:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_works_for_5_ms_is_seen_to() {
    let service = Duration::from_millis(5);
    let split = best(service, |split| Some(split.server?.abs_diff(service))).await;
    let server = split.server.unwrap();
    assert!(server.abs_diff(service) < service / 5, "{split:?}");
    assert!(split.wire < Some(service / 5), "{split:?}");
}

#[tokio::test]
async fn a_program_that_does_not_read_is_not_a_slow_server() {
    let _warmth = Warmth::keep().await;
    let (mut stream, hear) = scene(Duration::ZERO).await;
    let wire = stream.wire();
    let starved = Duration::from_millis(20);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let meanwhile = || {
            // On loopback the answer is here when the server has sent it.
            hear.recv().unwrap();
            spin(starved);
        };
        let split = call(&mut stream, &wire, meanwhile).await.split();
        assert!(split.runtime >= Some(starved), "{split:?}");
        seen.push(split.server.unwrap());
    }
    assert!(seen.iter().any(|server| *server < starved / 10), "{seen:?}");
}

#[tokio::test]
async fn off_means_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let mut stream = Stream::new(socket, Options::default()).unwrap();
    assert!(stream.wire().observe().is_none());
    stream.write_all(b"x").await.unwrap();
    let error = stream.take_stamps().unwrap_err();
    assert!(
        error.to_string().contains("before the first byte"),
        "{error}"
    );
}

#[tokio::test]
async fn two_calls_at_once_have_no_stamps() {
    let (mut stream, _hear) = scene(Duration::ZERO).await;
    let wire = stream.wire();
    let other = wire.observe().unwrap();
    let observation = wire.observe().unwrap();
    stream.write_all(&[1; REQUEST]).await.unwrap();
    let sent = Instant::now();
    stream.read_exact(&mut [0; ANSWER]).await.unwrap();
    let first = Instant::now();
    let edges = Edges::Seen { sent, first };
    let question = Question {
        begun: sent,
        handed: sent,
        answered: first,
        edges,
    };
    assert_eq!(observation.stamps(&question), None);
    drop((other, observation));
    call(&mut stream, &wire, || {}).await;
}

/// A stamp in the error queue looks like an event for whoever waits for room; without care that is a loop that never
/// sleeps.
#[tokio::test]
async fn a_writer_that_waits_for_room_is_not_woken_without_end() {
    const MUCH: usize = 16 * 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let mut stream = Stream::new(socket, Options::default()).unwrap();
    stream.take_stamps().unwrap();
    // A small message first: its stamps come while the stream is writable.
    stream.write_all(b"ping").await.unwrap();
    peer.read_exact(&mut [0; 4]).unwrap();
    peer.write_all(b"pong").unwrap();
    stream.read_exact(&mut [0; 4]).await.unwrap();
    let data: Vec<u8> = (0..MUCH)
        .map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1])
        .collect();

    let mut polls = 0;
    let mut writing = pin!(stream.write_all(&data));
    let counted = poll_fn(|cx| {
        polls += 1;
        match writing.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => Poll::Pending,
        }
    });
    timeout(Duration::from_millis(200), counted)
        .await
        .unwrap_err();
    assert!(polls < 40, "{polls} polls while nobody reads");

    let reading = std::thread::spawn(move || {
        let mut all = vec![0; MUCH];
        peer.read_exact(&mut all).unwrap();
        all
    });
    timeout(Duration::from_secs(20), writing)
        .await
        .unwrap()
        .unwrap();
    assert!(reading.join().unwrap() == data, "every byte in its place");
}

#[tokio::test]
async fn the_end_of_the_stream_is_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let mut stream = Stream::new(socket, Options::default()).unwrap();
    stream.take_stamps().unwrap();
    peer.write_all(b"bye").unwrap();
    drop(peer);
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, b"bye");
}
