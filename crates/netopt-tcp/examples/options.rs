//! Sets socket options on a connection to itself and tells what the kernel granted.
//!
//! ```text
//! cargo run -p netopt-tcp --example options
//! cargo run -p netopt-tcp --example options -- tcp.notsent_lowat=16kB socket.receive_buffer=64MiB
//! ```
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;
use std::net::TcpListener;

use netopt_tcp::options::Setting;
use socket2::{Domain, Socket, Type};

/// What is shown when nothing is asked for: one of each answer, mostly.
const SOME: [&str; 8] = [
    "tcp.nodelay=on",
    "tcp.notsent_lowat=16kB",
    "tcp.congestion_control=bbr",
    "tcp.rto_min=50ms",
    "socket.max_pacing_rate=100mbit",
    "socket.receive_buffer=64MiB",
    "tcp.thin_dupack=on",
    "socket.priority=7",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut asked: Vec<String> = std::env::args().skip(1).collect();
    if asked.is_empty() {
        asked = SOME.map(str::to_owned).to_vec();
    }
    // What is wrong with a text is known before there is a socket.
    let settings = asked
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Setting>, _>>()?;

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // Before the handshake: buffers and congestion control come too late afterwards.
    for setting in &settings {
        println!("{:<38} {}", setting.to_string(), setting.apply(&socket));
    }
    socket.connect(&listener.local_addr()?.into())?;
    println!("\nin force on the connection:");
    for setting in &settings {
        let option = setting.option();
        match option.read(&socket) {
            Ok(value) => println!("{:<38} {value}", option.name),
            Err(error) => println!("{:<38} not known: {error}", option.name),
        }
    }
    Ok(())
}
