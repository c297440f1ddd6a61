//! Python: aiohttp, and the `http.server` that everybody starts by hand, which speaks HTTP/1.0 and closes.

use std::time::Duration;

use netopt_http::Tls;

use crate::certificate;
use crate::folder::Folder;
use crate::server::{Server, program};
use crate::site::{PAGE, Site, page};

const PAUSE: Duration = Duration::from_millis(60);
/// The Python that Debian's modules are for.
const PYTHON: &str = "/usr/bin/python3";

/// A running aiohttp, and whom to trust. Its ports: HTTP/1.1, and the same over TLS.
async fn aiohttp() -> (Server, Tls) {
    let folder = Folder::new();
    folder.write("documents/page", &page());
    folder.write("peer.py", include_str!("peer.py"));
    let tls = certificate::make(&folder);
    let server = Server::start(folder, 2, |_, ports| {
        let mut command = program(PYTHON);
        command.arg("peer.py");
        command.args(ports.iter().map(|address| address.port().to_string()));
        command
    });
    (server.await, tls)
}

fn sites(server: &Server, tls: &Tls) -> [Site; 2] {
    [
        Site::clear(server.ports[0]),
        Site::tls(server.ports[1], tls),
    ]
}

#[tokio::test]
async fn each_protocol_is_understood() {
    let (server, tls) = aiohttp().await;
    for site in sites(&server, &tls) {
        site.understood(PAUSE).await;
        site.refuses_a_large_head().await;
        let client = site.client();
        site.page(&client, "/large-head").await;
    }
}

#[tokio::test]
async fn an_idle_connection_that_it_closes_fails_no_call() {
    let (server, tls) = aiohttp().await;
    for site in sites(&server, &tls) {
        site.outlives_keep_alive().await;
    }
}

#[tokio::test]
async fn a_server_that_closes_after_each_answer_is_called_anew() {
    let folder = Folder::new();
    folder.write("page", &page());
    let server = Server::start(folder, 1, |_, ports| {
        let mut command = program(PYTHON);
        command.args(["-m", "http.server", "--bind", "127.0.0.1"]);
        command.arg(ports[0].port().to_string());
        command
    });
    let server = server.await;
    let site = Site::clear(server.ports[0]);
    let client = site.client();
    for _ in 0..3 {
        let call = site
            .expect(&client, site.request("/page"), 200, Some(PAGE))
            .await;
        assert!(!call.is_reused(), "{call:?}");
        assert!(call.answer.unwrap().closes);
    }
    site.says("/page", None).await;
}
