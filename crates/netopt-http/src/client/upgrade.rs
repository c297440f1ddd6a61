//! From HTTP/1.1 to another protocol on the same connection: `Upgrade` (RFC 9110 §7.8).
//!
//! What is spoken afterwards is the caller's: it gets the head of the answer and the bytes that follow. The connection is
//! opened for this and never pooled, because after a switch nobody else could use it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use netopt_core::change::HttpVersion;
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_pool::Origin;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::bell::Bell;
use crate::body::Body;
use crate::client::answer::describe;
use crate::client::carrier::{Carrier, Loan};
use crate::client::form::dress;
use crate::client::opener::Opener;
use crate::client::reply::{Bounds, Reply};
use crate::config::Config;
use crate::destination::Destination;
use crate::error::Error;
use crate::proxy::Proxy;
use crate::reach::Tools;
use crate::reach::recording::{Phases as _, Recording};
use crate::tls::TlsError;

/// What became of the request for another protocol.
#[derive(Debug)]
pub enum Upgrade {
    /// The server agreed: its head, with the protocol in the `Upgrade` header, and the bytes that follow.
    Switched(Box<Response<Upgraded>>),
    /// It answered as if nothing had been asked for. The connection closes after the answer.
    Answered(Box<Reply>),
}

/// A connection on which another protocol is spoken. Dropping it closes it.
pub struct Upgraded {
    io: TokioIo<hyper::upgrade::Upgraded>,
    exchange: Exchange,
}

/// Opens connections for upgrades.
pub(crate) struct Upgrades {
    tools: Arc<Tools>,
    proxy: Option<Proxy>,
}

impl Upgrades {
    pub(crate) fn new(config: &Config) -> Result<Self, TlsError> {
        Ok(Self {
            tools: Arc::new(Tools::new(config, HttpVersion::Http1)?),
            proxy: config.proxy.clone(),
        })
    }

    /// Opens a connection, asks on it, and waits for the head of the answer.
    pub(crate) async fn ask(
        &self,
        mut request: Request<Bytes>,
        recording: &mut Recording,
    ) -> Result<(Response<Incoming>, Loan), Error> {
        let Some(to) = Destination::of(request.uri()) else {
            let message = format!("\"{}\" is not an absolute http or https URL", request.uri());
            return Err(Error::new(FailureKind::Other, Phase::Queue, message));
        };
        if !request.headers().contains_key(header::UPGRADE) {
            let message = "a request for an upgrade needs the header upgrade with a protocol";
            return Err(Error::new(FailureKind::Other, Phase::Queue, message));
        }
        let asks = HeaderValue::from_static("upgrade");
        request
            .headers_mut()
            .entry(header::CONNECTION)
            .or_insert(asks);
        let to = to.tunnelled(self.proxy.as_ref());
        let tools = Arc::clone(&self.tools);
        let connection = Opener { tools, to }.open(recording).await?;
        let now = Instant::now();
        recording.leave(now);
        recording.board(&connection.line, Protocol::Http1, Origin::Opened, now);
        let mut loan = Loan::new(Carrier::Own(connection), Origin::Opened);
        let (head, body) = request.into_parts();
        let form = dress(&head, Body::from(body), Protocol::Http1, None, None)?;
        recording.dispatch(Protocol::Http1, now);
        match loan.carry(form).await {
            Ok(response) => {
                recording.answered();
                Ok((response, loan))
            }
            Err(rejected) => Err(Error::engine(rejected.error, recording.phase())),
        }
    }
}

impl Upgrade {
    pub(crate) async fn of(
        (mut response, loan): (Response<Incoming>, Loan),
        mut recording: Box<Recording>,
        bounds: Bounds,
    ) -> Result<Self, Error> {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let reply = Reply::new(response, (loan, Bell::default()), recording, bounds)
                .map_err(|(error, _)| error)?;
            return Ok(Self::Answered(Box::new(reply)));
        }
        let io = hyper::upgrade::on(&mut response).await;
        let io = io.map_err(|error| Error::engine(error, Phase::Receive))?;
        let (head, _) = response.into_parts();
        recording.answer = Some(describe(&head));
        let exchange = recording.finish(Outcome::Answered(head.status.as_u16()));
        let io = TokioIo::new(io);
        let upgraded = Upgraded { io, exchange };
        Ok(Self::Switched(Box::new(Response::from_parts(
            head, upgraded,
        ))))
    }
}

impl Upgraded {
    /// The call that ended with the switch.
    #[must_use]
    pub const fn exchange(&self) -> &Exchange {
        &self.exchange
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded")
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}
