//! Every option is set at its right level and read back; buffers stay the kernel's.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;
use netopt_tcp::{Connector, Options, Resolver, Stream};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    (client.unwrap(), server.unwrap().0)
}

#[tokio::test]
async fn seed_nodelay_is_set_at_its_right_level_and_read_back() {
    for switch in [Switch::On, Switch::Off] {
        let (client, _server) = pair().await;
        let options = Options {
            nodelay: switch,
            ..Options::default()
        };
        let granted = options.apply(&client).unwrap();
        assert_eq!(granted.nodelay, Some(switch.is_on()));
        assert_eq!(
            SockRef::from(&client).tcp_nodelay().unwrap(),
            switch.is_on()
        );
    }
}

#[tokio::test]
async fn seed_buffers_are_never_set() {
    let (untouched, _a) = pair().await;
    let (client, _b) = pair().await;
    let before = (
        SockRef::from(&untouched).recv_buffer_size().unwrap(),
        SockRef::from(&untouched).send_buffer_size().unwrap(),
    );
    Options::default().apply(&client).unwrap();
    let socket = SockRef::from(&client);
    assert_eq!(
        (
            socket.recv_buffer_size().unwrap(),
            socket.send_buffer_size().unwrap()
        ),
        before
    );
}

#[tokio::test]
async fn the_wire_counts_and_asks_the_kernel_until_the_stream_is_gone() {
    let (client, mut server) = pair().await;
    let mut stream = Stream::new(client, Options::default()).unwrap();
    let wire = stream.wire();
    stream.write_all(b"hello").await.unwrap();
    let mut buffer = [0; 5];
    server.read_exact(&mut buffer).await.unwrap();
    server.write_all(b"hi").await.unwrap();
    stream.read_exact(&mut buffer[..2]).await.unwrap();
    assert_eq!((wire.sent().get(), wire.received().get()), (5, 2));
    let info = wire.info().expect("Linux tells");
    assert!(info.rtt().is_some() && info.snd_cwnd().is_some_and(|cwnd| cwnd >= 2));
    drop(stream);
    assert!(wire.info().is_none());
    assert_eq!(wire.sent().get(), 5);
}

#[tokio::test]
async fn nagle_is_caught_holding_the_second_write() {
    let (client, mut server) = pair().await;
    let mut stream = Stream::new(
        client,
        Options {
            nodelay: Switch::Off,
            ..Options::default()
        },
    )
    .unwrap();
    let wire = stream.wire();
    let mut caught = false;
    // The kernel acknowledges at once in the first rounds of a connection; delayed acknowledgement comes later.
    for _ in 0..40 {
        stream.write_all(b"header").await.unwrap();
        stream.write_all(b"body").await.unwrap();
        let mut buffer = [0; 10];
        server.read_exact(&mut buffer).await.unwrap();
        server.write_all(b"ok").await.unwrap();
        stream.read_exact(&mut buffer[..2]).await.unwrap();
        caught |= wire.take_held().is_some_and(|held| held.get() == 4);
    }
    assert!(caught, "the kernel held the body back at least once");
}

#[tokio::test]
async fn a_closed_window_is_not_nagle() {
    let (client, _silent) = pair().await;
    let options = Options {
        nodelay: Switch::Off,
        ..Options::default()
    };
    let mut stream = Stream::new(client, options).unwrap();
    let wire = stream.wire();
    let chunk = vec![0; 256 * 1024];
    // Nobody reads, so the peer's window closes and megabytes stay unsent.
    let until_full = async { while stream.write_all(&chunk).await.is_ok() {} };
    let patience = Duration::from_millis(300);
    tokio::time::timeout(patience, until_full)
        .await
        .unwrap_err();
    let info = wire.info().expect("Linux tells");
    assert!(
        info.notsent_bytes() > info.snd_mss(),
        "the window closed: {info:?}"
    );
    assert!(
        wire.take_held() < info.snd_mss(),
        "less than a segment at most"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_handshake_needs_is_set_before_it() {
    let options = Options {
        congestion_control: "reno".parse().ok(),
        notsent_lowat: Some(Bytes::new(16_384)),
        receive_buffer: Some(Bytes::new(32_768)),
        send_buffer: Some(Bytes::new(65_536)),
        user_timeout: Some(Duration::from_secs(20)),
        ..Options::default()
    };
    let socket = TcpSocket::new_v4().unwrap();
    let socket = SockRef::from(&socket);
    options.prepare(&socket).unwrap();
    assert!(socket.tcp_congestion().unwrap().starts_with(b"reno\0"));
    assert_eq!(socket.tcp_notsent_lowat().unwrap(), 16_384);
    assert_eq!(
        socket.tcp_user_timeout().unwrap(),
        Some(Duration::from_secs(20))
    );
    // The kernel doubles a buffer, for its own bookkeeping.
    assert_eq!(socket.recv_buffer_size().unwrap(), 65_536);
    assert_eq!(socket.send_buffer_size().unwrap(), 131_072);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_buffer_beyond_the_systems_bound_is_granted_as_far_as_that_goes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let size = Bytes::new(1 << 30);
    let options = Options {
        receive_buffer: Some(size),
        notsent_lowat: Some(Bytes::new(16_384)),
        ..Options::default()
    };
    let connector = Connector {
        resolver: Resolver::system(),
        options,
        racing: Switch::On,
        timeout: Duration::from_secs(5),
    };
    let port = listener.local_addr().unwrap().port();
    let connected = connector.connect("127.0.0.1", port).await.unwrap();
    let granted = connected.stream.wire().granted();
    assert_eq!(granted.notsent_lowat, options.notsent_lowat);
    assert!(granted.receive_buffer.is_some_and(|got| got < size));
    assert_eq!(granted.send_buffer, None, "nobody asked");
    let its_own = SockRef::from(&listener).tcp_congestion().unwrap();
    let told = granted.congestion_control.expect("Linux tells");
    assert!(
        its_own.starts_with(told.as_str().as_bytes()),
        "the system's"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_algorithm_that_the_kernel_lacks_is_refused_by_name() {
    let options = Options {
        congestion_control: "no-such-thing".parse().ok(),
        ..Options::default()
    };
    let socket = TcpSocket::new_v4().unwrap();
    let error = options.prepare(&SockRef::from(&socket)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("tcp.congestion_control = no-such-thing is refused: this kernel has no"),
        "{error}"
    );
    let rehearsed = options.rehearse().unwrap_err();
    assert_eq!(rehearsed.to_string(), error.to_string());
    Options::default().rehearse().unwrap();
}
