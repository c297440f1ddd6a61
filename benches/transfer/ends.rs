//! Our two ends, as this very program started again: what `netopt serve` and `netopt transfer` do without their screens.

use std::io::Read as _;
use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::transfer::{
    Amount, Limits, Server, Sockets, Spec, Stop, Transfer, Way, Ways, Work,
};

/// Serves until its input ends; prints where.
pub(crate) fn serve() {
    let server = Server::start(([127, 0, 0, 1], 0).into(), Limits::default());
    let server = server.expect("a free port of loopback");
    println!("{}", server.local_addr().port());
    std::io::stdin().read_to_end(&mut Vec::new()).ok();
}

/// `PORT KIND SECONDS STREAMS CC`: prints bytes or exchanges, and the seconds they took.
pub(crate) fn ask(words: &[String]) {
    let [port, kind, seconds, streams, name] = words else {
        unreachable!("five words, not {words:?}")
    };
    let one = Bytes::new(1);
    let work = match kind.as_str() {
        "bulk" => Work::Bulk(Ways::Up),
        "rr" => Work::Exchanges {
            request: one,
            response: one,
        },
        "crr" => Work::Connects {
            request: one,
            response: one,
        },
        other => unreachable!("{other}?"),
    };
    let seconds = Duration::from_secs_f64(seconds.parse().expect("seconds"));
    let transfer = Transfer {
        peer: ([127, 0, 0, 1], port.parse().expect("a port")).into(),
        spec: Spec {
            work,
            streams: streams.parse().expect("a number"),
            amount: Amount::Time(seconds),
            sockets: Sockets {
                congestion_control: Some(name.clone()),
                notsent_lowat: None,
            },
            ..Spec::default()
        },
        interval: Duration::from_secs(1),
        probes: None,
    };
    let report = transfer
        .run(&Stop::new(), &mut |_| {})
        .expect("our own server");
    match report.exchanges {
        Some(done) => println!(
            "{} {}",
            done.latency.count(),
            report.near.elapsed.as_secs_f64()
        ),
        None => {
            let total = report.total(Way::Up).expect("bulk went up");
            println!("{} {}", total.bytes.get(), total.elapsed.as_secs_f64());
        }
    }
}
