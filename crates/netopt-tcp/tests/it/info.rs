//! `TCP_INFO` of this kernel: what a connection did is what the counters say.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::TcpInfo;
use netopt_tcp::info::{CongestionState, State};

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

#[test]
fn counters_tell_what_was_sent_and_received() {
    let (mut client, mut server) = pair();
    let (here, there) = (TcpInfo::of(&client).unwrap(), TcpInfo::of(&server).unwrap());
    client.write_all(&[7; 5_000]).unwrap();
    server.read_exact(&mut [0; 5_000]).unwrap();
    server.write_all(&[7; 300]).unwrap();
    client.read_exact(&mut [0; 300]).unwrap();
    let sent = TcpInfo::of(&client).unwrap();
    let delta = sent.since(&here);
    assert_eq!(
        (delta.bytes_sent, delta.bytes_retrans, delta.bytes_received),
        (
            Some(Bytes::new(5_000)),
            Some(Bytes::new(0)),
            Some(Bytes::new(300))
        )
    );
    assert_eq!(
        delta.bytes_acked,
        Some(Bytes::new(5_000)),
        "the answer came with it"
    );
    let received = TcpInfo::of(&server).unwrap().since(&there);
    assert_eq!(received.bytes_received, Some(Bytes::new(5_000)));
    assert_eq!(received.data_segs_in, delta.data_segs_out);
    assert_eq!(sent.state(), Some(State::Established));
    assert_eq!(sent.ca_state(), Some(CongestionState::Open));
    assert_eq!(sent.backoff(), Some(0));
    let agreed = sent.options().unwrap();
    assert!(agreed.sack() && agreed.window_scale(), "{sent:?}");
    assert!(
        sent.rtt().is_some_and(|rtt| rtt < Duration::from_secs(1)),
        "{sent:?}"
    );
    assert_eq!(sent.snd_ssthresh(), Some(TcpInfo::NO_THRESHOLD));
}

#[test]
fn a_peer_that_does_not_read_shows_as_its_window() {
    let (mut client, _deaf) = pair();
    client.set_nonblocking(true).unwrap();
    let early = TcpInfo::of(&client).unwrap();
    while client.write(&[7; 65_536]).is_ok() {}
    let late = loop {
        let late = TcpInfo::of(&client).unwrap();
        if late.since(&early).rwnd_limited > Some(Duration::from_millis(40)) {
            break late;
        }
        std::thread::yield_now();
    };
    let delta = late.since(&early);
    assert!(delta.busy_time >= delta.rwnd_limited, "{delta:?}");
    assert!(late.notsent_bytes() > late.snd_mss(), "{late:?}");
    assert!(delta.busy_otherwise() <= delta.busy_time);
}

#[test]
fn the_peers_offer_is_what_the_peer_says() {
    let (client, server) = pair();
    let (here, there) = (TcpInfo::of(&client).unwrap(), TcpInfo::of(&server).unwrap());
    if there.rcv_wnd().is_some() {
        assert_eq!(there.snd_wnd(), here.rcv_wnd(), "{here:?} {there:?}");
    }
    assert_eq!(here.snd_wscale(), there.rcv_wscale());
    assert_eq!(here.rcv_wscale(), there.snd_wscale());
}

#[test]
fn what_is_no_tcp_socket_is_refused() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert!(TcpInfo::of(&udp).is_err());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let info = TcpInfo::of(&listener).unwrap();
    assert_eq!((info.state(), info.rtt()), (Some(State::Listen), None));
}

#[test]
fn a_snapshot_owns_no_memory() {
    // What has nothing to free has allocated nothing.
    assert!(!std::mem::needs_drop::<TcpInfo>());
    assert!(size_of::<TcpInfo>() <= 520);
}

#[test]
fn the_page_and_the_table_agree() {
    let page = include_str!("../../../../docs/tcp-info.md");
    let told: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let rows: Vec<String> = TcpInfo::fields()
        .map(|field| {
            let (major, minor) = field.since;
            let since = if major == 2 {
                "ever".to_owned()
            } else {
                format!("{major}.{minor}")
            };
            let (name, offset, width, unit) =
                (field.name, field.offset, field.width, field.unit.name());
            format!("| `{name}` | {offset} | {width} | {unit} | {since} | ")
        })
        .collect();
    assert_eq!(told.len(), rows.len(), "{rows:#?}");
    for (line, row) in told.iter().zip(&rows) {
        assert!(line.starts_with(row.as_str()), "{line}\nis not\n{row}");
    }
}
