//! A stream's reads and writes while its kernel stamps are taken.

use std::io;
use std::os::fd::AsRawFd as _;
use std::task::{Context, Poll, ready};

use tokio::io::{Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::control;
use super::gate::Gate;
use super::journal::Read;
use super::records::Records;
use crate::kernel;
use crate::stream::Wire;

/// The error queue is emptied after so many writes, each of which puts three stamps there.
const WRITES_BETWEEN: u32 = 8;

/// What a stream needs to take stamps.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    gate: Gate,
    records: Records,
    writes: u32,
    /// Since when a writer has been waiting for room.
    blocked: Option<Instant>,
}

impl Watch {
    /// Reads as `TcpStream::poll_read`, and notes when the bytes came.
    pub(crate) fn poll_read(
        &mut self,
        stream: &TcpStream,
        wire: &Wire,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(stream.poll_read_ready(cx))?;
            let room = buffer.initialize_unfilled();
            if room.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let mut beside = [0; control::ROOM];
            let receive = || kernel::receive(stream.as_raw_fd(), room, &mut beside, 0);
            match stream.try_io(Interest::READABLE, receive) {
                Ok(received) => {
                    let at = Instant::now();
                    self.records
                        .follow(&buffer.initialize_unfilled()[..received.data]);
                    buffer.advance(received.data);
                    if received.data > 0 {
                        self.note(stream, wire, at, &beside[..received.control]);
                    }
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn note(&self, stream: &TcpStream, wire: &Wire, at: Instant, beside: &[u8]) {
        wire.with_journal(|journal| {
            let info = journal
                .counts_segments()
                .then(|| crate::info::of_raw(stream.as_raw_fd()))
                .flatten();
            journal.read(Read {
                at,
                arrived: control::parse(beside).at,
                segments: info.and_then(|info| info.data_segs_in()),
                at_border: self.records.is_at_border(),
            });
        });
    }

    /// Writes by `send` as often as it takes, and notes when the kernel took the bytes.
    pub(crate) fn poll_write(
        &mut self,
        stream: &TcpStream,
        wire: &Wire,
        cx: &mut Context<'_>,
        mut send: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let start = Instant::now();
            match send() {
                Ok(count) => {
                    let end = Instant::now();
                    self.gate.close();
                    let blocked = self.blocked.take();
                    wire.with_journal(|journal| {
                        if let Some(since) = blocked {
                            journal.blocked(start.saturating_duration_since(since));
                        }
                        journal.wrote(start, end, count);
                    });
                    self.writes += 1;
                    if self.writes.is_multiple_of(WRITES_BETWEEN) {
                        drain(stream.as_raw_fd(), wire);
                    }
                    return Poll::Ready(Ok(count));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked.get_or_insert(start);
                    drain(stream.as_raw_fd(), wire);
                    ready!(self.gate.poll(stream, cx))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Empties the error queue of a socket into the journal, without waiting.
pub(super) fn drain(descriptor: std::os::fd::RawFd, wire: &Wire) {
    /// More than a receive buffer holds of them would be somebody else's errors without end.
    const MOST: usize = 16_384;
    wire.with_journal(|journal| {
        for _ in 0..MOST {
            let mut beside = [0; control::ROOM];
            let received =
                kernel::receive(descriptor, &mut [], &mut beside, kernel::FROM_ERROR_QUEUE);
            let Ok(received) = received else { return };
            journal.told(&control::parse(&beside[..received.control]));
        }
    });
}
