//! `netopt lab run` around programs that are not ours: iperf3, curl and Python find the path that was asked for.
//!
//! Where rooms cannot be made, each test says so and does nothing.

use std::process::{Command, Output};

use serde_json::Value;

use crate::folder::Folder;
use crate::turn;

/// How often a run that the lab spoilt is made again.
const TRIES: usize = 4;

/// Runs netopt with these arguments, again while the run was void; `None` where rooms cannot be made, and where this machine never
/// let the link be on time.
fn lab_run(arguments: &[&str]) -> Option<Output> {
    for _ in 0..TRIES {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netopt"));
        let output = command.args(["lab", "run"]).args(arguments).output();
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() == Some(3) {
            println!("skipped: {told}");
            return None;
        }
        if !told.contains("VOID") {
            assert!(output.status.success(), "{told}");
            return Some(output);
        }
        println!("again: {told}");
    }
    println!("skipped: this machine has no time for a link");
    None
}

#[test]
fn iperf3_reports_the_rate_less_headers_and_the_shortest_round_trip() {
    let _turn = turn();
    // A full line for the rate, one that is a fifth full for the round trip: what iperf3 calls the shortest is the least of its
    // smoothed samples, and a full line has a queue.
    let line = "iperf3 -c $NETOPT_LAB_PEER -J -t 10 -O 2; \
                for i in 1 2 3; do iperf3 -c peer -J -t 2 -b 4M; done";
    let path = ["--rtt", "80ms", "--rate", "20mbit", "--far", "iperf3 -s"];
    let arguments = [&path[..], &["--", "sh", "-c", line]].concat();
    let Some(output) = lab_run(&arguments) else {
        return;
    };
    let reports = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let reports: Vec<Value> = reports.map(Result::unwrap).collect();
    let number =
        |report: usize, pointer| reports[report].pointer(pointer).unwrap().as_f64().unwrap();
    let received = number(0, "/end/sum_received/bits_per_second");
    let shortest = |report| number(report, "/end/streams/0/sender/min_rtt") / 1e3;
    let shortest = (0..4).map(shortest).fold(f64::INFINITY, f64::min);
    println!("iperf3: {received} bit/s, {shortest} ms");
    // 1,448 of 1,500 bytes are payload with time stamps.
    let share = received / (20e6 * 1448.0 / 1500.0);
    assert!((0.95..1.05).contains(&share), "{share}");
    // A full packet is 0.6 ms on the line, and the least of smoothed samples is above the shortest of them.
    assert!((80.0..83.0).contains(&shortest), "{shortest}");
}

#[test]
fn curl_and_python_call_a_python_server_in_two_round_trips() {
    let _turn = turn();
    let folder = Folder::new();
    folder.write("index.html", "hello");
    let client = folder.write("call.py", CALL);
    let directory = client.parent().unwrap().display();
    let far = format!("python3 -m http.server 7007 --directory {directory}");
    let near = format!(
        "for i in 1 2 3; do curl -s -o /dev/null -w '%{{time_connect}} %{{time_total}} ' http://peer:7007/; python3 {}; done",
        client.display()
    );
    let arguments = ["--rtt", "50ms", "--far", &far, "--", "sh", "-c", &near];
    let Some(output) = lab_run(&arguments) else {
        return;
    };
    let told = String::from_utf8(output.stdout).unwrap();
    let times: Vec<f64> = told
        .split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect();
    println!("curl connects and calls, Python calls: {times:?} s");
    assert_eq!(times.len(), 9);
    for (kind, round_trips) in [1.0, 2.0, 2.0].into_iter().enumerate() {
        // The shortest of three: the machine can only add to it.
        let of_kind = times.iter().skip(kind).step_by(3);
        let ratio = of_kind.copied().fold(f64::INFINITY, f64::min) / (0.050 * round_trips);
        assert!((1.0..1.2).contains(&ratio), "{times:?}");
    }
}

/// Prints the seconds of one call on a new connection.
const CALL: &str = r"
import os, time, urllib.request
start = time.monotonic()
with urllib.request.urlopen('http://%s:7007/' % os.environ['NETOPT_LAB_PEER'], timeout=10) as answer:
    assert answer.read() == b'hello'
print(time.monotonic() - start)
";
