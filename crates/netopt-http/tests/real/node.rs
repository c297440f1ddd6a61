//! Node: a program of a page that serves by its own modules, with interim answers, trailers and large heads.

use std::time::Duration;

use netopt_http::Tls;

use crate::certificate;
use crate::folder::Folder;
use crate::server::{Server, program};
use crate::site::{PAGE, Site, page};

/// Between the pieces of its slow page.
const PAUSE: Duration = Duration::from_millis(60);

/// A running one, and whom to trust. Its ports: HTTP/1.1, the same over TLS, HTTP/2.
pub(crate) async fn node() -> (Server, Tls) {
    let folder = Folder::new();
    folder.write("documents/page", &page());
    folder.write("peer.mjs", include_str!("peer.mjs"));
    let tls = certificate::make(&folder);
    let server = Server::start(folder, 3, |_, ports| {
        let mut command = program("nodejs");
        command.arg("peer.mjs");
        command.args(ports.iter().map(|address| address.port().to_string()));
        command
    });
    (server.await, tls)
}

#[tokio::test]
async fn each_protocol_is_understood() {
    let (server, tls) = node().await;
    for site in Site::all(&server, &tls) {
        site.understood(PAUSE).await;
        site.says("/trailed", Some("7")).await;
        site.refuses_a_large_head().await;
    }
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let (server, tls) = node().await;
    for site in Site::all(&server, &tls) {
        let client = site.client();
        for number in 0..3 {
            let call = site.page(&client, "/hints").await;
            assert_eq!(call.is_reused(), number > 0, "{call:?}");
        }
        site.says("/hints", None).await;
    }
}

#[tokio::test]
async fn a_head_of_fifty_kilobytes_is_read() {
    let (server, tls) = node().await;
    for site in &Site::all(&server, &tls)[..2] {
        let client = site.client();
        let call = site
            .expect(&client, site.request("/large-head"), 200, Some(PAGE))
            .await;
        assert!(call.traffic.received.get() > 50_000, "{call:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_that_it_closes_fails_no_call() {
    let (server, tls) = node().await;
    for site in Site::all(&server, &tls) {
        site.outlives_keep_alive().await;
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let (server, tls) = node().await;
    for site in &Site::all(&server, &tls)[1..] {
        site.resumes().await;
    }
}
