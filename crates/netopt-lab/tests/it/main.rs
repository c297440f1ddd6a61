//! The lab seen from outside: clients on real sockets, ratios and orderings instead of milliseconds.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod cache;
mod client;
mod dns;
mod failure;
mod handshake;
mod keep_alive;
mod link;
mod origin;
mod overload;
mod protocol;
mod raw;
mod server;
mod socket;
mod web_socket;
mod world;

use std::net::SocketAddr;

/// Any free port of loopback.
pub(crate) fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Whether the port refuses connections, now or soon: an aborted task is dropped when the runtime comes to it.
pub(crate) async fn refuses(address: SocketAddr) -> bool {
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    false
}
