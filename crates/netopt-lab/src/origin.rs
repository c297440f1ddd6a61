//! An HTTP origin with planted faults, on loopback or wherever it is told to listen.
//!
//! One [`OriginSpec`] says everything: what it speaks and serves, how long it takes, how it treats connections, and which
//! failures it has. Every path and every method gets the same answer; a request's body is read and thrown away. hyper
//! speaks the protocol, so what is not planted is as a well-made server does it.
//!
//! The time a request takes is the wait for a free worker plus the drawn service time, kept to about 0.1 ms; the body
//! goes out as fast as the socket takes it. Bounds: [`MAX_CONNECTIONS`], bodies of at most [`MAX_BODY`] in memory, a
//! bounded record of arrivals.
//!
//! What it leaves alone: caching headers, cookies, paths, WebSocket. Distance and rate are the link's.

mod answer;
mod body;
mod compress;
mod dist;
mod lifetime;
mod serve;
mod served;
mod site;
mod socket;
mod spec;
mod tls;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::acceptor::Acceptor;
pub use dist::{Dist, MAX_TIME};
pub use served::{MAX_ARRIVALS, Served};
use site::Site;
pub use spec::{
    BodyKind, BodySpec, Compress, DEFAULT_BODY, DEFAULT_SEED, Errors, Failure, KeepAlive, MAX_BODY,
    MAX_SIGMA, OriginSpec, Protocol, ServiceSpec, SocketSpec, WriteStyle,
};
use tls::Identity;

/// Connections at the same time; later ones wait in the kernel's accept queue. Beyond what one client should ever open,
/// below the usual limit of open files.
pub const MAX_CONNECTIONS: usize = 1024;

/// A running origin. Dropping it closes its port and every connection.
pub struct Origin {
    site: Arc<Site>,
    acceptor: Acceptor,
    certificate: Option<Certificate>,
}

#[derive(Clone)]
struct Certificate {
    pem: String,
    der: Vec<u8>,
}

impl Origin {
    /// Listens on `listen` and serves as `spec` says.
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
        let identity = if spec.protocol.is_tls() {
            Some(Identity::generate(spec.protocol, names)?)
        } else {
            None
        };
        let tls = identity.as_ref().map(|identity| identity.acceptor.clone());
        let site = Arc::new(Site::new(spec)?);
        let shared = Arc::clone(&site);
        let acceptor = Acceptor::start(listen, MAX_CONNECTIONS, move |stream| {
            serve::serve(stream, Arc::clone(&shared), tls.clone())
        })
        .await?;
        let certificate = identity.map(|Identity { pem, der, .. }| Certificate { pem, der });
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
