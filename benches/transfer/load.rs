//! Bulk on one and four connections, beside `iperf3 -Z` with the same congestion control.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::effort::Effort;
use crate::race::{Lap, Pair, lap, rounds, spread};

pub(crate) fn report(effort: Effort) {
    let (rounds, seconds) = rounds(effort);
    println!(
        "\nbulk on loopback, {rounds} interleaved rounds of {seconds} s; least / median / most"
    );
    println!(
        "  congestion control, streams   Gbit/s ours             Gbit/s iperf3 -Z        rate to iperf3 -Z     CPU s/GB ours         CPU s/GB iperf3 -Z    CPU to iperf3 -Z      stolen s"
    );
    let known = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control")
        .unwrap_or_default();
    for name in ["cubic", "bbr"] {
        if !known.split_whitespace().any(|one| one == name) {
            println!("  {name}: this kernel has none");
            continue;
        }
        for streams in [1, 4] {
            let pairs: Vec<Pair> = (0..rounds)
                .map(|round| {
                    let ours = || ours(seconds, streams, name);
                    let peer = || iperf3(seconds, streams, name);
                    // Who goes first changes from round to round.
                    if round % 2 == 0 {
                        (ours(), peer())
                    } else {
                        let peer = peer();
                        (ours(), peer)
                    }
                })
                .collect();
            let each = |pick: &dyn Fn(&Pair) -> Option<f64>| {
                spread(pairs.iter().filter_map(pick).collect())
            };
            let gigabits = |lap: Option<Lap>| lap.map(|lap| lap.rate * 8e-9);
            let per_gigabyte = |lap: Option<Lap>| lap.map(|lap| lap.cost * 1e9);
            println!(
                "  {:<28}  {:<22}  {:<22}  {:<20}  {:<20}  {:<20}  {:<20}  {}",
                format!("{name}, {streams}"),
                each(&|pair| gigabits(pair.0)),
                each(&|pair| gigabits(pair.1)),
                each(&|pair| Some(pair.0?.rate / pair.1?.rate)),
                each(&|pair| per_gigabyte(pair.0)),
                each(&|pair| per_gigabyte(pair.1)),
                each(&|pair| Some(pair.0?.cost / pair.1?.cost)),
                each(&|pair| Some(pair.0?.stolen + pair.1.map_or(0.0, |lap| lap.stolen))),
            );
        }
    }
}

fn ours(seconds: f64, streams: u16, name: &str) -> Option<Lap> {
    let this = std::env::current_exe().ok()?;
    let mut server = Command::new(&this);
    server.arg("serve");
    let client = |port: &str| {
        let mut client = Command::new(&this);
        client.args([
            "ask",
            port,
            "bulk",
            &seconds.to_string(),
            &streams.to_string(),
            name,
        ]);
        client
    };
    lap(server, client, two_numbers)
}

/// A count and its seconds.
pub(crate) fn two_numbers(said: &str) -> Option<(f64, f64)> {
    let (count, seconds) = said.trim().split_once(' ')?;
    Some((count.parse().ok()?, seconds.parse().ok()?))
}

fn iperf3(seconds: f64, streams: u16, name: &str) -> Option<Lap> {
    let port = TcpListener::bind("127.0.0.1:0")
        .ok()?
        .local_addr()
        .ok()?
        .port()
        .to_string();
    let mut server = Command::new("iperf3");
    // One test, then it ends; it says something as soon as it listens.
    server.args([
        "--server",
        "--one-off",
        "--forceflush",
        "--bind",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    server.stderr(Stdio::null());
    let client = |_: &str| {
        let mut client = Command::new("iperf3");
        let (seconds, streams) = (seconds.ceil().to_string(), streams.to_string());
        client.args([
            "--client",
            "127.0.0.1",
            "--port",
            &port,
            "--time",
            &seconds,
            "--parallel",
            &streams,
        ]);
        client.args(["--congestion", name, "--zerocopy", "--json"]);
        std::thread::park_timeout(Duration::from_millis(200));
        client
    };
    let read = |said: &str| {
        let at = said.find("\"sum_received\"")?;
        let number = |key: &str| {
            let rest = said[at..]
                .split_once(key)?
                .1
                .trim_start_matches([':', ' ', '\t']);
            rest.split([',', '\n']).next()?.trim().parse().ok()
        };
        Some((number("\"bytes\"")?, number("\"seconds\"")?))
    };
    lap(server, client, read)
}
