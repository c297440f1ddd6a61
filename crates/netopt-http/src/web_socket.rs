//! WebSocket (RFC 6455) as calls: a connection is opened, and one question after the other is asked on it, each an
//! [`Exchange`]. The first one tells the opening as well.
//!
//! A question is a message that the server is to send back, or a ping, which the protocol obliges every server to answer.
//! tungstenite speaks the protocol; connecting, TLS and the marks of each call are those of the HTTP client, so the
//! phases mean the same: of a question `send`, `wait` and `receive`, of an opening before them `dns`, `connect`, `tls` and
//! `upgrade`. What it leaves alone: subprotocols and extensions, of which it asks for none, and which question is worth
//! asking.

mod error;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::outcome::Outcome;
use netopt_core::phase::Phase;
use netopt_core::target::Target;
use netopt_pool::Origin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::header::USER_AGENT;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::agent::AGENT;
use crate::config::Config;
use crate::deadline::Deadline;
use crate::destination::Destination;
use crate::error::Error;
use crate::proxy::Proxy;
use crate::reach::line::Line;
use crate::reach::marks::Marked;
use crate::reach::recording::{Phases as _, Recording};
use crate::reach::{Reached, Tools, reach};
use crate::tls::TlsError;
pub use socket::{MAX_MESSAGE, MAX_PING, Question, WebSocket};

/// Opens WebSocket connections.
pub struct WebSockets {
    tools: Tools,
    proxy: Option<Proxy>,
}

/// The protocol over a stream that sets marks, encrypted or not.
type Socket = WebSocketStream<Marked<Box<dyn Io>>>;

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

impl WebSockets {
    /// Nothing is opened yet. Of `config` count connector, proxy, TLS and timestamps; over TLS, HTTP/1.1 is asked for, which is
    /// what the handshake of RFC 6455 is spoken in.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, TlsError> {
        Ok(Self {
            tools: Tools::new(config, HttpVersion::Http1)?,
            proxy: config.proxy.clone(),
        })
    }

    /// Opens a connection to a `ws` or `wss` target within `bound`. What that took is told by the exchange of the first
    /// question on it.
    ///
    /// Cancel safe: dropping the future closes the connection.
    ///
    /// # Errors
    /// The exchange of an opening that failed: it has its phases, and its failure says which one it was and why.
    pub async fn open(&self, target: &Target, bound: Duration) -> Result<WebSocket, Box<Exchange>> {
        let mut recording = Recording::begin();
        let deadline = Deadline::within(recording.begun(), bound).at;
        let agreed = timeout_at(deadline, self.agree(target, &mut recording)).await;
        let error = match agreed {
            Ok(Ok((socket, line))) => {
                let now = Instant::now();
                recording.board(&line, Protocol::WebSocket, Origin::Opened, now);
                return Ok(WebSocket::new(socket, line, recording));
            }
            Ok(Err(error)) => error,
            Err(_elapsed) => Error::timeout(recording.phase(), bound),
        };
        let outcome = Outcome::Failed(error.failure().clone());
        Err(Box::new(recording.finish(outcome)))
    }

    /// A connection on which both sides speak WebSocket.
    async fn agree(
        &self,
        target: &Target,
        recording: &mut Recording,
    ) -> Result<(Socket, Arc<Line>), Error> {
        let to = Destination::of_target(target).through(self.proxy.as_ref(), HttpVersion::Http1)?;
        let (reached, line) = reach(&self.tools, &to, recording).await?;
        let io: Box<dyn Io> = match reached {
            Reached::Clear(stream) => Box::new(stream),
            Reached::Encrypted(stream) => stream,
        };
        let stream = Marked::new(io, Arc::clone(&line.marks));
        recording.enter(Phase::Upgrade, Instant::now());
        let failed = |cause| error::explain(cause, Phase::Upgrade);
        let mut request = target.to_string().into_client_request().map_err(failed)?;
        request.headers_mut().insert(USER_AGENT, AGENT);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let (socket, _) = client_async_with_config(request, stream, Some(limits))
            .await
            .map_err(failed)?;
        recording.leave(Instant::now());
        Ok((socket, line))
    }
}

impl std::fmt::Debug for WebSockets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebSockets").finish_non_exhaustive()
    }
}
