//! Calls through proxies: what goes over the wire, which phases there are, which connections are shared.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use netopt_core::exchange::{Exchange, Protocol as Spoken};
use netopt_core::outcome::Outcome;
use netopt_core::phase::Phase::{self, Connect, Queue, Receive, Send, Tls, Upgrade, Wait};
use netopt_http::{Config, Question, WebSockets};
use netopt_lab::origin::{Origin, Protocol};
use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::scene::{
    ANYWHERE, PATIENCE, assert_answered, client, config, config_for, get, head_of, phases, serving,
};

/// What a proxy was asked for, one text each.
type Asked = Arc<Mutex<Vec<String>>>;

/// A proxy that leads everything to one place, and remembers what it was asked for. It ends with the test.
async fn proxy<F>(
    play: impl Fn(TcpStream, Asked) -> F + std::marker::Send + 'static,
) -> (SocketAddr, Asked)
where
    F: Future<Output = Option<()>> + std::marker::Send + 'static,
{
    let listener = TcpListener::bind(ANYWHERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(play(stream, Arc::clone(&seen)));
        }
    });
    (address, asked)
}

/// Answers `CONNECT` with a tunnel to `to`.
async fn tunnels(mut near: TcpStream, asked: Asked, to: SocketAddr) -> Option<()> {
    let head = head_of(&mut near).await?;
    asked.lock().unwrap().push(head);
    let mut far = TcpStream::connect(to).await.ok()?;
    let agreed = b"HTTP/1.1 200 Connection established\r\nproxy-agent: test\r\n\r\n";
    near.write_all(agreed).await.ok()?;
    copy_bidirectional(&mut near, &mut far).await.ok().map(drop)
}

/// Answers each request as the target would.
async fn answers(mut near: TcpStream, asked: Asked) -> Option<()> {
    loop {
        let head = head_of(&mut near).await?;
        asked.lock().unwrap().push(head);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        near.write_all(answer).await.ok()?;
    }
}

/// SOCKS5 that wants `me` and `open sesame`, and leads to `to`.
async fn socks(mut near: TcpStream, asked: Asked, to: SocketAddr) -> Option<()> {
    let [_, methods] = part(&mut near).await?;
    let mut offered = vec![0; usize::from(methods)];
    near.read_exact(&mut offered).await.ok()?;
    if !offered.contains(&2) {
        return near.write_all(&[5, 0xff]).await.ok();
    }
    near.write_all(&[5, 2]).await.ok()?;
    let mut login = vec![0; 2 + 2 + 1 + 11];
    near.read_exact(&mut login).await.ok()?;
    let fits = login == b"\x01\x02me\x0bopen sesame";
    near.write_all(&[1, u8::from(!fits)]).await.ok()?;
    let [_, _, _, kind, length] = part(&mut near).await?;
    assert_eq!(kind, 3, "names are told as names");
    let mut name = vec![0; usize::from(length)];
    near.read_exact(&mut name).await.ok()?;
    let port = u16::from_be_bytes(part(&mut near).await?);
    let name = String::from_utf8(name).unwrap();
    asked.lock().unwrap().push(format!("{name}:{port}"));
    let mut far = TcpStream::connect(to).await.ok()?;
    near.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])
        .await
        .ok()?;
    copy_bidirectional(&mut near, &mut far).await.ok().map(drop)
}

async fn part<const N: usize>(stream: &mut TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

fn through(proxy: &str, mut config: Config) -> Config {
    config.proxy = Some(proxy.parse().unwrap());
    config
}

/// The origin by a name that its certificate has.
fn named(origin: &Origin) -> String {
    origin.url().replace("127.0.0.1", "localhost")
}

fn before_asking(call: &Exchange) -> Vec<Phase> {
    let mut all = phases(call);
    all.retain(|phase| !matches!(phase, Send | Wait | Receive));
    all
}

#[tokio::test]
async fn a_call_in_clear_is_asked_for_by_its_whole_url() {
    let (address, asked) = proxy(answers).await;
    let url = format!("http://Aladdin:open%20sesame@{address}");
    let client = client(&through(&url, config()));
    // Nobody here knows these names.
    for url in ["http://one.invalid/a?b", "http://two.invalid:81/"] {
        assert_answered(&client.exchange(get(url)).await);
    }
    let asked = asked.lock().unwrap().clone();
    for (head, line, host) in [
        (
            &asked[0],
            "GET http://one.invalid/a?b HTTP/1.1\r\n",
            "host: one.invalid\r\n",
        ),
        (
            &asked[1],
            "GET http://two.invalid:81/ HTTP/1.1\r\n",
            "host: two.invalid:81\r\n",
        ),
    ] {
        assert!(head.starts_with(line) && head.contains(host), "{head}");
        let login = "proxy-authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
        assert!(head.contains(login), "{head}");
    }
    let stats = client.pool_stats();
    assert_eq!(
        stats.size(),
        1,
        "the connection leads to the proxy, whoever is asked for"
    );
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_and_the_target_never_sees_the_login() {
    for (protocol, spoken) in [
        (Protocol::Https1, Spoken::Http1),
        (Protocol::Https2, Spoken::Http2),
    ] {
        let origin = serving(protocol, Duration::ZERO).await;
        let to = origin.local_addr();
        let (address, asked) = proxy(move |near, asked| tunnels(near, asked, to)).await;
        let config = through(&format!("http://me:secret@{address}"), config_for(&origin));
        let client = client(&config);
        let first = client.exchange(get(named(&origin))).await;
        assert_answered(&first);
        assert_eq!(before_asking(&first), [Queue, Connect, Phase::Proxy, Tls]);
        let connection = first.connection.unwrap();
        assert_eq!(connection.protocol, spoken);
        let second = client.exchange(get(named(&origin))).await;
        assert_answered(&second);
        assert_eq!(before_asking(&second), [Queue], "the tunnel is kept");
        let asked = asked.lock().unwrap().clone();
        let [head] = &asked[..] else {
            panic!("{asked:?}")
        };
        let line = format!("CONNECT localhost:{} HTTP/1.1\r\n", to.port());
        assert!(head.starts_with(&line), "{head}");
        assert!(
            head.contains("proxy-authorization: Basic bWU6c2VjcmV0\r\n"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn socks_opens_a_tunnel_for_everything() {
    for protocol in [Protocol::Http1, Protocol::Http2, Protocol::Https2] {
        let origin = serving(protocol, Duration::ZERO).await;
        let to = origin.local_addr();
        let (address, asked) = proxy(move |near, asked| socks(near, asked, to)).await;
        let url = format!("socks5://me:open%20sesame@{address}");
        let client = client(&through(&url, config_for(&origin)));
        let call = client.exchange(get(named(&origin))).await;
        assert_answered(&call);
        let mut expected = vec![Queue, Connect, Phase::Proxy];
        expected.extend(protocol.is_tls().then_some(Tls));
        assert_eq!(before_asking(&call), expected, "{protocol:?}");
        assert_eq!(*asked.lock().unwrap(), [format!("localhost:{}", to.port())]);
    }
}

#[tokio::test]
async fn web_socket_goes_through_a_tunnel_even_in_clear() {
    let server = RawServer::start(
        ANYWHERE,
        RawSpec {
            protocol: RawProtocol::WsEcho,
            ..RawSpec::default()
        },
    )
    .await
    .unwrap();
    let to: SocketAddr = server.local_addr();
    let (address, asked) = proxy(move |near, asked| tunnels(near, asked, to)).await;
    let config = through(&format!("http://{address}"), config());
    let target = "ws://chat.invalid/".parse().unwrap();
    let sockets = WebSockets::new(&config).unwrap();
    let mut socket = sockets.open(&target, PATIENCE).await.unwrap();
    let first = socket.ask(Question::Echo("hello"), PATIENCE).await;
    assert_eq!(first.outcome, Outcome::Connected, "{first:?}");
    assert_eq!(
        before_asking(&first),
        [Queue, Connect, Phase::Proxy, Upgrade]
    );
    let head = asked.lock().unwrap()[0].clone();
    assert!(
        head.starts_with("CONNECT chat.invalid:80 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(!head.contains("proxy-authorization"), "{head}");
    socket.close().await;
}
