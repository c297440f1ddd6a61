//! Somebody else's download: a standing queue in front of the line back, as long as one window less what the path holds.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_core::unit::BitRate;
use netopt_lab::Server;
use netopt_lab::packet::{PacketLink, Truth};
use netopt_lab::raw::{RawProtocol, RawSpec};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::time::{interval, timeout};

use crate::world::serve;

/// `SO_RCVBUF` of the download: a window of 131,070 bytes that never grows.
const BUFFER: u32 = 128_000;

/// The queue stands when a round of looks finds this much in it; the path itself holds less than the rest of the window.
const STANDING: f64 = 20_000.0;

/// The queue is looked at so often, and has to stand at so many looks in a row.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 6;

/// A download that never fills the queue is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running download.
#[derive(Debug)]
pub(crate) struct Load<'a> {
    link: &'a PacketLink,
    before: Truth,
    _server: (Server, Runtime),
}

impl<'a> Load<'a> {
    /// Starts it, and waits until the queue stands.
    pub(crate) fn start(link: &'a PacketLink, near: &Runtime) -> Self {
        let server = serve(
            link,
            RawSpec {
                protocol: RawProtocol::TcpSource,
                ..RawSpec::default()
            },
        );
        let address = server.0.local_addr();
        near.spawn(async move { download(address).await });
        let standing = async { timeout(PATIENCE, stands(link)).await };
        near.block_on(standing)
            .expect("a download that fills the queue");
        Self {
            link,
            before: link.truth(),
            _server: server,
        }
    }

    /// The time that a packet stood in the queue since it was long, in the mean, at that rate of the line.
    pub(crate) fn queued(&self, rate: BitRate) -> Duration {
        let series = self.link.truth().down.queue;
        let from = self.before.down.elapsed.as_nanos() / series.width.as_nanos();
        let since = &series.points[usize::try_from(from).unwrap()..];
        let mean: f64 = since.iter().map(|point| point.mean.bytes).sum();
        let points = u32::try_from(since.len()).unwrap();
        Duration::from_secs_f64(mean / f64::from(points) * 8.0 / rate.bps())
    }
}

/// Waits until the queue was long at several looks in a row.
async fn stands(link: &PacketLink) {
    let (mut look, mut long) = (interval(LOOK), 0);
    while long < LOOKS {
        look.tick().await;
        let queue = link.truth().down.queue;
        let now = queue.points.last().map_or(0.0, |point| point.mean.bytes);
        long = if now >= STANDING { long + 1 } else { 0 };
    }
}

async fn download(address: SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(1..) = stream.read(&mut buffer).await {}
}
