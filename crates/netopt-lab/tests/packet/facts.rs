//! Known facts about TCP, which a lab has to reproduce before anybody believes it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::thread;
use std::time::Duration;

use netopt_core::model::flow_time::Path;
use netopt_core::model::loss::{Connection, Model};
use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::packet::PacketLink;
use netopt_lab::path::Loss;
use tokio::time::Instant;

use crate::scene::{connection, honest, listener, path, with};

/// Whether the kernel has that congestion control.
fn has(name: &str) -> bool {
    let list = fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control");
    list.unwrap_or_default()
        .split_whitespace()
        .any(|one| one == name)
}

/// Payload per second that a download carries within `time`, the beginning left out.
fn goodput(link: &PacketLink, time: Duration) -> f64 {
    let listener = listener(link);
    let [mut near, mut far] = connection(link, &listener);
    thread::scope(|scope| {
        scope.spawn(move || while far.write_all(&[0; 16 * 1024]).is_ok() {});
        let mut buffer = vec![0; 64 * 1024];
        let begin = Instant::now();
        while begin.elapsed() < time / 4 {
            assert!(near.read(&mut buffer).unwrap() > 0);
        }
        let (start, mut received) = (Instant::now(), 0);
        while start.elapsed() < time {
            received += near.read(&mut buffer).unwrap();
        }
        let bps = Bytes::new(received as u64)
            .over(start.elapsed())
            .unwrap()
            .bps();
        drop(near);
        bps
    })
}

#[test]
fn random_loss_binds_cubic_and_reno_but_not_bbr() {
    if !["bbr", "cubic", "reno"].into_iter().all(has) {
        eprintln!("skipped: the kernel lacks one of bbr, cubic, reno");
        return;
    }
    let mut path = path(40, Some(50.0));
    path.down.loss = Loss::Independent("1%".parse().unwrap());
    let carried = |name| {
        let time = Duration::from_secs(6);
        let measured = honest(&path, &with(name), |link| goodput(link, time));
        measured.map(|(bps, _)| bps)
    };
    let (Some(bbr), Some(cubic), Some(reno)) = (carried("bbr"), carried("cubic"), carried("reno"))
    else {
        return;
    };
    assert!(bbr > 5.0 * cubic, "BBR {bbr}, CUBIC {cubic}");
    let connection = Connection::new(Bytes::new(1448), Duration::from_millis(40));
    let mathis = Model::Mathis
        .rate(&connection, "1%".parse().unwrap())
        .unwrap();
    let ratio = reno / mathis.bps();
    assert!((0.5..2.0).contains(&ratio), "Reno {reno}, Mathis {mathis}");
}

/// How long `bytes` take on a fresh connection, from the server's write to the client's last byte: the shortest of some,
/// since the machine can only add to it.
fn flow_time(link: &PacketLink, bytes: usize) -> Duration {
    let listener = listener(link);
    let flow = |_| {
        let [mut near, mut far] = connection(link, &listener);
        let (body, mut received) = (vec![0; bytes], vec![0; bytes]);
        thread::scope(|scope| {
            let writing = scope.spawn(move || {
                let start = Instant::now();
                far.write_all(&body).unwrap();
                start
            });
            near.read_exact(&mut received).unwrap();
            let end = Instant::now();
            end - writing.join().unwrap()
        })
    };
    (0..5).map(flow).min().unwrap()
}

#[test]
fn flows_take_the_time_that_the_model_says() {
    let spec = path(40, Some(20.0));
    let model = Path::new(spec.rtt(), BitRate::from_bps(20e6));
    for bytes in [1_000, 14_000, 15_000, 40_000, 100_000, 300_000, 1_000_000] {
        let measured = honest(&spec, &with("cubic"), |link| flow_time(link, bytes));
        let Some((time, _)) = measured else {
            return;
        };
        let expected = model.one_way(Bytes::new(bytes as u64)).unwrap();
        let ratio = time.as_secs_f64() / expected.as_secs_f64();
        assert!(
            (0.95..1.05).contains(&ratio),
            "{bytes} bytes: {time:?}, model {expected:?}"
        );
    }
}
