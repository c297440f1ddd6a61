//! HAProxy in front of Node: what passes through it, by HTTP/1.1 and HTTP/2.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_http::Tls;

use crate::certificate;
use crate::folder::Folder;
use crate::node::node;
use crate::server::{Server, program};
use crate::site::Site;

const PAUSE: Duration = Duration::from_millis(60);

/// A running one with the server behind it, and whom to trust. Its ports: HTTP/1.1, the same over TLS, HTTP/2.
async fn haproxy() -> (Server, Server, Tls) {
    let (behind, _) = node().await;
    let to = behind.ports[0];
    let folder = Folder::new();
    let tls = certificate::make(&folder);
    let server = Server::start(folder, 3, move |folder, ports| {
        folder.write("haproxy.cfg", &configuration(ports, to));
        let mut command = program("haproxy");
        command.args(["-db", "-f", "haproxy.cfg"]);
        command
    });
    (server.await, behind, tls)
}

fn configuration(ports: &[SocketAddr], to: SocketAddr) -> String {
    let [clear, tls, http2] = ports else {
        panic!("three ports")
    };
    let both = certificate::BOTH;
    format!(
        "global
    maxconn 200
    tune.ssl.default-dh-param 2048
defaults
    mode http
    option http-no-delay
    timeout connect 5s
    timeout client 1s
    timeout server 10s
    timeout http-keep-alive 1s
frontend near
    bind {clear}
    bind {tls} ssl crt {both} alpn http/1.1
    bind {http2} ssl crt {both} alpn h2,http/1.1
    default_backend far
backend far
    server node {to}
"
    )
}

#[tokio::test]
async fn each_protocol_is_understood() {
    let (server, _behind, tls) = haproxy().await;
    for site in Site::all(&server, &tls) {
        site.understood(PAUSE).await;
        site.says("/trailed", Some("7")).await;
        site.says("/hints", None).await;
        site.refuses_a_large_head().await;
    }
}

#[tokio::test]
async fn an_idle_connection_that_it_closes_fails_no_call() {
    let (server, _behind, tls) = haproxy().await;
    for site in Site::all(&server, &tls) {
        site.outlives_keep_alive().await;
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let (server, _behind, tls) = haproxy().await;
    for site in &Site::all(&server, &tls)[1..] {
        site.resumes().await;
    }
}
