//! `netopt probe --sockets` and `--pid` on connections that this test holds, each with one known fault.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::command::{Ended, Running, netopt, netopt_in, until};

/// A listener with a client and its other end.
struct Pair {
    client: TcpStream,
    server: TcpStream,
}

impl Pair {
    fn new(host: &str) -> Self {
        let listener = TcpListener::bind(host).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = listener.accept().unwrap().0;
        Self { client, server }
    }

    /// Writes until nothing more goes in; nobody reads.
    fn fill(&mut self) {
        self.client.set_nonblocking(true).unwrap();
        while self.client.write(&[7; 65_536]).is_ok() {}
    }

    fn port(&self) -> String {
        self.client.peer_addr().unwrap().port().to_string()
    }
}

/// The document, after it was held against its published schema.
fn valid(ended: &Ended) -> Value {
    let schema = include_str!("../../../../docs/schemas/sockets.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = ended.document();
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{document:#}");
    document
}

/// The connection whose own end is that.
fn at(document: &Value, local: SocketAddr) -> Value {
    let connections = document["connections"].as_array().unwrap();
    let local = local.to_string();
    let found = connections.iter().find(|one| one["local"] == local);
    assert!(found.is_some(), "{local} is not in {document:#}");
    found.cloned().unwrap()
}

fn own_pid() -> String {
    std::process::id().to_string()
}

async fn watched(pair: &Pair) -> Value {
    let ended = netopt(&[
        "probe",
        "--pid",
        &own_pid(),
        "--port",
        &pair.port(),
        "--for",
        "600ms",
        "--json",
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    valid(&ended)
}

#[tokio::test]
async fn a_program_that_does_not_read_is_found_at_both_ends() {
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let mut pair = Pair::new(host);
        pair.fill();
        let document = watched(&pair).await;
        let deaf = at(&document, pair.server.local_addr().unwrap());
        assert_eq!(deaf["held_by"], "unread", "{deaf:#}");
        assert!(
            deaf["standing_receive_queue_bytes"].as_u64() > Some(0),
            "{deaf:#}"
        );
        let held = at(&document, pair.client.local_addr().unwrap());
        assert_eq!(held["held_by"], "closed_window", "{held:#}");
        assert!(
            held["shares"]["peer_window"].as_f64() > Some(0.9),
            "{held:#}"
        );
        // Both ends are here, so the fault is told once, where it is.
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("the program read nothing"), "{message}");
        assert_eq!(findings[0]["process"]["pid"], std::process::id());
    }
}

#[tokio::test]
async fn a_small_window_is_not_the_network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    socket_buffer(&listener, 8_192);
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    let pair = Pair { client, server };
    let (mut writer, mut reader) = (
        pair.client.try_clone().unwrap(),
        pair.server.try_clone().unwrap(),
    );
    let writing = thread::spawn(move || while writer.write_all(&[7; 65_536]).is_ok() {});
    // It reads all that comes, as fast as it can, a window at a time.
    let reading = thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    // On a busy machine the two of them may not get to run for most of a watch.
    let mut document = watched(&pair).await;
    let from = pair.client.local_addr().unwrap();
    for _ in 0..5 {
        if at(&document, from)["held_by"] == "peer_window" {
            break;
        }
        document = watched(&pair).await;
    }
    let sender = at(&document, from);
    pair.client.shutdown(std::net::Shutdown::Both).unwrap();
    pair.server.shutdown(std::net::Shutdown::Both).unwrap();
    writing.join().unwrap();
    reading.join().unwrap().ok();
    let shares = &sender["shares"];
    let window = shares["peer_window"].as_f64().unwrap();
    // BBR's pacing hides more than half of it from the kernel's clock.
    assert!(window > 0.1, "{sender:#}");
    assert_eq!(sender["held_by"], "peer_window", "{sender:#}");
    assert!(
        sender["peer_window_bytes"].as_u64() < Some(20_000),
        "{sender:#}"
    );
    assert!(sender["acked_bytes"].as_u64() > Some(0), "{sender:#}");
}

fn socket_buffer(listener: &TcpListener, bytes: usize) {
    socket2::SockRef::from(listener)
        .set_recv_buffer_size(bytes)
        .unwrap();
}

#[tokio::test]
async fn what_the_peer_closed_and_the_program_did_not_is_told() {
    let Pair { client, server } = Pair::new("127.0.0.1:0");
    let port = server.local_addr().unwrap().port().to_string();
    drop(client);
    let ended = netopt(&[
        "probe",
        "--pid",
        &own_pid(),
        "--port",
        &port,
        "--for",
        "500ms",
        "--json",
    ])
    .await;
    let document = valid(&ended);
    let left = at(&document, server.local_addr().unwrap());
    assert_eq!(
        (&left["state"], &left["held_by"]),
        (&"close-wait".into(), &"not_closed".into())
    );
}

/// What `ss` says of the connection to that port, as words; `None` where it is not installed.
fn ss(port: &str) -> Option<Vec<String>> {
    let filter = format!("( dport = :{port} )");
    let told = Command::new("ss").args(["-tinHO", &filter]).output().ok()?;
    let told = String::from_utf8(told.stdout).unwrap();
    Some(told.split_whitespace().map(str::to_owned).collect())
}

#[tokio::test]
async fn the_figures_are_those_of_ss() {
    let mut pair = Pair::new("127.0.0.1:0");
    pair.fill();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // A moment lies between the two, in which a timer may run out; so both are asked until they agree.
    for _ in 0..5 {
        let document = watched(&pair).await;
        let Some(words) = ss(&pair.port()) else {
            eprintln!("skipped: ss is not installed");
            return;
        };
        let one = at(&document, pair.client.local_addr().unwrap());
        let control = one["congestion_control"].as_str().unwrap().to_owned();
        ours = vec![
            one["send_queue_bytes"].to_string(),
            control.clone(),
            format!("cwnd:{}", one["cwnd_segments"]),
            format!("mss:{}", one["mss_bytes"]),
            format!("notsent:{}", one["unsent_bytes"]),
        ];
        theirs = ours.clone();
        theirs.retain(|word| words.contains(word));
        if theirs == ours {
            return;
        }
    }
    assert_eq!(theirs, ours, "what both say, and what netopt says");
}

#[tokio::test]
async fn the_report_fits_and_says_who() {
    let mut pair = Pair::new("127.0.0.1:0");
    pair.fill();
    for columns in ["30", "80", "110"] {
        let args = [
            "probe",
            "--pid",
            &own_pid(),
            "--port",
            &pair.port(),
            "--for",
            "300ms",
        ];
        let ended = netopt_in(&args, &[("COLUMNS", columns)]).await;
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(0), ""),
            "{ended:?}"
        );
        let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= columns.parse().ok(), "{}", ended.stdout);
        let text = ended
            .stdout
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for part in [
            &own_pid(),
            "not read",
            "window closed",
            "2 connections of process",
        ] {
            assert!(text.contains(part), "{part}\n{}", ended.stdout);
        }
    }
}

#[tokio::test]
async fn all_sockets_of_the_machine_are_watched() {
    let mut pair = Pair::new("127.0.0.1:0");
    pair.fill();
    let ended = netopt(&["probe", "--sockets", "--for", "300ms", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(
        (&document["process"], &document["port"]),
        (&Value::Null, &Value::Null)
    );
    let ours = at(&document, pair.client.local_addr().unwrap());
    assert_eq!(ours["process"]["pid"], std::process::id());
    assert_eq!(ours["peer_process"]["pid"], std::process::id());
}

#[tokio::test]
async fn who_may_not_see_a_program_is_told_so() {
    use std::os::unix::process::CommandExt as _;
    let pair = Pair::new("127.0.0.1:0");
    let mut command = Command::new(env!("CARGO_BIN_EXE_netopt"));
    command.args([
        "probe",
        "--sockets",
        "--port",
        &pair.port(),
        "--for",
        "200ms",
    ]);
    let ended = command
        .uid(65_534)
        .gid(65_534)
        .stdin(Stdio::null())
        .output();
    let Ok(ended) = ended else {
        eprintln!("skipped: only root can become another user, who must reach the binary");
        return;
    };
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(
        text.contains("the programs of 2 connections may not be seen"),
        "{text}"
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_netopt"));
    command
        .args(["probe", "--pid", &own_pid()])
        .uid(65_534)
        .gid(65_534);
    let ended = command.output().unwrap();
    let line = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{line}");
    assert!(line.contains("hidden from this user"), "{line}");
}

#[tokio::test]
async fn ctrl_c_shows_what_is_known() {
    let pair = Pair::new("127.0.0.1:0");
    let running = Running::start(&[
        "probe",
        "--pid",
        &own_pid(),
        "--port",
        &pair.port(),
        "--for",
        "60s",
        "--json",
    ]);
    // The handler is set right before the first look, and nothing can come between the two.
    until(|| catches_interrupts(running.id())).await;
    let ended = running.stop("INT").await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.line().contains("interrupted"), "{ended:?}");
    let document = valid(&ended);
    assert_eq!(document["complete"], false);
    assert_eq!(document["connections"].as_array().unwrap().len(), 2);
}

/// Whether the process has a handler for SIGINT, the second bit of the mask.
fn catches_interrupts(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 2 != 0)
}

#[tokio::test]
async fn bad_usage_is_one_line_with_advice() {
    let ended = netopt(&["probe", "--pid", "4194304"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.line().contains("there is no process 4194304"),
        "{ended:?}"
    );
    for args in [
        vec!["probe", "--sockets", "--pid", "1"],
        vec!["probe", "--sockets", "http://127.0.0.1/"],
        vec!["probe", "http://127.0.0.1/", "--for", "2s"],
        vec!["probe", "--sockets", "-n", "3"],
        vec!["probe", "--pid", "-1"],
        vec!["probe"],
    ] {
        let ended = netopt(&args).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{args:?}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn a_process_without_connections_is_nothing_to_measure() {
    let mut sleeper = Command::new("sleep").arg("30").spawn().unwrap();
    let ended = netopt(&[
        "probe",
        "--pid",
        &sleeper.id().to_string(),
        "--for",
        "100ms",
    ])
    .await;
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.line().contains("(sleep) has no TCP connection"),
        "{ended:?}"
    );
}
