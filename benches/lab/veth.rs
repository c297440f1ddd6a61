//! A pair of virtual Ethernets between the rooms of a link, made by `ip` and shaped by `tc`: the kernel's own way.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use netopt_lab::packet::{PacketLink, Room};

const NEAR: &str = "198.18.1.1";
const FAR: &str = "198.18.1.2";

/// Makes the pair, with a token bucket of that rate in Mbit/s at the near end; the addresses of sockets over it.
///
/// # Errors
/// A sentence about what is missing.
pub(crate) fn pair(link: &PacketLink, mbit: Option<f64>) -> Result<[SocketAddr; 2], String> {
    let far = link.far().clone();
    let (tell, told) = mpsc::channel();
    let (hold, held) = mpsc::channel::<()>();
    // The kernel finds a namespace by a thread in it.
    thread::spawn(move || {
        far.enter().expect("the room can be entered");
        tell.send(rustix::thread::gettid().as_raw_nonzero()).ok();
        held.recv().ok();
    });
    let thread = told.recv().map_err(|error| error.to_string())?;
    let there = format!("/proc/{}/task/{thread}/ns/net", std::process::id());
    run(
        link.near(),
        &format!("ip link add v0 type veth peer name v1 netns {there}"),
    )?;
    drop(hold);
    for (room, name, address) in [(link.near(), "v0", NEAR), (link.far(), "v1", FAR)] {
        run(room, &format!("ip addr add {address}/30 dev {name}"))?;
        run(room, &format!("ip link set {name} up"))?;
    }
    if let Some(mbit) = mbit {
        let shape = format!("tc qdisc add dev v0 root tbf rate {mbit}mbit burst 64kb limit 200kb");
        run(link.near(), &shape)?;
    }
    let at = |address: &str| format!("{address}:7000").parse().expect("an address");
    Ok([at(NEAR), at(FAR)])
}

fn run(room: &Room, line: &str) -> Result<(), String> {
    let mut words = line.split(' ');
    let program = words.next().unwrap_or_default();
    let run = || Command::new(program).args(words).output();
    let output = room.within(run).and_then(|output| output);
    let output = output.map_err(|error| format!("no virtual Ethernet: {program}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(format!("no virtual Ethernet: {line}: {told}"))
    }
}
