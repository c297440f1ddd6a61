//! Opens connections to one destination: the pool's manager.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use netopt_core::change::HttpVersion;
use netopt_core::exchange::Protocol;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_tcp::Connector;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use crate::connection::{Birth, Connection, Driver, Sender};
use crate::destination::Destination;
use crate::error::Error;
use crate::marks::{Marked, Marks};
use crate::tls;

/// A connection that was just used needs a moment until it takes the next call; one that needs longer is given up.
const READY_WITHIN: Duration = Duration::from_millis(100);

/// What all openers of a client share.
pub(crate) struct Tools {
    pub(crate) connector: Connector,
    pub(crate) tls: TlsConnector,
    pub(crate) version: HttpVersion,
    pub(crate) opened: AtomicU64,
}

/// Opens connections to one destination.
pub(crate) struct Opener {
    pub(crate) tools: Arc<Tools>,
    pub(crate) to: Destination,
}

impl Manager for Opener {
    /// Boxed, so that a guard stays small.
    type Type = Box<Connection>;
    type Error = Error;

    async fn create(&self) -> Result<Box<Connection>, Error> {
        let connected = self
            .tools
            .connector
            .connect(self.to.host(), self.to.port())
            .await?;
        let phases: Vec<_> = connected.phases().collect();
        let wire = connected.stream.wire();
        let birth = Birth {
            id: self.tools.opened.fetch_add(1, Ordering::Relaxed) + 1,
            at: connected.handshake.0,
            phases,
            tls: None,
        };
        let marks = Arc::new(Marks::default());
        if self.to.is_encrypted() {
            self.secure(connected.stream, wire, marks, birth)
                .await
                .map(Box::new)
        } else {
            let protocol = if self.tools.version == HttpVersion::Http2 {
                Protocol::Http2
            } else {
                Protocol::Http1
            };
            let marked = Marked::new(connected.stream, Arc::clone(&marks));
            let (sender, driver) = speak(protocol, marked).await?;
            Ok(Box::new(Connection::new(
                sender, wire, marks, birth, driver,
            )))
        }
    }

    async fn recycle(&self, connection: &mut Box<Connection>, _: &Metrics) -> RecycleResult<Error> {
        let ready = match &mut connection.sender {
            Sender::Http1(sender) => timeout(READY_WITHIN, sender.ready())
                .await
                .is_ok_and(|ready| ready.is_ok()),
            Sender::Http2(sender) => sender.is_ready(),
        };
        if ready && !connection.is_closed() {
            Ok(())
        } else {
            Err(RecycleError::message("closed by the peer"))
        }
    }
}

impl Opener {
    async fn secure(
        &self,
        stream: netopt_tcp::Stream,
        wire: Arc<netopt_tcp::Wire>,
        marks: Arc<Marks>,
        mut birth: Birth,
    ) -> Result<Connection, Error> {
        let bound = self.tools.connector.timeout;
        let begun = Instant::now();
        let stream = timeout(
            bound,
            tls::shake_hands(&self.tools.tls, self.to.host(), stream),
        )
        .await
        .map_err(|_| Error::timeout(Phase::Tls, bound))??;
        birth.phases.push((Phase::Tls, begun, Instant::now()));
        birth.tls = Some(tls::session(&stream));
        let agreed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        if self.tools.version == HttpVersion::Http2 && !agreed {
            let message = format!("{} does not offer HTTP/2", self.to);
            return Err(Error::new(FailureKind::Protocol, Phase::Tls, message));
        }
        let protocol = if agreed {
            Protocol::Http2
        } else {
            Protocol::Http1
        };
        let (sender, driver) = speak(protocol, Marked::new(stream, Arc::clone(&marks))).await?;
        Ok(Connection::new(sender, wire, marks, birth, driver))
    }
}

/// Hands the stream to the engine and spawns its driver.
async fn speak<S>(protocol: Protocol, stream: Marked<S>) -> Result<(Sender, Driver), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = TokioIo::new(stream);
    let failed = |error| Error::engine(error, Phase::Wait);
    // What ends a driver is told to the call that it carries, so its own result is not looked at.
    if protocol == Protocol::Http2 {
        let (sender, driver) = http2::handshake(TokioExecutor::new(), stream)
            .await
            .map_err(failed)?;
        let task = tokio::spawn(async move { drop(driver.await) });
        Ok((Sender::Http2(sender), Driver(task)))
    } else {
        let (sender, driver) = http1::handshake(stream).await.map_err(failed)?;
        let task = tokio::spawn(async move { drop(driver.await) });
        Ok((Sender::Http1(sender), Driver(task)))
    }
}
