//! TCP over the link: the seed's mistake, seen through a kernel at each end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use netopt_core::change::Switch;
use netopt_lab::packet::PacketLink;
use tokio::time::Instant;

use crate::scene::{connection, honest, listener, median, path, rooms};

/// Writes a head and a body apart and waits for the answer, several times.
fn calls(link: &PacketLink, nodelay: Switch) -> Duration {
    const CALLS: usize = 9;
    let listener = listener(link);
    let [mut near, far] = connection(link, &listener);
    near.set_nodelay(nodelay.is_on()).unwrap();
    thread::scope(|scope| {
        scope.spawn(move || answer(far, CALLS));
        let call = |_| {
            let start = Instant::now();
            near.write_all(&[0; 100]).unwrap();
            near.write_all(&[0; 100]).unwrap();
            near.read_exact(&mut [0; 10]).unwrap();
            start.elapsed()
        };
        median((0..CALLS).map(call).collect())
    })
}

fn answer(mut far: TcpStream, calls: usize) {
    far.set_nodelay(true).unwrap();
    for _ in 0..calls {
        far.read_exact(&mut [0; 200]).unwrap();
        far.write_all(&[0; 10]).unwrap();
    }
}

#[test]
fn seed_write_write_read_waits_for_a_delayed_acknowledgement() {
    let path = path(0, None);
    let measure = |link: &PacketLink| [calls(link, Switch::Off), calls(link, Switch::On)];
    let Some(([off, on], _)) = honest(&path, &rooms(), measure) else {
        return;
    };
    assert!(off > on * 20, "{off:?} and {on:?}");
}
