//! An HTTP origin with planted faults, on loopback or wherever it is told to listen.
//!
//! One [`OriginSpec`] says everything: what it speaks and serves, how long it takes, how it treats connections, and which
//! failures it has. Every path and every method gets the same answer, unless a [`Route`] says otherwise; a request's body
//! is read and thrown away. hyper speaks the protocol, so what is not planted is as a well-made server does it.
//!
//! The time a request takes is the wait for a free worker plus the drawn service time, kept to about 0.1 ms; the body
//! goes out as fast as the socket takes it. Bounds: [`MAX_CONNECTIONS`], bodies of at most [`MAX_BODY`] in memory, a
//! bounded record of arrivals.
//!
//! What it leaves alone: cookies, paths (they are counted and have `ETag`s of their own), what is not HTTP. Distance and
//! rate are the link's.

mod answer;
pub(crate) mod body;
mod compress;
mod forget;
mod lifetime;
mod overload;
mod route;
mod serve;
mod served;
mod site;
mod spec;
mod validator;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::acceptor::Acceptor;
pub use crate::dist::{Dist, DistError, MAX_SIGMA, MAX_TIME};
use crate::socket::listen;
pub use crate::socket::{SocketSpec, WriteStyle};
use crate::tls::{self, Certificate, Identity};
pub use crate::tls::{MAX_CERTIFICATE, TlsSpec, TlsVersion};
use crate::traffic::Traffic;
pub use overload::{DEFAULT_PATIENCE, Overload};
pub use route::{MOST_HOPS, Redirects, Route};
pub use served::{MAX_ARRIVALS, MAX_PATHS, Served};
use site::Site;
pub use spec::{
    BodyKind, BodySpec, Compress, DEFAULT_BODY, DEFAULT_SEED, Errors, Failure, KeepAlive, MAX_BODY,
    OriginSpec, Protocol, ServiceSpec,
};

/// Connections at the same time; later ones wait in the kernel's accept queue. Beyond what one client should ever open,
/// below the usual limit of open files.
pub const MAX_CONNECTIONS: usize = 1024;

/// A running origin. Dropping it closes its port and every connection.
pub struct Origin {
    site: Arc<Site>,
    acceptor: Acceptor,
    certificate: Option<Certificate>,
}

impl Origin {
    /// Listens on `listen` and serves as `spec` says. A certificate is good for loopback and for the address of `listen`.
    ///
    /// The socket is made by the thread that polls this future, so within the network namespace of that thread.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] naming every value of the spec that is out of its range; otherwise when the
    /// address cannot be bound or no thread can be started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time enabled.
    pub async fn start(listen: SocketAddr, spec: OriginSpec) -> io::Result<Self> {
        Self::start_as(listen, spec, &[]).await
    }

    /// As [`Origin::start`], with a certificate that is good for `names` too.
    ///
    /// # Errors
    /// As [`Origin::start`], and when a name cannot stand in a certificate.
    ///
    /// # Panics
    /// As [`Origin::start`].
    pub async fn start_as(
        listen: SocketAddr,
        spec: OriginSpec,
        names: &[String],
    ) -> io::Result<Self> {
        spec.check()?;
        let alpn = match spec.protocol {
            Protocol::Http1 | Protocol::Http2 => None,
            Protocol::Https1 => Some(tls::ALPN_HTTP1),
            Protocol::Https2 => Some(tls::ALPN_H2),
        };
        let (acceptor, certificate) = match alpn {
            Some(alpn) => {
                let identity = Identity::generate(alpn, &tls::names(listen, names), &spec.tls)?;
                (Some(identity.acceptor), Some(identity.certificate))
            }
            None => (None, None),
        };
        let listener = listen::tcp(listen, &spec.socket).await?;
        let places = spec.socket.connections.unwrap_or(MAX_CONNECTIONS);
        let site = Arc::new(Site::new(spec)?);
        let shared = Arc::clone(&site);
        let acceptor = Acceptor::start(listener, places, move |stream| {
            serve::serve(stream, Arc::clone(&shared), acceptor.clone())
        })?;
        Ok(Self {
            site,
            acceptor,
            certificate,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.acceptor.local_addr()
    }

    /// Its address as a URL, such as `http://127.0.0.1:4711/`.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = self.spec().protocol.scheme();
        format!("{scheme}://{}/", self.local_addr())
    }

    /// What it was asked to be.
    #[must_use]
    pub fn spec(&self) -> &OriginSpec {
        &self.site.spec
    }

    /// What it has served until now.
    #[must_use]
    pub fn served(&self) -> Served {
        self.site.ledger.snapshot()
    }

    /// What went by until now, in the counts that all servers have.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.site.meter.snapshot()
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

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("url", &self.url())
            .field("spec", self.spec())
            .finish_non_exhaustive()
    }
}
