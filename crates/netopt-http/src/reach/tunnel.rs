//! From a connection to a proxy to a tunnel through it, by either protocol, within a bound, each failure in one line.

mod connect;
mod socks;

use std::io;
use std::time::Duration;

use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use netopt_tcp::Stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use self::socks::{Handshake, Refusal, Step};
use crate::destination::Destination;
use crate::error::{Error, Source, judge, root};
use crate::proxy::{Proxy, Speaks};

/// What went wrong between us and the proxy.
pub(super) enum Trouble {
    /// Its words, or its silence, to be read after its name.
    Refused(String),
    Io(io::Error),
    Engine(hyper::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hyper::Error> for Trouble {
    fn from(error: hyper::Error) -> Self {
        Self::Engine(error)
    }
}

/// Has `proxy` open a tunnel to `to` on a connection to itself, within `bound`.
///
/// Cancel safe: dropping the future closes the connection.
pub(crate) async fn dig(
    proxy: &Proxy,
    to: &Destination,
    stream: Stream,
    bound: Duration,
) -> Result<Stream, Error> {
    let digging = async {
        match proxy.speaks() {
            Speaks::Http => connect::ask(proxy, to, stream).await,
            Speaks::Socks5 => shake_hands(proxy, to, stream).await,
        }
    };
    match timeout(bound, digging).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(trouble)) => Err(trouble.told_of(proxy)),
        Err(_elapsed) => {
            let bound = show_duration(bound);
            let message = format!(
                "the proxy {proxy} opened no tunnel to {} within {bound}",
                to.authority()
            );
            Err(Error::new(
                FailureKind::ConnectTimeout,
                Phase::Proxy,
                message,
            ))
        }
    }
}

async fn shake_hands(
    proxy: &Proxy,
    to: &Destination,
    mut stream: Stream,
) -> Result<Stream, Trouble> {
    let target = to.authority();
    let refused = |refusal: Refusal| Trouble::Refused(refusal.words(&target));
    let (mut handshake, mut step) =
        Handshake::begin(proxy.login(), to.host(), to.port()).map_err(refused)?;
    let mut part = Vec::new();
    while let Step::Exchange { say, read } = step {
        stream.write_all(&say).await?;
        part.resize(read, 0);
        stream.read_exact(&mut part).await?;
        step = handshake.take(&part).map_err(refused)?;
    }
    Ok(stream)
}

impl Trouble {
    fn told_of(self, proxy: &Proxy) -> Error {
        use FailureKind as F;
        use io::ErrorKind as K;
        let closed = || "closed the connection instead of opening a tunnel".to_owned();
        let reset = || "reset the connection instead of opening a tunnel".to_owned();
        let (what, source): (String, Option<Source>) = match self {
            Self::Refused(words) => (words, None),
            Self::Io(error) => {
                let what = match error.kind() {
                    K::UnexpectedEof => closed(),
                    K::ConnectionReset | K::BrokenPipe => reset(),
                    _ => format!("could not be asked: {error}"),
                };
                (what, Some(error.into()))
            }
            Self::Engine(error) => {
                let what = match judge(&error) {
                    F::Reset => reset(),
                    F::ClosedEarly => closed(),
                    F::Protocol => format!("does not speak HTTP as asked: {}", root(&error)),
                    _ => format!("could not be asked: {}", root(&error)),
                };
                (what, Some(error.into()))
            }
        };
        let message = format!("the proxy {proxy} {what}");
        let error = Error::new(FailureKind::Proxy, Phase::Proxy, message);
        match source {
            Some(source) => error.because(source),
            None => error,
        }
    }
}
