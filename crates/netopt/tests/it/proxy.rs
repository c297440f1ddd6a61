//! The proxy of the surroundings is gone through by everything that the stack makes.

use netopt::core::outcome::Outcome;
use netopt::{Plan, Surroundings, Tls, stack};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Answers the first request, which is its first read.
async fn answer(mut stream: TcpStream, text: &[u8]) -> String {
    let mut asked = vec![0; 4096];
    let length = stream.read(&mut asked).await.unwrap();
    asked.truncate(length);
    stream.write_all(text).await.unwrap();
    String::from_utf8(asked).unwrap()
}

async fn around() -> (TcpListener, Surroundings) {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut around = Surroundings::new(Tls::trusting_nobody());
    let url = format!("http://{}", proxy.local_addr().unwrap());
    around.proxy = Some(url.parse().unwrap());
    (proxy, around)
}

#[tokio::test]
async fn a_client_goes_through_it() {
    let (proxy, around) = around().await;
    let client = stack::client(&Plan::new(), &around).unwrap();
    let calling =
        tokio::spawn(async move { super::call(&client, "http://nowhere.invalid/").await });
    let (stream, _) = proxy.accept().await.unwrap();
    let asked = answer(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
    assert!(asked.starts_with("GET http://nowhere.invalid/ "), "{asked}");
    assert_eq!(calling.await.unwrap().outcome, Outcome::Answered(204));
}

#[tokio::test]
async fn web_sockets_go_through_it() {
    let (proxy, around) = around().await;
    let sockets = stack::web_sockets(&Plan::new(), &around).unwrap();
    let target = "ws://nowhere.invalid/".parse().unwrap();
    let opening = tokio::spawn(async move {
        let opened = sockets.open(&target, around.timeout).await;
        opened.map(drop).map_err(|call| call.outcome)
    });
    let (stream, _) = proxy.accept().await.unwrap();
    let asked = answer(
        stream,
        b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert!(asked.starts_with("CONNECT nowhere.invalid:80 "), "{asked}");
    let outcome = opening.await.unwrap().unwrap_err();
    assert!(
        outcome
            .failure()
            .unwrap()
            .message
            .contains("its rules forbid it"),
        "{outcome:?}"
    );
}
