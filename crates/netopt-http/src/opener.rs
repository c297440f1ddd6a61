//! Opens connections to one destination: the pool's manager.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use netopt_core::change::{HttpVersion, Switch};
use netopt_core::exchange::Protocol;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_tcp::{Connector, Stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connection::{Birth, Connection, Driver, Sender};
use crate::destination::Destination;
use crate::error::Error;
use crate::marks::{Marked, Marks};
use crate::recording::Recording;
use crate::tls;

/// A connection that was just used needs a moment until it takes the next call; one that needs longer is given up.
const READY_WITHIN: Duration = Duration::from_millis(100);

/// What all openers of a client share.
pub(crate) struct Tools {
    pub(crate) connector: Connector,
    pub(crate) tls: TlsConnector,
    pub(crate) version: HttpVersion,
    pub(crate) timestamps: Switch,
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
        self.open(&mut Recording::begin()).await
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
    /// Opens a connection and tells `recording` each phase as it begins and ends.
    pub(crate) async fn open(&self, recording: &mut Recording) -> Result<Box<Connection>, Error> {
        let tools = &self.tools;
        let mut connected = tools
            .connector
            .connect_noting(self.to.host(), self.to.port(), |phase, at| {
                recording.enter(phase, at);
            })
            .await?;
        recording.leave(connected.handshake.1);
        if tools.timestamps.is_on() {
            // A kernel without them leaves the calls without stamps, which is what their absence says.
            connected.stream.take_stamps().ok();
        }
        let wire = connected.stream.wire();
        let marks = Arc::new(Marks::default());
        let mut birth = Birth {
            id: tools.opened.fetch_add(1, Ordering::Relaxed) + 1,
            at: connected.handshake.0,
            tls: None,
            opening: connected.opening(),
        };
        let (sender, driver) = if self.to.is_encrypted() {
            let stream = self.secure(connected.stream, recording).await?;
            birth.tls = Some(tls::session(&stream));
            let protocol = self.agreed(&stream)?;
            speak(protocol, Marked::new(stream, Arc::clone(&marks))).await?
        } else {
            let protocol = match tools.version {
                HttpVersion::Http2 => Protocol::Http2,
                HttpVersion::Auto | HttpVersion::Http1 => Protocol::Http1,
            };
            let stream = Marked::new(connected.stream, Arc::clone(&marks));
            speak(protocol, stream).await?
        };
        let connection = Connection::new(sender, wire, marks, birth, driver);
        Ok(Box::new(connection))
    }

    async fn secure(
        &self,
        stream: Stream,
        recording: &mut Recording,
    ) -> Result<TlsStream<Stream>, Error> {
        let bound = self.tools.connector.timeout;
        recording.enter(Phase::Tls, Instant::now());
        let handshake = tls::shake_hands(&self.tools.tls, self.to.host(), stream);
        let stream = timeout(bound, handshake)
            .await
            .map_err(|_| Error::timeout(Phase::Tls, bound))??;
        recording.leave(Instant::now());
        Ok(stream)
    }

    /// The protocol that both sides chose by ALPN.
    fn agreed(&self, stream: &TlsStream<Stream>) -> Result<Protocol, Error> {
        let chosen = stream.get_ref().1.alpn_protocol();
        match (chosen == Some(b"h2"), self.tools.version) {
            (true, _) => Ok(Protocol::Http2),
            (false, HttpVersion::Auto | HttpVersion::Http1) => Ok(Protocol::Http1),
            (false, HttpVersion::Http2) => {
                let message = format!("{} does not offer HTTP/2", self.to);
                Err(Error::new(FailureKind::Protocol, Phase::Tls, message))
            }
        }
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
