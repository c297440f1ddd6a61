//! One connection over the link: four sockets' ends, two directions, and how they end.
//!
//! Each direction is a reader that stamps what it read with a delivery time, a bounded queue, and a writer that delivers
//! on time. Ends travel like data, in order and after the same delay: an orderly close becomes a half-close on the other
//! side, a reset becomes a reset of both. When a writer finds its peer gone, that peer's own reader is about to learn the
//! same, and the news goes back behind whatever the peer had said before.
//!
//! What it leaves alone: rates and delays, which are the carrier's.

use std::future::Future;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

use super::carrier::{Carrier, Way};

/// Chunks waiting in one direction. With the least charge per chunk below, the bytes run out first.
const MAX_CHUNKS: usize = 4096;

/// What a chunk is charged at least against the connection's share: its own bookkeeping.
const MIN_CHARGE: usize = 256;

/// Something on its way, with the time it is due.
struct Parcel {
    due: Instant,
    load: Load,
}

enum Load {
    Data(bytes::Bytes, OwnedSemaphorePermit),
    /// The sender closed its half.
    Finish,
    /// The sender reset the connection.
    Reset,
}

/// Relays between `near` and the connection that `far` opens, until both directions have ended.
pub(super) async fn relay(
    mut near: TcpStream,
    far: impl Future<Output = io::Result<TcpStream>>,
    accepted: Instant,
    carrier: &Carrier,
) -> io::Result<()> {
    near.set_nodelay(true)?;
    let mut far = match far.await {
        Ok(far) => far,
        Err(error) => {
            // The refusal has to come all the way back.
            carrier.due(accepted + carrier.rtt()).await;
            near.set_zero_linger()?;
            return Err(error);
        }
    };
    far.set_nodelay(true)?;
    let (near_read, near_write) = near.split();
    let (far_read, far_write) = far.split();
    // The client may send after one round trip; the server's first word leaves when the handshake's last packet came.
    let up = direction(Way::Up, accepted + carrier.rtt(), carrier);
    let opened = accepted + carrier.rtt() + carrier.one_way();
    let down = direction(Way::Down, opened, carrier);
    let ended = tokio::try_join!(up.run(near_read, far_write), down.run(far_read, near_write));
    if !matches!(ended, Ok((End::Finished, End::Finished))) {
        near.set_zero_linger()?;
        far.set_zero_linger()?;
    }
    ended.map(drop)
}

/// How a direction ended without a reset coming through.
#[derive(Clone, Copy)]
enum End {
    /// Everything up to the sender's close was delivered.
    Finished,
    /// The receiver was gone. What it said before is still on its way back, and its own end follows behind that.
    Abandoned,
}

const fn direction(way: Way, opened: Instant, carrier: &Carrier) -> Direction<'_> {
    Direction {
        way,
        opened,
        carrier,
    }
}

/// One direction of one connection.
#[derive(Clone, Copy)]
struct Direction<'a> {
    way: Way,
    opened: Instant,
    carrier: &'a Carrier,
}

impl Direction<'_> {
    async fn run(self, from: ReadHalf<'_>, to: WriteHalf<'_>) -> io::Result<End> {
        let (sender, parcels) = mpsc::channel(MAX_CHUNKS);
        let ((), ended) = tokio::join!(self.read(from, sender), self.write(to, parcels));
        ended
    }

    /// Reads until the end or until the writer is gone.
    async fn read(self, mut from: ReadHalf<'_>, sender: mpsc::Sender<Parcel>) {
        let share = Arc::new(Semaphore::new(self.carrier.held() as usize));
        let chunk = self.carrier.chunk();
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(chunk);
            let mut room = (&mut from).take(chunk as u64);
            let count = tokio::select! {
                count = room.read_buf(&mut buffer) => count,
                () = sender.closed() => return,
            };
            let now = Instant::now();
            if now < self.opened {
                self.carrier.until(self.opened).await;
            }
            let arrival = now.max(self.opened);
            let load = match count {
                Ok(0) => Load::Finish,
                Err(_) => Load::Reset,
                Ok(count) => {
                    let charge = u32::try_from(count.max(MIN_CHARGE)).expect("at most 16 KiB");
                    let charged = Arc::clone(&share).acquire_many_owned(charge).await;
                    let permit = charged.expect("the semaphore is never closed");
                    Load::Data(buffer.split().freeze(), permit)
                }
            };
            let last = !matches!(load, Load::Data(..));
            let length = match &load {
                Load::Data(data, _) => data.len(),
                Load::Finish | Load::Reset => 0,
            };
            let due =
                self.carrier.admit(self.way, arrival, length).await + self.carrier.stall(length);
            if sender.send(Parcel { due, load }).await.is_err() || last {
                return;
            }
        }
    }

    /// Delivers until the end; fails when the sender's reset has come through, which ends the other direction as well.
    async fn write(
        self,
        mut to: WriteHalf<'_>,
        mut parcels: mpsc::Receiver<Parcel>,
    ) -> io::Result<End> {
        while let Some(Parcel { due, load }) = parcels.recv().await {
            self.carrier.due(due).await;
            let delivered = match load {
                Load::Data(data, permit) => {
                    let delivered = to.write_all(&data).await;
                    self.carrier.count_delivery(self.way, data.len());
                    drop(permit);
                    delivered
                }
                Load::Finish => {
                    // Fails when the receiver has closed both halves, and then there is nothing left to say.
                    to.shutdown().await.ok();
                    return Ok(End::Finished);
                }
                Load::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
            };
            if delivered.is_err() {
                return Ok(End::Abandoned);
            }
        }
        Ok(End::Abandoned)
    }
}
