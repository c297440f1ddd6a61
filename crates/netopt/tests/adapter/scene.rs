//! What the tests need: a client under some changes, origins, and a peer that keeps what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use netopt::reqwest::apply;
use netopt::{Change, Plan};
use netopt_lab::{Origin, OriginSpec};
use reqwest::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A free port of loopback.
pub(crate) const ANY: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Without the proxy that the environment may name.
pub(crate) fn builder() -> ClientBuilder {
    Client::builder().no_proxy()
}

pub(crate) fn plan(changes: &[Change]) -> Plan {
    changes.iter().copied().collect()
}

pub(crate) fn client(changes: &[Change]) -> Client {
    apply(&plan(changes), builder()).builder.build().unwrap()
}

pub(crate) async fn origin(spec: OriginSpec) -> Origin {
    Origin::start(ANY, spec).await.unwrap()
}

/// One good call, its body read to the end, so that the connection is free again.
pub(crate) async fn call(client: &Client, url: &str) {
    let answer = client.get(url).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.bytes().await.unwrap();
}

/// A peer that gives every request the same bytes for an answer.
pub(crate) struct Peer {
    pub(crate) url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(crate) async fn saying(answer: &'static str) -> Self {
        let listener = TcpListener::bind(ANY).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let heads = Arc::default();
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let kept: Arc<Mutex<Vec<String>>> = Arc::clone(&kept);
                open.spawn(async move {
                    let mut some = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut some).await {
                        let head = String::from_utf8_lossy(&some[..count]).into_owned();
                        kept.lock().unwrap().push(head);
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        Self { url, heads }
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}
