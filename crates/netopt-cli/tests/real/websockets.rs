//! WebSocket servers by Python's `websockets`, as Debian ships it: echoes in clear text and over TLS, slow ones, servers that
//! say other things or leave, and one that wants no visitors.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::folder::Folder;
use crate::netopt::{Run, number, probe};
use crate::nginx::certificate::{self, Usage};
use crate::process::{Server, Signal};
use crate::turn;

/// The Python that the module is installed for, whichever other one comes first on the search path.
const PYTHON: &str = "/usr/bin/python3";

/// Serves on a free port of loopback what its first argument names, over TLS with the second and third; says where.
const SCRIPT: &str = r#"
import asyncio, http, ssl, sys
import websockets

async def echo(socket, *_):
    async for message in socket:
        await socket.send(message)

async def slow(socket, *_):
    async for message in socket:
        await asyncio.sleep(0.03)
        await socket.send(message)

async def binary(socket, *_):
    await socket.send("welcome")
    async for message in socket:
        await socket.send(message.encode())

async def deaf(socket, *_):
    async for message in socket:
        await socket.send("a tick of my own")

async def picky(socket, *_):
    async for message in socket:
        await socket.close(1003, "only binary here")

async def once(socket, *_):
    await socket.send(await socket.recv())

async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    handler = globals()[sys.argv[1]]
    async with websockets.serve(handler, "127.0.0.1", 0, ssl=context) as server:
        print(list(server.sockets)[0].getsockname()[1], flush=True)
        await asyncio.Future()

asyncio.run(main())
"#;

/// What it is spoken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    Clear,
    Tls,
}

struct Sockets {
    _server: Server,
    folder: Folder,
    url: String,
    cover: Cover,
}

impl Sockets {
    fn start(handler: &str, cover: Cover) -> Self {
        let folder = Folder::new();
        let script = folder.write("server.py", SCRIPT);
        let mut command = Command::new(PYTHON);
        command.arg(script).arg(handler);
        if cover == Cover::Tls {
            certificate::make(&folder, Usage::Server);
            command
                .arg(folder.path(certificate::FILE))
                .arg(folder.path(certificate::KEY));
        }
        let mut server = Server::start(&mut command);
        let line = server.first_line();
        let Ok(port) = line.trim().parse::<u16>() else {
            panic!("{:?}", server.end(Signal::Kill));
        };
        let scheme = match cover {
            Cover::Clear => "ws",
            Cover::Tls => "wss",
        };
        Self {
            _server: server,
            folder,
            url: format!("{scheme}://127.0.0.1:{port}/chat?room=1"),
            cover,
        }
    }

    fn probe(&self, more: &[&str]) -> Run {
        let trusted: Option<PathBuf> =
            (self.cover == Cover::Tls).then(|| self.folder.path(certificate::FILE));
        probe(&self.url, trusted.as_deref(), more)
    }
}

fn phases<'a>(document: &'a Value, kind: &str) -> Vec<&'a str> {
    let phases = document[kind]["phases"].as_array().unwrap();
    phases
        .iter()
        .map(|phase| phase["phase"].as_str().unwrap())
        .filter(|phase| *phase != "queue")
        .collect()
}

#[test]
fn an_echo_is_timed_from_lookup_to_message() {
    let _turn = turn();
    for cover in [Cover::Clear, Cover::Tls] {
        let is_tls = cover == Cover::Tls;
        let sockets = Sockets::start("echo", cover);
        for size in ["20B", "172B", "60kB"] {
            let document = sockets.probe(&["-n", "5", "--size", size]).document();
            let mut opening = vec!["connect"];
            opening.extend(is_tls.then_some("tls"));
            opening.extend(["upgrade", "send", "wait", "receive"]);
            assert_eq!(phases(&document, "new"), opening, "{document:#}");
            assert_eq!(phases(&document, "kept"), ["send", "wait", "receive"]);
            for kind in ["new", "kept"] {
                assert_eq!(document[kind]["total"]["n"], 5, "{size}: {document:#}");
                assert_eq!(
                    document[kind]["errors"],
                    Value::Object(serde_json::Map::new())
                );
            }
            assert_eq!(document["messages"]["asked"], "echo");
            assert_eq!(document["messages"]["unasked"], 0);
            let connection = &document["connection"];
            assert_eq!(connection["protocol"], "websocket");
            assert_eq!(connection["tls_version"].is_string(), is_tls);
            assert_eq!(connection["reuse_ratio"], 1.0);
        }
    }
}

#[test]
fn a_slow_program_is_the_servers_time() {
    let _turn = turn();
    let document = Sockets::start("slow", Cover::Clear)
        .probe(&["-n", "5"])
        .document();
    let wait = document["kept"]["phases"].as_array().unwrap();
    let wait = wait.iter().find(|phase| phase["phase"] == "wait").unwrap();
    // The clock of a sleep in Python may be a bit early.
    assert!(wait["p50_ms"].as_f64().unwrap() > 29.0, "{document:#}");
    let finding = document["finding"].as_str().unwrap();
    assert!(finding.starts_with("the server takes"), "{finding}");
    assert!(
        finding.contains("of a message on a kept connection"),
        "{finding}"
    );
}

#[test]
fn bytes_instead_of_text_are_an_echo_and_a_greeting_is_none() {
    let _turn = turn();
    let document = Sockets::start("binary", Cover::Clear)
        .probe(&["-n", "3"])
        .document();
    assert_eq!(document["messages"]["asked"], "echo", "{document:#}");
    // Each of the first three on a connection of its own, the kept ones on one.
    assert_eq!(document["messages"]["unasked"], 4);
}

#[test]
fn who_does_not_echo_is_asked_by_pings_and_the_report_says_why() {
    let _turn = turn();
    for (handler, reason, unasked) in [
        (
            "deaf",
            "the message did not come back within 1.00 s, but 1 other message came",
            1,
        ),
        (
            "picky",
            "the peer closed with code 1003: \"only binary here\"",
            0,
        ),
    ] {
        let sockets = Sockets::start(handler, Cover::Clear);
        let document = sockets.probe(&["-n", "4"]).document();
        let messages = &document["messages"];
        assert_eq!(messages["asked"], "ping", "{document:#}");
        assert_eq!(messages["no_echo"], reason);
        assert_eq!(
            (&messages["size_bytes"], &messages["unasked"]),
            (&125.into(), &unasked.into())
        );
        for kind in ["new", "kept"] {
            assert_eq!(document[kind]["total"]["n"], 4, "{document:#}");
        }
        assert!(number(&document, "/kept/total/p50_ms") > 0.0);
    }
}

#[test]
fn a_server_that_leaves_after_each_message_keeps_no_connection() {
    let _turn = turn();
    let document = Sockets::start("once", Cover::Clear)
        .probe(&["-n", "4"])
        .document();
    assert_eq!(document["new"]["total"]["n"], 4, "{document:#}");
    let errors = &document["kept"]["errors"];
    let early = errors["closed_early"]["n"].as_u64().unwrap_or_default()
        + errors["reset"]["n"].as_u64().unwrap_or_default();
    assert!(early > 0, "{document:#}");
    let finding = document["finding"].as_str().unwrap();
    assert!(finding.contains("did not succeed"), "{finding}");
}

#[test]
fn a_server_of_http_is_no_websocket_server_and_the_line_says_so() {
    let _turn = turn();
    let nginx = crate::nginx::Nginx::start(crate::nginx::Setup::default());
    let url = nginx.url("small.txt").replace("http", "ws");
    let run = probe(&url, None, &[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let part = "answered with status 200 instead of agreeing to WebSocket (101) (upgrade, peer; 3 of 3 calls)";
    assert!(run.stderr.contains(part), "{}", run.stderr);
}
