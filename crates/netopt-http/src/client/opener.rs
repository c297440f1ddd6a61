//! Opens connections to one destination: the pool's manager.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use netopt_core::change::HttpVersion;
use netopt_core::exchange::Protocol;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_tcp::Stream;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::client::connection::{Connection, Driver, Sender};
use crate::client::streams::Streams;
use crate::destination::Destination;
use crate::error::Error;
use crate::http2::Http2;
use crate::reach::marks::Marked;
use crate::reach::recording::{Phases, Recording};
use crate::reach::{Reached, Tools, reach};

/// A connection that was just used needs a moment until it takes the next call; one that needs longer is given up.
const READY_WITHIN: Duration = Duration::from_millis(100);

/// Opens connections to one destination.
#[derive(Clone)]
pub(crate) struct Opener {
    pub(crate) tools: Arc<Tools>,
    pub(crate) to: Destination,
}

impl Manager for Opener {
    /// Boxed, so that a guard stays small.
    type Type = Box<Connection>;
    type Error = Error;

    async fn create(&self) -> Result<Box<Connection>, Error> {
        self.open(&mut *Recording::begin()).await
    }

    async fn recycle(&self, connection: &mut Box<Connection>, _: &Metrics) -> RecycleResult<Error> {
        let ready = match &mut connection.sender {
            Sender::Http1(sender) => {
                // Nearly always it is, and then it needs no timer.
                sender.is_ready()
                    || timeout(READY_WITHIN, sender.ready())
                        .await
                        .is_ok_and(|ready| ready.is_ok())
            }
            Sender::Http2(sender, _) => sender.is_ready(),
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
    pub(crate) async fn open(&self, recording: &mut impl Phases) -> Result<Box<Connection>, Error> {
        let (reached, line) = reach(&self.tools, &self.to, recording).await?;
        let marks = Arc::clone(&line.marks);
        let (sender, driver) = match reached {
            Reached::Encrypted(stream) => {
                let protocol = self.agreed(&stream)?;
                speak(protocol, self.tools.http2, Marked::new(stream, marks)).await?
            }
            Reached::Clear(stream) => {
                let protocol = match self.tools.version {
                    HttpVersion::Http2 => Protocol::Http2,
                    HttpVersion::Auto | HttpVersion::Http1 => Protocol::Http1,
                };
                speak(
                    protocol,
                    self.tools.http2,
                    Marked::unbuffered(stream, marks),
                )
                .await?
            }
        };
        Ok(Box::new(Connection::new(sender, line, driver)))
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
async fn speak<S>(
    protocol: Protocol,
    config: Http2,
    stream: Marked<S>,
) -> Result<(Sender, Driver), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = TokioIo::new(stream);
    let failed = |error| Error::engine(error, Phase::Wait);
    // What ends a driver is told to the call that it carries, so its own result is not looked at.
    if protocol == Protocol::Http2 {
        let (sender, driver) = config.engine().handshake(stream).await.map_err(failed)?;
        let streams = Streams::unbounded();
        let task = tokio::spawn(streams.clone().drive(driver));
        Ok((Sender::Http2(sender, streams), Driver(task)))
    } else {
        let (sender, driver) = http1::handshake(stream).await.map_err(failed)?;
        let task = tokio::spawn(async move { drop(driver.with_upgrades().await) });
        Ok((Sender::Http1(sender), Driver(task)))
    }
}
