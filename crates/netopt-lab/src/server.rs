//! Any origin of the lab behind one door: started, addressed and counted in the same way, whatever it speaks.
//!
//! ```
//! # use netopt_lab::{RawSpec, Server, OriginSpec};
//! # async fn both() -> std::io::Result<()> {
//! let listen = "127.0.0.1:0".parse().expect("an address");
//! let shop = Server::start(listen, OriginSpec::default(), &[]).await?;
//! let echo = Server::start(listen, RawSpec::default(), &[]).await?;
//! assert!(shop.url().starts_with("http://") && echo.url().starts_with("tcp://"));
//! assert_eq!(shop.traffic().messages, echo.traffic().messages);
//! # Ok(())
//! # }
//! ```
//!
//! What it leaves alone: how any of them works.

mod spec;

use std::io;
use std::net::SocketAddr;

use crate::origin::Origin;
use crate::raw::RawServer;
use crate::traffic::Traffic;
pub use spec::ServerSpec;

/// A running server. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Server(Kind);

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per server, and it is moved once"
)]
enum Kind {
    Http(Origin),
    Raw(RawServer),
}

impl Server {
    /// Listens on `listen` and serves as `spec` says. A certificate is good for loopback, for the address of `listen` and
    /// for `names`.
    ///
    /// The socket is made by the thread that polls this future, so within the network namespace of that thread: spawn it
    /// on a runtime whose threads are inside.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] naming every value of the spec that is out of its range or has no meaning for the
    /// protocol; otherwise when the address cannot be bound, a name cannot stand in a certificate, or no thread can be
    /// started.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time enabled.
    pub async fn start(
        listen: SocketAddr,
        spec: impl Into<ServerSpec>,
        names: &[String],
    ) -> io::Result<Self> {
        Ok(Self(match spec.into() {
            ServerSpec::Http(spec) => Kind::Http(Origin::start_as(listen, spec, names).await?),
            ServerSpec::Raw(spec) => Kind::Raw(RawServer::start_as(listen, spec, names).await?),
        }))
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        match &self.0 {
            Kind::Http(origin) => origin.local_addr(),
            Kind::Raw(server) => server.local_addr(),
        }
    }

    /// Its address as a URL, such as `http://127.0.0.1:4711/` or `tcp://127.0.0.1:4711`.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.0 {
            Kind::Http(origin) => origin.url(),
            Kind::Raw(server) => server.url(),
        }
    }

    /// What went by until now.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        match &self.0 {
            Kind::Http(origin) => origin.traffic(),
            Kind::Raw(server) => server.traffic(),
        }
    }

    /// Its certificate in PEM, for a client's roots; `None` without TLS.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        match &self.0 {
            Kind::Http(origin) => origin.certificate_pem(),
            Kind::Raw(server) => server.certificate_pem(),
        }
    }

    /// Its certificate in DER; `None` without TLS.
    #[must_use]
    pub fn certificate_der(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Http(origin) => origin.certificate_der(),
            Kind::Raw(server) => server.certificate_der(),
        }
    }

    /// The HTTP origin, which has counted more; `None` for another protocol.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        match &self.0 {
            Kind::Http(origin) => Some(origin),
            Kind::Raw(_) => None,
        }
    }
}
