//! Servers below HTTP, with planted faults: TCP echo, source and sink, UDP echo, WebSocket echo.
//!
//! One [`RawSpec`] says everything. An echo takes its time for each message and then writes it in the pieces it was told;
//! a slow reader lets its window close; buffers are as small as asked for. A message of TCP is what one read brings,
//! since TCP has none. The time a message takes is the wait for a free worker plus the drawn time, kept to about 0.1 ms.
//!
//! Bounds: [`MAX_CONNECTIONS`], one message a connection in memory (at most [`MAX_READ`], and [`MAX_MESSAGE`] for
//! WebSocket), [`MAX_IN_FLIGHT`] datagrams.
//!
//! What it leaves alone: HTTP, and the path. Loss and duplication are the link's.

mod datagrams;
mod echo;
mod sink;
mod source;
mod spec;
mod web_socket;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;

use crate::acceptor::Acceptor;
use crate::socket::{Manner, StyledSocket, listen};
use crate::tls::{self, Certificate, Identity};
use crate::traffic::{Meter, Traffic};
use crate::work::Work;
use datagrams::Datagrams;
pub use datagrams::{MAX_DATAGRAM, MAX_IN_FLIGHT};
pub use spec::{RawProtocol, RawSpec};
pub use web_socket::MAX_MESSAGE;

/// Connections at the same time; later ones wait in the kernel's accept queue. As many as an HTTP origin has.
pub const MAX_CONNECTIONS: usize = 1024;

/// The most that one read of a TCP server takes, in bytes: what sockets are usually read by.
pub const MAX_READ: usize = 64 * 1024;

/// A running server below HTTP. Dropping it closes its port and every connection.
pub struct RawServer {
    spec: RawSpec,
    meter: Arc<Meter>,
    serving: Serving,
    certificate: Option<Certificate>,
}

/// Who owns the tasks.
#[derive(Debug)]
enum Serving {
    Connections(Acceptor),
    Datagrams(Datagrams),
}

impl RawServer {
    /// Listens on `listen` and serves as `spec` says. A certificate is good for loopback and for the address of `listen`.
    ///
    /// The socket is made by the thread that polls this future, so within the network namespace of that thread.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] naming every value of the spec that is out of its range or has no meaning for the
    /// protocol; otherwise when the address cannot be bound or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time enabled.
    pub async fn start(listen: SocketAddr, spec: RawSpec) -> io::Result<Self> {
        Self::start_as(listen, spec, &[]).await
    }

    /// As [`RawServer::start`], with a certificate that is good for `names` too.
    ///
    /// # Errors
    /// As [`RawServer::start`], and when a name cannot stand in a certificate.
    ///
    /// # Panics
    /// As [`RawServer::start`].
    pub async fn start_as(listen: SocketAddr, spec: RawSpec, names: &[String]) -> io::Result<Self> {
        spec.check()?;
        let meter = Arc::new(Meter::default());
        let work = Arc::new(Work::new(spec.time, spec.workers, spec.seed)?);
        let mut certificate = None;
        let serving = match spec.protocol {
            RawProtocol::UdpEcho => {
                let socket = listen::udp(listen, &spec.socket).await?;
                let started = Datagrams::start(socket, spec.socket.reads, work, &meter)?;
                Serving::Datagrams(started)
            }
            RawProtocol::TcpEcho => {
                let echo = move |socket| echo::serve(socket, Arc::clone(&work));
                accept(listen, &spec, &meter, echo).await?
            }
            RawProtocol::TcpSource => {
                let source = source::Source::new(&spec);
                let source = move |socket| source::serve(socket, source.clone(), Arc::clone(&work));
                accept(listen, &spec, &meter, source).await?
            }
            RawProtocol::TcpSink => accept(listen, &spec, &meter, sink::serve).await?,
            RawProtocol::WsEcho => {
                let echo = move |socket| web_socket::serve(socket, Arc::clone(&work));
                accept(listen, &spec, &meter, echo).await?
            }
            RawProtocol::WssEcho => {
                let identity = Identity::generate(
                    tls::ALPN_HTTP1,
                    &tls::names(listen, names),
                    &tls::TlsSpec::default(),
                )?;
                certificate = Some(identity.certificate);
                let tls = identity.acceptor;
                let echo =
                    move |socket| web_socket::serve_tls(socket, tls.clone(), Arc::clone(&work));
                accept(listen, &spec, &meter, echo).await?
            }
        };
        Ok(Self {
            spec,
            meter,
            serving,
            certificate,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        match &self.serving {
            Serving::Connections(acceptor) => acceptor.local_addr(),
            Serving::Datagrams(datagrams) => datagrams.local_addr(),
        }
    }

    /// Its address as a URL, such as `tcp://127.0.0.1:4711` or `ws://127.0.0.1:4711/`.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = self.spec.protocol.scheme();
        let path = if scheme.starts_with("ws") { "/" } else { "" };
        format!("{scheme}://{}{path}", self.local_addr())
    }

    /// What it was asked to be.
    #[must_use]
    pub const fn spec(&self) -> &RawSpec {
        &self.spec
    }

    /// What went by until now.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.meter.snapshot()
    }

    /// Its certificate in PEM, for a client's roots; `None` without TLS.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        let certificate = self.certificate.as_ref()?;
        Some(&certificate.pem)
    }

    /// Its certificate in DER; `None` without TLS.
    #[must_use]
    pub fn certificate_der(&self) -> Option<&[u8]> {
        let certificate = self.certificate.as_ref()?;
        Some(&certificate.der)
    }
}

/// Accepts connections that are treated as `spec` says and gives each to `serve`.
async fn accept<S, F>(
    listen: SocketAddr,
    spec: &RawSpec,
    meter: &Arc<Meter>,
    mut serve: S,
) -> io::Result<Serving>
where
    S: FnMut(StyledSocket) -> F + Send + 'static,
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = listen::tcp(listen, &spec.socket).await?;
    let places = spec.socket.connections.unwrap_or(MAX_CONNECTIONS);
    let manner = Manner::new(&spec.socket, meter);
    let acceptor = Acceptor::start(listener, places, move |stream: TcpStream| {
        let served = manner.take(stream).map(&mut serve);
        async move {
            if let Ok(served) = served {
                // Errors of a connection are the client's to see.
                served.await.ok();
            }
        }
    })?;
    Ok(Serving::Connections(acceptor))
}

impl fmt::Debug for RawServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawServer")
            .field("url", &self.url())
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}
