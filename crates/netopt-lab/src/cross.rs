//! Traffic of others: streams of the kernel's own TCP through the same queues as the client.
//!
//! Uploads go from the near room to a sink in the far one, downloads from a source there to the near room, each as fast as
//! its congestion control lets it, without end. A stream that breaks is gone; there is nothing on a packet link that would
//! break one but the end of the world. Each end has a thread of its own, so that neither the client nor its server is what
//! holds the streams up. What this leaves alone: the path, whose truth says how long the queues were.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::unit::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::packet::PacketLink;
use crate::raw::{MAX_READ, RawProtocol, RawServer, RawSpec};
use crate::scenario::Cross;
use crate::socket::SocketSpec;

/// Running streams. Dropping it ends them.
#[derive(Debug)]
pub struct CrossTraffic {
    // Tasks before their runtimes, so that they end while these still live.
    _streams: JoinSet<()>,
    sink: Option<RawServer>,
    source: Option<RawServer>,
    _near: Runtime,
    _far: Runtime,
}

/// What the streams have moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carried {
    /// Payload that came to the server's end.
    pub up: Bytes,
    /// Payload that was written at the server's end.
    pub down: Bytes,
}

impl CrossTraffic {
    /// Makes the streams of `cross` over `link`, which begin after the silence that it asks for.
    ///
    /// # Errors
    /// When there are no threads or ports, or the host does not give the congestion control.
    pub fn start(link: &PacketLink, cross: &Cross) -> io::Result<Self> {
        let (near, far) = (link.near().runtime(1)?, link.far().runtime(1)?);
        let at = SocketAddr::from((link.far().address(), 0));
        let serve = |streams: u32, protocol| {
            (streams > 0)
                .then(|| served(&far, at, protocol, cross.congestion_control.clone()))
                .transpose()
        };
        let sink = serve(cross.upload, RawProtocol::TcpSink)?;
        let source = serve(cross.download, RawProtocol::TcpSource)?;
        let mut streams = JoinSet::new();
        for _ in 0..cross.upload {
            if let Some(to) = sink.as_ref().map(RawServer::local_addr) {
                let socket = opened(&near, cross.congestion_control.clone())?;
                streams.spawn_on(ended(upload(socket, to, cross.after)), near.handle());
            }
        }
        for _ in 0..cross.download {
            if let Some(from) = source.as_ref().map(RawServer::local_addr) {
                let socket = opened(&near, None)?;
                streams.spawn_on(ended(download(socket, from, cross.after)), near.handle());
            }
        }
        Ok(Self {
            _streams: streams,
            sink,
            source,
            _near: near,
            _far: far,
        })
    }

    /// What the streams have moved until now.
    #[must_use]
    pub fn carried(&self) -> Carried {
        let traffic = |server: &Option<RawServer>| server.as_ref().map(RawServer::traffic);
        Carried {
            up: traffic(&self.sink).map_or(Bytes::ZERO, |sink| sink.bytes_in),
            down: traffic(&self.source).map_or(Bytes::ZERO, |source| source.bytes_out),
        }
    }
}

/// A server on a thread of that runtime: its sockets stay in the room of the thread.
fn served(
    room: &Runtime,
    at: SocketAddr,
    protocol: RawProtocol,
    congestion_control: Option<String>,
) -> io::Result<RawServer> {
    let spec = RawSpec {
        protocol,
        socket: SocketSpec {
            congestion_control,
            ..SocketSpec::default()
        },
        ..RawSpec::default()
    };
    let started = room.spawn(RawServer::start(at, spec));
    room.block_on(started).map_err(io::Error::other)?
}

/// A socket of that runtime's room, not connected yet.
fn opened(room: &Runtime, congestion_control: Option<String>) -> io::Result<TcpSocket> {
    let opened = room.spawn(async move {
        let socket = TcpSocket::new_v4()?;
        if let Some(name) = congestion_control {
            SockRef::from(&socket)
                .set_tcp_congestion(name.as_bytes())
                .map_err(|cause| {
                    let line =
                        format!("congestion control {name} is not to be had on this host: {cause}");
                    io::Error::new(cause.kind(), line)
                })?;
        }
        io::Result::Ok(socket)
    });
    room.block_on(opened).map_err(io::Error::other)?
}

/// A stream that breaks has nobody to tell: the world is ending.
async fn ended(stream: impl Future<Output = io::Result<()>>) {
    stream.await.ok();
}

async fn upload(socket: TcpSocket, to: SocketAddr, after: Duration) -> io::Result<()> {
    tokio::time::sleep(after).await;
    let mut stream = socket.connect(to).await?;
    let chunk = vec![0; MAX_READ];
    loop {
        stream.write_all(&chunk).await?;
    }
}

async fn download(socket: TcpSocket, from: SocketAddr, after: Duration) -> io::Result<()> {
    tokio::time::sleep(after).await;
    let mut stream = socket.connect(from).await?;
    let mut buffer = vec![0; MAX_READ];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
