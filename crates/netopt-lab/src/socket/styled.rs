//! The origin's side of a socket: counts what is written, and cuts it into the writes that were asked for.
//!
//! Each `poll_write` that reaches the socket is one `send`, so limiting its length is enough to make a server that
//! writes its head and its body apart, over any protocol. A flush ends the burst: the next answer starts with the first
//! size again. What it leaves alone: reading, and what the kernel makes of the writes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::WriteStyle;
use super::served::Ledger;

/// A TCP stream that writes in a style.
#[derive(Debug)]
pub(super) struct StyledSocket {
    stream: TcpStream,
    ledger: Arc<Ledger>,
    sizes: Arc<[usize]>,
    next: usize,
    /// What may still be written at once; `None` is everything.
    left: Option<usize>,
}

/// The sizes of the first writes of a burst; none of them means that all are whole.
pub(super) fn sizes(style: &WriteStyle) -> Arc<[usize]> {
    match style {
        WriteStyle::Whole => Arc::new([]),
        WriteStyle::Chunks(chunks) => chunks
            .iter()
            .map(|chunk| usize::try_from(chunk.get()).unwrap_or(usize::MAX))
            .filter(|size| *size > 0)
            .collect(),
    }
}

impl StyledSocket {
    pub(super) fn new(stream: TcpStream, sizes: Arc<[usize]>, ledger: Arc<Ledger>) -> Self {
        let left = sizes.first().copied();
        Self {
            stream,
            ledger,
            sizes,
            next: 0,
            left,
        }
    }

    fn wrote(&mut self, length: usize) {
        self.ledger.wrote(length);
        if let Some(left) = &mut self.left {
            *left -= length;
            if *left == 0 {
                self.next += 1;
                self.left = self.sizes.get(self.next).copied();
            }
        }
    }
}

impl AsyncRead for StyledSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
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
