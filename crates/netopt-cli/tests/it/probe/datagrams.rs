//! `netopt probe udp://`: an echo that answers, one that loses some, and nobody.

use std::net::UdpSocket;

use netopt_lab::raw::{RawProtocol, RawServer, RawSpec};

use super::{anywhere, valid};
use crate::command::netopt;

#[tokio::test]
async fn an_echo_is_told_with_its_time_and_nothing_lost() {
    let spec = RawSpec {
        protocol: RawProtocol::UdpEcho,
        ..RawSpec::default()
    };
    let server = RawServer::start(anywhere(), spec).await.unwrap();
    let ended = netopt(&["probe", &server.url(), "-n", "4", "--json"]).await;
    let document = valid(&ended);
    let datagrams = &document["datagrams"];
    assert_eq!(
        (&datagrams["sent"], &datagrams["lost"]),
        (&4.into(), &0.into())
    );
    assert!(datagrams["jitter_ms"].is_number());
    assert!(document["new"]["total"]["p50_ms"].is_number());
    assert!(document["kept"].is_null() && document["kernel"]["rtt_ms"].is_null());

    let text = netopt(&["probe", &server.url(), "-n", "3"]).await;
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    for part in ["3 sent", "0 lost", "0 reordered", "an echo takes"] {
        assert!(text.stdout.contains(part), "{part}: {}", text.stdout);
    }
}

#[tokio::test]
async fn what_is_lost_is_the_finding() {
    let far = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = format!("udp://{}", far.local_addr().unwrap());
    // Every fifth datagram is lost, as far as the probe lives.
    let path = std::thread::spawn(move || {
        let mut room = [0; 2048];
        for number in 0..10 {
            let (length, from) = far.recv_from(&mut room).unwrap();
            if number % 5 != 4 {
                far.send_to(&room[..length], from).unwrap();
            }
        }
    });
    let document = valid(&netopt(&["probe", &target, "-n", "10", "--json"]).await);
    path.join().unwrap();
    assert_eq!(document["datagrams"]["lost"], 2);
    assert_eq!(document["new"]["errors"]["lost"]["n"], 2);
    let finding = document["finding"].as_str().unwrap();
    assert!(finding.contains("2 of 10"), "{finding}");
}

#[tokio::test]
async fn nobody_is_a_target_that_cannot_be_measured() {
    let closed = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ended = netopt(&["probe", &format!("udp://{closed}"), "-n", "2"]).await;
    assert_eq!(ended.code, Some(3));
    let told = format!("{closed} refused the datagram: nobody listens there");
    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
}
