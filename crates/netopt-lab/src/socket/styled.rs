//! A server's side of a connection: counts what goes by, cuts it into the writes that were asked for, reads at its pace.
//!
//! Each `poll_write` that reaches the socket is one `send`, so limiting its length is enough to make a server that
//! writes its head and its body apart, over any protocol. A flush ends the burst: the next answer starts with the first
//! size again. What it leaves alone: what the kernel makes of the writes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use netopt_core::unit::BitRate;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::{Pace, SocketSpec, WriteStyle};
use crate::traffic::Meter;

/// How the connections of one server are treated.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    sizes: Arc<[usize]>,
    nodelay: bool,
    reads: Option<BitRate>,
    meter: Arc<Meter>,
}

impl Manner {
    /// As `spec` says, counted by `meter`.
    pub(crate) fn new(spec: &SocketSpec, meter: &Arc<Meter>) -> Self {
        Self {
            sizes: sizes(&spec.write),
            nodelay: spec.nodelay.is_on(),
            reads: spec.reads,
            meter: Arc::clone(meter),
        }
    }

    /// Takes a connection that was just accepted.
    pub(crate) fn take(&self, stream: TcpStream) -> io::Result<StyledSocket> {
        self.meter.connection();
        stream.set_nodelay(self.nodelay)?;
        Ok(StyledSocket {
            stream,
            meter: Arc::clone(&self.meter),
            pace: self.reads.map(Pace::new),
            left: self.sizes.first().copied(),
            sizes: Arc::clone(&self.sizes),
            next: 0,
        })
    }
}

/// The sizes of the first writes of a burst; none of them means that all are whole.
fn sizes(style: &WriteStyle) -> Arc<[usize]> {
    match style {
        WriteStyle::Whole => Arc::new([]),
        WriteStyle::Chunks(chunks) => chunks
            .iter()
            .map(|chunk| usize::try_from(chunk.get()).unwrap_or(usize::MAX))
            .filter(|size| *size > 0)
            .collect(),
    }
}

/// A TCP stream that writes in a style and reads at a pace.
#[derive(Debug)]
pub(crate) struct StyledSocket {
    stream: TcpStream,
    meter: Arc<Meter>,
    pace: Option<Pace>,
    sizes: Arc<[usize]>,
    next: usize,
    /// What may still be written at once; `None` is everything.
    left: Option<usize>,
}

impl StyledSocket {
    /// Where its messages are counted, by whoever can tell one.
    pub(crate) fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    fn wrote(&mut self, length: usize) {
        self.meter.wrote(length);
        if let Some(left) = &mut self.left {
            *left -= length;
            if *left == 0 {
                self.next += 1;
                self.left = self.sizes.get(self.next).copied();
            }
        }
    }

    /// Reads no more than the pace allows at once.
    fn poll_bite(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        let Some(pace) = &mut self.pace else {
            let before = buffer.filled().len();
            ready!(stream.poll_read(cx, buffer))?;
            return Poll::Ready(Ok(buffer.filled().len() - before));
        };
        let bite = ready!(pace.poll_ready(cx)).min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(bite));
        ready!(stream.poll_read(cx, &mut part))?;
        let length = part.filled().len();
        buffer.advance(length);
        pace.took(length);
        Poll::Ready(Ok(length))
    }
}

impl AsyncRead for StyledSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = ready!(self.poll_bite(cx, buffer))?;
        self.meter.read(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for StyledSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let length = self.left.map_or(data.len(), |left| left.min(data.len()));
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &data[..length]))?;
        self.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.left.is_some() {
            let first = parts.iter().find(|part| !part.is_empty());
            return self.poll_write(cx, first.map_or(&[][..], |part| part));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, parts))?;
        self.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.sizes.is_empty()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.next = 0;
        self.left = self.sizes.first().copied();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
