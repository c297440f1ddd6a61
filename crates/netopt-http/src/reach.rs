//! From a destination to a stream that something can be spoken on: lookup, race, the tunnel of a proxy, TLS. Each phase is told
//! as it begins and ends.
//!
//! What it leaves alone: what is spoken.

mod interim;
pub(crate) mod line;
pub(crate) mod marks;
pub(crate) mod recording;
mod tunnel;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::phase::Phase;
use netopt_tcp::{Connector, Stream};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::Config;
use crate::destination::Destination;
use crate::error::Error;
use crate::http2::Http2;
use crate::reach::line::{Birth, Line};
use crate::reach::recording::Phases;
use crate::tls::{self, TlsError};

/// What all who open connections for a client share.
pub(crate) struct Tools {
    pub(crate) connector: Connector,
    pub(crate) tls: TlsConnector,
    pub(crate) version: HttpVersion,
    pub(crate) http2: Http2,
    timestamps: Switch,
    audited: Switch,
    opened: AtomicU64,
}

impl Tools {
    /// As `config` says, but for the version of HTTP that TLS is to agree on.
    pub(crate) fn new(config: &Config, version: HttpVersion) -> Result<Self, TlsError> {
        Ok(Self {
            connector: config.connector.clone(),
            tls: config.tls.connector(version)?,
            version,
            http2: config.http2,
            timestamps: config.timestamps,
            audited: config.audited,
            opened: AtomicU64::new(0),
        })
    }
}

/// A stream to a destination.
pub(crate) enum Reached {
    Clear(Stream),
    /// Boxed, because a TLS session is large.
    Encrypted(Box<TlsStream<Stream>>),
}

/// Connects to `to`, through a proxy if it leads through one, with a TLS handshake where the destination asks for one.
pub(crate) async fn reach(
    tools: &Tools,
    to: &Destination,
    recording: &mut impl Phases,
) -> Result<(Reached, Arc<Line>), Error> {
    let (host, port) = to.first();
    let mut connected = tools
        .connector
        .connect_noting(host, port, |phase, at| recording.enter(phase, at))
        .await
        .map_err(|error| to_first(to, error))?;
    recording.leave(connected.handshake.1);
    if tools.timestamps.is_on() {
        // A kernel without them leaves the calls without stamps, which is what their absence says.
        connected.stream.take_stamps().ok();
    }
    let birth = Birth {
        id: tools.opened.fetch_add(1, Ordering::Relaxed) + 1,
        at: connected.handshake.0,
        tls: None,
        opening: connected.opening(),
    };
    let mut line = Line::new(connected.stream.wire(), birth, tools.audited);
    let mut stream = connected.stream;
    if let Some(proxy) = to.tunnel() {
        recording.enter(Phase::Proxy, Instant::now());
        stream = tunnel::dig(proxy, to, stream, tools.connector.timeout).await?;
        recording.leave(Instant::now());
    }
    if !to.is_encrypted() {
        return Ok((Reached::Clear(stream), Arc::new(line)));
    }
    let stream = secure(tools, to, stream, recording).await?;
    line.birth.tls = Some(tls::session(&stream));
    Ok((Reached::Encrypted(Box::new(stream)), Arc::new(line)))
}

/// Nothing connected: a proxy's failure is told as its own.
fn to_first(to: &Destination, error: netopt_tcp::Error) -> Error {
    match to.tunnel().or_else(|| to.asked()) {
        None => error.into(),
        Some(_) => Error::from(error).at_proxy(),
    }
}

async fn secure(
    tools: &Tools,
    to: &Destination,
    stream: Stream,
    recording: &mut impl Phases,
) -> Result<TlsStream<Stream>, Error> {
    let bound = tools.connector.timeout;
    recording.enter(Phase::Tls, Instant::now());
    let handshake = tls::shake_hands(&tools.tls, to.host(), stream);
    let stream = timeout(bound, handshake)
        .await
        .map_err(|_| Error::timeout(Phase::Tls, bound))??;
    recording.leave(Instant::now());
    Ok(stream)
}
