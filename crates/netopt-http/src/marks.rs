//! When the last byte of a request left and the first of its answer came, seen above TLS.
//!
//! Below TLS the first bytes that arrive may be session tickets; here they are the answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// The marks of the current call on a connection.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<Current>);

#[derive(Debug, Default, Clone, Copy)]
struct Current {
    last_write: Option<Instant>,
    first_read: Option<Instant>,
}

impl Marks {
    /// Begins a new call.
    pub(crate) fn clear(&self) {
        *self.lock() = Current::default();
    }

    /// When the last byte before the answer was written, and when the first byte of the answer was read.
    pub(crate) fn read(&self) -> (Option<Instant>, Option<Instant>) {
        let current = *self.lock();
        (current.last_write, current.first_read)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wrote(&self) {
        let mut current = self.lock();
        if current.first_read.is_none() {
            current.last_write = Some(Instant::now());
        }
    }

    fn got(&self) {
        let mut current = self.lock();
        if current.first_read.is_none() {
            current.first_read = Some(Instant::now());
        }
    }
}

/// A stream that sets marks.
#[derive(Debug)]
pub(crate) struct Marked<S> {
    inner: S,
    marks: Arc<Marks>,
}

impl<S> Marked<S> {
    pub(crate) const fn new(inner: S, marks: Arc<Marks>) -> Self {
        Self { inner, marks }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Marked<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.marks.got();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Marked<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, data))?;
        self.marks.wrote();
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, data))?;
        self.marks.wrote();
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
