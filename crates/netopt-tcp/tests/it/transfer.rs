//! Transfers between two ends on loopback: each kind of work, and what becomes of it when one end misbehaves.

mod trouble;

use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::model::responsiveness::Draft;
use netopt_core::unit::{BitRate, Bytes};
use netopt_tcp::transfer::{
    Amount, Ended, Limits, Reading, Report, Server, Sockets, Spec, Stop, Transfer, Way, Ways, Work,
};

fn anywhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

fn server() -> Server {
    Server::start(anywhere(), Limits::default()).unwrap()
}

fn short(work: Work) -> Spec {
    Spec {
        work,
        amount: Amount::Time(Duration::from_millis(400)),
        ..Spec::default()
    }
}

fn transfer(peer: SocketAddr, spec: Spec) -> Transfer {
    Transfer {
        peer,
        spec,
        interval: Duration::from_millis(100),
        probes: None,
    }
}

fn run(spec: Spec) -> Report {
    let server = server();
    let report = transfer(server.local_addr(), spec).run(&Stop::new(), &mut |_| {});
    let report = report.unwrap();
    assert!(matches!(report.ended, Ended::Complete), "{report:?}");
    report
}

#[test]
fn bulk_arrives_whole_each_way() {
    for (ways, reading) in [
        (Ways::Up, Reading::Discard),
        (Ways::Down, Reading::Copy),
        (Ways::Both, Reading::Discard),
    ] {
        let spec = Spec {
            streams: 2,
            reading,
            ..short(Work::Bulk(ways))
        };
        let report = run(spec);
        for way in ways.all() {
            let (senders, receivers) = (report.senders(*way), report.receivers(*way));
            assert_eq!((senders.len(), receivers.len()), (2, 2));
            for sender in &senders {
                let receiver = receivers.iter().find(|one| one.index == sender.index);
                assert_eq!(sender.bytes, receiver.unwrap().bytes, "{way:?}");
                assert!(sender.bytes > Bytes::new(1_000_000), "{sender:?}");
            }
            let total = report.total(*way).unwrap();
            assert!(
                total.by_receiver
                    && total.rate.is_some()
                    && total.elapsed >= Duration::from_millis(350)
            );
            let cut: Bytes = report
                .intervals
                .iter()
                .filter_map(|interval| {
                    if *way == Way::Up {
                        interval.up
                    } else {
                        interval.down
                    }
                })
                .sum();
            assert_eq!(cut, total.bytes);
        }
        let absent = if ways == Ways::Up { Way::Down } else { Way::Up };
        assert_eq!(report.total(absent).is_some(), ways == Ways::Both);
    }
}

#[test]
fn an_amount_of_bytes_is_kept_to_the_byte_over_all_streams() {
    let amount = Bytes::new(10_000_001);
    let report = run(Spec {
        streams: 3,
        amount: Amount::Bytes(amount),
        ..short(Work::Bulk(Ways::Down))
    });
    assert_eq!(report.total(Way::Down).unwrap().bytes, amount);
}

#[test]
fn a_rate_is_kept() {
    let rate = BitRate::from_bps(80e6).unwrap();
    let report = run(Spec {
        rate: Some(rate),
        ..short(Work::Bulk(Ways::Up))
    });
    let bytes = report.total(Way::Up).unwrap().bytes;
    // 10 MB a second for 0.4 s, and a millisecond's worth in advance.
    let most = 4_000_000 + 20_000;
    assert!(bytes.get() <= most && bytes.get() > most / 4, "{bytes}");
}

#[test]
fn both_ends_use_the_congestion_control_that_was_asked_for() {
    for name in ["cubic", "reno"] {
        let sockets = Sockets {
            congestion_control: Some(name.to_owned()),
            notsent_lowat: Some(Bytes::new(65_536)),
        };
        let report = run(Spec {
            sockets,
            ..short(Work::Bulk(Ways::Both))
        });
        for way in [Way::Up, Way::Down] {
            let total = report.total(way).unwrap();
            assert_eq!(total.congestion_control.as_deref(), Some(name), "{way:?}");
        }
    }
}

#[test]
fn both_ends_look_at_the_kernel() {
    let report = run(short(Work::Bulk(Ways::Down)));
    for flows in [report.senders(Way::Down), report.receivers(Way::Down)] {
        let samples = &flows[0].samples;
        assert!(samples.len() >= 3, "{}", samples.len());
        assert!(samples.iter().all(|sample| sample.info.is_some()));
    }
    let sender = report.senders(Way::Down)[0];
    let sent = sender
        .samples
        .last()
        .unwrap()
        .info
        .as_ref()
        .unwrap()
        .bytes_acked();
    assert!(sent >= Some(sender.bytes), "{sent:?} of {}", sender.bytes);
}

#[test]
fn exchanges_are_counted_and_timed() {
    let (request, response) = (Bytes::new(100), Bytes::new(70_000));
    let report = run(Spec {
        streams: 2,
        ..short(Work::Exchanges { request, response })
    });
    let exchanges = report.exchanges.as_ref().unwrap();
    let count = exchanges.latency.count();
    assert!(count > 100, "{count}");
    assert_eq!(report.total(Way::Up).unwrap().bytes.get(), count * 100);
    assert_eq!(report.total(Way::Down).unwrap().bytes.get(), count * 70_000);
    assert_eq!(exchanges.connect.count(), 0);
}

#[test]
fn a_connection_for_each_exchange_is_timed_with_its_handshake() {
    let one = Bytes::new(1);
    let report = run(short(Work::Connects {
        request: one,
        response: one,
    }));
    let exchanges = report.exchanges.unwrap();
    assert!(exchanges.latency.count() > 20, "{exchanges:?}");
    assert_eq!(exchanges.latency.count(), exchanges.connect.count());
    assert!(exchanges.connect.quantile(0.5) < exchanges.latency.quantile(0.5));
}

#[test]
fn messages_wait_longer_on_a_full_connection() {
    let messages = |full| {
        let (size, every) = (Bytes::new(100), Duration::from_millis(5));
        let report = run(short(Work::Mixed { full, size, every }));
        report.messages.unwrap()
    };
    let (idle, full) = (messages(None), messages(Some(Ways::Both)));
    for one in [&idle, &full] {
        assert_eq!(one.sent, one.round_trip.count(), "each message is answered");
        assert!(one.sent >= 40 && one.clock.is_some(), "{}", one.sent);
    }
    let median = |one: &netopt_tcp::transfer::Messages| one.round_trip.quantile(0.5).unwrap();
    assert!(
        median(&full) > median(&idle),
        "{:?} {:?}",
        median(&full),
        median(&idle)
    );
}

#[test]
fn datagrams_are_counted_at_both_ends() {
    let (size, rate) = (Bytes::new(1200), BitRate::from_bps(9.6e6).unwrap());
    let ways = Ways::Both;
    let report = run(short(Work::Datagrams { ways, size, rate }));
    for way in [Way::Up, Way::Down] {
        let (sent, arrived) = report.datagrams(way).unwrap();
        // A thousand a second for 0.4 s, and none of them later: a sender that slept over the end leaves out the rest.
        assert!((200..=401).contains(&sent), "{way:?}: {sent}");
        assert!(
            arrived.datagrams <= sent && arrived.datagrams > sent / 2,
            "{arrived:?}"
        );
        assert_eq!((arrived.duplicates, arrived.reordered), (0, 0));
        assert!(arrived.jitter.is_some());
    }
}

#[test]
fn probes_beside_the_load_make_a_responsiveness() {
    let server = server();
    let work = Work::Mixed {
        full: Some(Ways::Up),
        size: Bytes::new(100),
        every: Duration::from_millis(20),
    };
    let transfer = Transfer {
        probes: Some(Duration::from_millis(10)),
        ..transfer(server.local_addr(), short(work))
    };
    let report = transfer.run(&Stop::new(), &mut |_| {}).unwrap();
    assert!(
        report.idle.len() == 20 && report.probed.len() > 5,
        "{report:?}"
    );
    let series = report.responsiveness(Way::Up, Draft::Ietf09).unwrap();
    let rpm = series.responsiveness().unwrap();
    assert!(rpm.combined.get() > 0.0 && series.goodput().is_some());
}

#[test]
fn intervals_are_told_while_it_runs() {
    let server = server();
    let mut told = Vec::new();
    let transfer = transfer(server.local_addr(), short(Work::Bulk(Ways::Up)));
    transfer
        .run(&Stop::new(), &mut |interval| told.push(*interval))
        .unwrap();
    assert!(told.len() >= 3, "{told:?}");
    assert!(
        told.iter()
            .all(|interval| interval.up > Some(Bytes::new(0)) && interval.down.is_none())
    );
}

#[test]
fn streams_can_begin_one_after_the_other() {
    let report = run(Spec {
        streams: 3,
        stagger: Duration::from_millis(150),
        ..short(Work::Bulk(Ways::Up))
    });
    let mut flows = report.receivers(Way::Up);
    flows.sort_by_key(|flow| flow.index);
    let begin = |flow: &netopt_tcp::transfer::FlowView| {
        flow.samples
            .iter()
            .find(|sample| sample.bytes.get() > 0)
            .unwrap()
            .at
    };
    assert!(begin(flows[0]) < begin(flows[2]), "{flows:?}");
}
