//! A connection that closed after it was chosen and before it was used: the request was not sent, so it is sent again.
//!
//! The moment is made by hand. On a runtime of one thread the test's own future goes first after each look at the
//! sockets; when it is woken together with the connection's task, the client chooses a connection whose end is known
//! to the runtime and not yet to the engine.

use netopt_core::phase::Phase::{Connect, Queue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::scene::{ANYWHERE, assert_answered, client, config, get, phases, read_head};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Two ends of a connection that has nothing to do with the client.
async fn bell() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let ringing = TcpStream::connect(listener.local_addr().unwrap());
    let (ringing, heard) = tokio::join!(ringing, listener.accept());
    (ringing.unwrap(), heard.unwrap().0)
}

/// Accepts a connection and answers one request on it.
async fn answer(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    assert!(read_head(&mut stream).await);
    stream.write_all(ANSWER).await.unwrap();
    stream
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_sent_again() {
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = client(&config());
    let (first, stream) = tokio::join!(client.exchange(get(&url)), answer(&listener));
    assert_answered(&first);
    let (mut ringing, mut heard) = bell().await;
    let (rung, ()) = tokio::join!(heard.read_u8(), async {
        ringing.write_all(b"!").await.unwrap();
        drop(stream);
    });
    rung.unwrap();
    let mut again = tokio::task::JoinSet::new();
    again.spawn(async move { answer(&listener).await });
    let second = client.exchange(get(&url)).await;
    assert_answered(&second);
    let used = second.connection.as_ref().unwrap();
    assert_eq!((used.id, used.earlier), (2, 0));
    assert!(phases(&second).starts_with(&[Queue, Connect]));
    let (queue, connect) = [Queue, Connect]
        .map(|phase| second.timeline.span(phase))
        .into();
    assert_eq!(
        queue.unwrap().end(),
        connect.unwrap().start(),
        "the lost attempt is part of the search"
    );
    assert_eq!(
        client.pool_stats().reused,
        1,
        "the stale one was chosen first"
    );
    assert_eq!(client.pool_stats().connected, 0);
}
