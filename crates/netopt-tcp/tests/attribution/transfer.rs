//! One transfer over a link, from the near end to the far end, with the kernel's view of the sender every 100 ms.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::packet::{FAR, NEAR, PacketLink};
use netopt_tcp::TcpInfo;
use netopt_tcp::attribution::Snapshot;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

/// How often the sender's socket is looked at.
const EVERY: Duration = Duration::from_millis(100);

/// The longest that any of these transfers may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is sent, how, and into what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transfer {
    /// How much is sent; `None` is as much as goes in `lasts`.
    pub(crate) size: Option<Bytes>,
    /// How long a transfer without a size lasts.
    pub(crate) lasts: Duration,
    /// How the application writes.
    pub(crate) writes: Writes,
    /// `SO_SNDBUF` of the sender, as asked for.
    pub(crate) send_buffer: Option<Bytes>,
    /// `SO_RCVBUF` of the receiver, as asked for.
    pub(crate) receive_buffer: Option<Bytes>,
    /// How fast the receiver reads; `None` is at once.
    pub(crate) reads: Option<BitRate>,
}

/// How an application writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Writes {
    /// Whenever the socket takes something.
    Always,
    /// So much at a time, from the beginning of one to that of the next.
    Pieces(Bytes, Duration),
}

impl Default for Transfer {
    fn default() -> Self {
        Self {
            size: None,
            lasts: Duration::from_secs(3),
            writes: Writes::Always,
            send_buffer: None,
            receive_buffer: None,
            reads: None,
        }
    }
}

/// Runs `transfer` over `link`, and returns what the sender's kernel said.
pub(crate) fn run(link: &PacketLink, transfer: Transfer) -> Vec<Snapshot> {
    let [near, far] = [link.near(), link.far()].map(|room| room.runtime(1).unwrap());
    let listener = far.spawn(async move { listen(transfer) });
    let listener = far.block_on(listener).unwrap();
    let address = listener.local_addr().unwrap();
    far.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        receive(stream, transfer).await;
    });
    let sending = near.spawn(async move { send(address, transfer).await });
    let looks = near.block_on(async { timeout(PATIENCE, sending).await });
    let looks = looks.expect("a transfer that hangs").unwrap();
    near.shutdown_background();
    far.shutdown_background();
    looks
}

fn listen(transfer: Transfer) -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    if let Some(buffer) = transfer.receive_buffer {
        socket
            .set_recv_buffer_size(usize::try_from(buffer.get()).unwrap())
            .unwrap();
    }
    socket.bind(&SocketAddr::from((FAR, 0)).into()).unwrap();
    socket.listen(1).unwrap();
    socket.set_nonblocking(true).unwrap();
    TcpListener::from_std(socket.into()).unwrap()
}

/// Reads to the end, as fast as it shall, and says so with one byte.
async fn receive(mut stream: TcpStream, transfer: Transfer) {
    let mut buffer = vec![0; 64 * 1024];
    let (start, mut total) = (Instant::now(), Bytes::ZERO);
    // A slow reader takes its share four times each round of 40 ms.
    let most = transfer.reads.map_or(buffer.len(), |rate| {
        let share = (rate * Duration::from_millis(10)).get();
        usize::try_from(share).unwrap().clamp(1, buffer.len())
    });
    let mut left = transfer.size;
    while let Ok(read @ 1..) = stream.read(&mut buffer[..most]).await {
        let read = Bytes::new(read as u64);
        total += read;
        if let Some(rate) = transfer.reads {
            sleep_until(start + total / rate).await;
        }
        if let Some(rest) = &mut left {
            *rest = rest.saturating_sub(read);
            if *rest == Bytes::ZERO {
                break;
            }
        }
    }
    stream.write_all(&[1]).await.ok();
    // Until the other end has gone.
    while let Ok(1..) = stream.read(&mut buffer).await {}
}

async fn send(address: SocketAddr, transfer: Transfer) -> Vec<Snapshot> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((NEAR, 0))).unwrap();
    if let Some(buffer) = transfer.send_buffer {
        let size = u32::try_from(buffer.get()).unwrap();
        socket.set_send_buffer_size(size).unwrap();
    }
    let stream = Arc::new(socket.connect(address).await.unwrap());
    let start = Instant::now();
    let writing = tokio::spawn(write(Arc::clone(&stream), transfer, start));
    let mut looks = Vec::new();
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(writing);
    loop {
        tokio::select! {
            _ = tick.tick() => looks.push(look(&stream, start)),
            done = &mut writing => {
                done.unwrap();
                looks.push(look(&stream, start));
                return looks;
            }
        }
    }
}

fn look(stream: &TcpStream, start: Instant) -> Snapshot {
    Snapshot {
        at: start.elapsed(),
        info: TcpInfo::of(stream).expect("an open socket has a state"),
    }
}

/// Writes as the application does, until the time is over, or until the other end has all of it.
async fn write(stream: Arc<TcpStream>, transfer: Transfer, start: Instant) {
    let piece = vec![0x5a; 256 * 1024];
    let end = start + transfer.lasts;
    let mut left = transfer.size.map(Bytes::get);
    let mut number = 0;
    while left != Some(0) && (left.is_some() || Instant::now() < end) {
        let most = match transfer.writes {
            Writes::Always => piece.len() as u64,
            Writes::Pieces(size, every) => {
                sleep_until(start + every * number).await;
                number += 1;
                size.get()
            }
        };
        let mut rest = most.min(left.unwrap_or(most));
        if let Some(left) = &mut left {
            *left -= rest;
        }
        while rest > 0 {
            let until = if transfer.size.is_some() {
                start + PATIENCE
            } else {
                end
            };
            let Ok(ready) = tokio::time::timeout_at(until, stream.writable()).await else {
                return;
            };
            ready.unwrap();
            let chunk = usize::try_from(rest).unwrap().min(piece.len());
            if let Ok(written) = stream.try_write(&piece[..chunk]) {
                rest -= written as u64;
            }
        }
    }
    if transfer.size.is_some() {
        stream.readable().await.unwrap();
    }
}
