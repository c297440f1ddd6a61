//! WebSocket echo (RFC 6455): every message goes back after its time, in one frame of the same kind.
//!
//! tungstenite speaks the protocol: it checks the handshake, answers pings and closes in order. A ping that comes while a
//! message is worked on is answered after that message. What it leaves alone: paths, subprotocols and extensions, which
//! no client is refused and none is granted.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::socket::StyledSocket;
use crate::tls;
use crate::traffic::Meter;
use crate::work::Work;

/// The largest message and frame, in bytes; a larger one ends the connection.
pub const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// A client that has not asked for an upgrade by then never will.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves one connection in clear text.
pub(super) async fn serve(socket: StyledSocket, work: Arc<Work>) -> io::Result<()> {
    let meter = socket.meter();
    echo(socket, &meter, &work).await
}

/// Serves one connection over TLS.
pub(super) async fn serve_tls(
    socket: StyledSocket,
    acceptor: TlsAcceptor,
    work: Arc<Work>,
) -> io::Result<()> {
    let meter = socket.meter();
    match tls::accept(&acceptor, socket).await {
        Some(stream) => echo(stream, &meter, &work).await,
        None => Ok(()),
    }
}

async fn echo<T>(io: T, meter: &Meter, work: &Work) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let handshake = accept_async_with_config(io, Some(config));
    let mut socket = tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake)
        .await?
        .map_err(io::Error::other)?;
    while let Some(message) = socket.next().await {
        let message = message.map_err(io::Error::other)?;
        if message.is_text() || message.is_binary() {
            meter.message();
            work.spend(work.draw().time).await;
            socket.send(message).await.map_err(io::Error::other)?;
        } else {
            // Pongs, and the answer to a close, are queued by what was read.
            socket.flush().await.map_err(io::Error::other)?;
        }
    }
    Ok(())
}
