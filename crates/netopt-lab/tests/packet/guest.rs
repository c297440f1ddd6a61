//! Commands in rooms: they see the room, and nothing of them stays.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use netopt_lab::packet::{FAR, Gate, PacketLink};
use tokio::time::Instant;

use crate::scene::{link, path, rooms};

/// A pause that no other process of the machine makes.
const MARK: &str = "86399.25";

/// Runs a line of shell at the near end; its output is in a file of its own.
fn shell(link: &PacketLink, line: &str) -> (String, Option<i32>) {
    let (mut reader, writer) = io::pipe().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", line]).stdout(writer);
    let mut guest = link.near().start(command, &[("peer", FAR)]).unwrap();
    let mut told = String::new();
    io::Read::read_to_string(&mut reader, &mut told).unwrap();
    let status = runtime().block_on(guest.ended());
    (told, status.code())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// Whether a process with the mark in its command line is there.
fn is_alive() -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .any(|line| String::from_utf8_lossy(&line).contains(&format!("sleep\0{MARK}")))
}

/// Whether it has gone, now or soon: the kernel takes a moment to end a namespace.
fn goes() -> bool {
    let start = Instant::now();
    while is_alive() {
        if start.elapsed() > Duration::from_secs(5) {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

#[test]
fn a_command_sees_the_room_and_its_code_comes_back() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let (told, code) = shell(
        &alone.link,
        "cat /proc/thread-self/net/dev; cat /etc/hosts; echo number $$; exit 7",
    );
    assert_eq!(code, Some(7));
    assert!(told.contains("lab0:") && !told.contains("eth0:"), "{told}");
    assert!(told.contains("198.18.0.2 peer"), "{told}");
    assert!(told.contains("number 2"), "{told}");
    // The machine's own file is as it was.
    let own = fs::read_to_string("/etc/hosts").unwrap_or_default();
    assert!(!own.contains("198.18.0.2"));
}

#[test]
fn what_a_command_leaves_behind_ends_with_it() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let line = format!("setsid sleep {MARK} >/dev/null & sleep 0.1; exit 0");
    let (_, code) = shell(&alone.link, &line);
    assert_eq!(code, Some(0));
    assert!(goes());
}

#[test]
fn a_dropped_guest_is_ended_with_its_children() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let mut command = Command::new("sh");
    command.args(["-c", &format!("sleep {MARK} & sleep {MARK}")]);
    let guest = alone.link.far().start(command, &[]).unwrap();
    while !is_alive() {
        std::thread::yield_now();
    }
    drop(guest);
    assert!(goes());
}

#[test]
fn a_death_by_signal_is_told_as_a_shell_tells_it() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let (_, code) = shell(&alone.link, "kill -TERM $$");
    assert_eq!(code, Some(128 + 15));
}

#[test]
fn a_command_that_does_not_exist_is_an_error() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let error = alone
        .link
        .near()
        .start(Command::new("no-such-program"), &[]);
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_port_of_this_machine_can_be_had_in_the_room() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    let runtime = runtime();
    let _inside = runtime.enter();
    let gate = Gate::open(alone.link.far(), port).unwrap();
    assert_eq!(gate.local_addr(), (FAR, port).into());
    let dial = || std::net::TcpStream::connect((FAR, port)).unwrap();
    let mut near = alone.link.near().within(dial).unwrap();
    let (mut served, _) = outside.accept().unwrap();
    io::Write::write_all(&mut served, b"welcome").unwrap();
    drop(served);
    let mut told = String::new();
    io::Read::read_to_string(&mut near, &mut told).unwrap();
    assert_eq!(told, "welcome");
}

/// The network of the calling thread.
fn network() -> PathBuf {
    fs::read_link("/proc/thread-self/ns/net").unwrap()
}

/// Whether a thread of any process is in that network.
fn is_inhabited(network: &Path) -> bool {
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    entries(Path::new("/proc"))
        .flat_map(|process| entries(&process.path().join("task")))
        .filter_map(|thread| fs::read_link(thread.path().join("ns/net")).ok())
        .any(|one| one == network)
}

#[test]
fn nobody_stays_in_the_rooms() {
    let Some(alone) = link(&path(2, None), &rooms()) else {
        return;
    };
    let rooms = [alone.link.near(), alone.link.far()];
    let networks = rooms.map(|room| room.within(network).unwrap());
    assert!(!networks.contains(&network()) && networks[0] != networks[1]);
    let runtime = alone.link.near().runtime(1).unwrap();
    runtime.block_on(async { tokio::spawn(async {}).await.unwrap() });
    assert!(is_inhabited(&networks[0]));
    drop(runtime);
    drop(alone);
    let start = Instant::now();
    while networks.iter().any(|network| is_inhabited(network)) {
        assert!(start.elapsed() < Duration::from_secs(5), "{networks:?}");
    }
}
