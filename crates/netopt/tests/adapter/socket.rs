//! Options of sockets, as the kernel repeats them on the very socket that reqwest connected.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

use netopt::Change;
use netopt::core::change::Switch;
use netopt_lab::OriginSpec;
use rustix::net::{getpeername, sockopt};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::scene::{call, client, origin};

/// The socket of this process that is connected to `peer`, found among all its files: reqwest does not hand it out.
fn socket_to(peer: SocketAddr) -> OwnedFd {
    let this = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter_map(|number| pidfd_getfd(&this, number, PidfdGetfdFlags::empty()).ok())
        .find(|file| {
            let name = getpeername(file).ok().flatten();
            name.and_then(|name| SocketAddr::try_from(name).ok()) == Some(peer)
        })
        .expect("the client keeps its connection")
}

#[tokio::test]
async fn nodelay_is_what_the_kernel_repeats() {
    for switch in [Switch::On, Switch::Off] {
        let (origin, client) = (
            origin(OriginSpec::default()).await,
            client(&[Change::Nodelay(switch)]),
        );
        call(&client, &origin.url()).await;
        let socket = socket_to(origin.local_addr());
        assert_eq!(sockopt::tcp_nodelay(socket).unwrap(), switch.is_on());
    }
}

#[tokio::test]
async fn user_timeout_is_what_the_kernel_repeats() {
    let twenty = Duration::from_secs(20);
    for (changes, milliseconds) in [
        // What reqwest does by itself since 0.13.
        (vec![], 30_000),
        (vec![Change::UserTimeout(Some(twenty))], 20_000),
        (vec![Change::UserTimeout(None)], 0),
    ] {
        let (origin, client) = (origin(OriginSpec::default()).await, client(&changes));
        call(&client, &origin.url()).await;
        let socket = socket_to(origin.local_addr());
        assert_eq!(sockopt::tcp_user_timeout(socket).unwrap(), milliseconds);
    }
}
