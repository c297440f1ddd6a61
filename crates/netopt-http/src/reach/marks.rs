//! When the last byte of a request left and the first of its answer came, seen above TLS.
//!
//! Interim answers of HTTP/1.1 are not the answer. Below TLS the first bytes that arrive may be session tickets; here they are the answer. TLS buffers what it is
//! given, so a write counts as done only when it was flushed, that is when the kernel has taken all of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::reach::interim::Interim;

/// The marks of the current call on a connection.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<Current>);

#[derive(Debug, Default)]
struct Current {
    last_write: Option<Instant>,
    first_read: Option<Instant>,
    writing: Writing,
    interim: Interim,
    /// Since when an answer, or what is before it, comes in.
    coming: Option<Instant>,
}

/// How the last attempt to write ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// All was taken.
    #[default]
    Done,
    /// Taken, but not flushed.
    Buffered,
    /// Somebody further down is full.
    Blocked,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Some of the request is still here.
    Sending,
    /// All of it left.
    Waiting { sent: Instant },
    /// The answer has begun.
    Answering { sent: Instant, first: Instant },
}

impl Marks {
    /// Begins a new call.
    pub(crate) fn clear(&self) {
        *self.lock() = Current::default();
    }

    /// What came was not the answer.
    pub(crate) fn unread(&self) {
        let mut current = self.lock();
        current.first_read = None;
        current.interim = Interim::default();
    }

    /// How far the current call has come.
    pub(crate) fn stage(&self) -> Stage {
        let current = self.lock();
        // A head of which too little is here may be that of the answer, and most are.
        let perhaps = current.coming.filter(|_| current.interim.is_undecided());
        match (current.last_write, current.first_read.or(perhaps)) {
            (sent, Some(first)) => Stage::Answering {
                sent: sent.unwrap_or(first),
                first,
            },
            (Some(sent), None) if current.writing != Writing::Blocked => Stage::Waiting { sent },
            _ => Stage::Sending,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a write came to. What is written after the answer has begun belongs to no phase.
    fn wrote(&self, result: &Poll<io::Result<usize>>, then: Writing) {
        let mut current = self.lock();
        if current.first_read.is_none() {
            match result {
                Poll::Ready(Ok(_)) => {
                    current.last_write = Some(Instant::now());
                    current.writing = then;
                }
                Poll::Ready(Err(_)) => {}
                Poll::Pending => current.writing = Writing::Blocked,
            }
        }
    }

    /// What a flush came to.
    fn flushed(&self, result: &Poll<io::Result<()>>) {
        let mut current = self.lock();
        if current.first_read.is_none() && current.writing != Writing::Done {
            match result {
                Poll::Ready(Ok(())) => {
                    current.last_write = Some(Instant::now());
                    current.writing = Writing::Done;
                }
                Poll::Ready(Err(_)) => {}
                Poll::Pending => current.writing = Writing::Blocked,
            }
        }
    }

    fn got(&self, bytes: &[u8]) {
        let mut current = self.lock();
        if current.first_read.is_none() {
            if current.interim.is_between() {
                current.coming = Some(Instant::now());
            }
            if current.interim.take(bytes) {
                current.first_read = current.coming;
            }
        }
    }
}

/// A stream that sets marks.
#[derive(Debug)]
pub(crate) struct Marked<S> {
    inner: S,
    marks: Arc<Marks>,
    /// What a write that was taken is.
    taken: Writing,
}

impl<S> Marked<S> {
    /// Over a stream that may keep what it is given until it is flushed.
    pub(crate) const fn new(inner: S, marks: Arc<Marks>) -> Self {
        let taken = Writing::Buffered;
        Self {
            inner,
            marks,
            taken,
        }
    }

    /// Over a socket: what it takes the kernel has.
    pub(crate) const fn unbuffered(inner: S, marks: Arc<Marks>) -> Self {
        let taken = Writing::Done;
        Self {
            inner,
            marks,
            taken,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Marked<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.marks.got(&buffer.filled()[before..]);
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Marked<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, data);
        self.marks.wrote(&result, self.taken);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(cx, data);
        self.marks.wrote(&result, self.taken);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(cx);
        self.marks.flushed(&result);
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_request_that_does_not_fit_is_still_being_sent() {
        let (near, mut far) = tokio::io::duplex(8);
        let marks = Arc::new(Marks::default());
        let mut stream = Marked::new(near, Arc::clone(&marks));
        assert_eq!(marks.stage(), Stage::Sending);
        let sending = tokio::spawn(async move {
            stream.write_all(b"GET / HTTP/1.1").await.unwrap();
            stream.flush().await.unwrap();
            stream
        });
        tokio::task::yield_now().await;
        assert_eq!(marks.stage(), Stage::Sending);
        far.read_exact(&mut [0; 14]).await.unwrap();
        let mut stream = sending.await.unwrap();
        let Stage::Waiting { sent } = marks.stage() else {
            panic!("{:?}", marks.stage())
        };
        far.write_all(b"echo").await.unwrap();
        stream.read_exact(&mut [0; 4]).await.unwrap();
        stream.write_all(b"late").await.unwrap();
        let Stage::Answering { sent: same, first } = marks.stage() else {
            panic!("{:?}", marks.stage())
        };
        assert_eq!(
            same, sent,
            "a write after the answer's start is not the request's"
        );
        assert!(first >= sent);
        marks.clear();
        assert_eq!(marks.stage(), Stage::Sending);
    }
}
