//! A TCP stream that counts, and the handle through which others look at it.
//!
//! Whoever speaks a protocol owns the [`Stream`] and reads and writes it; whoever measures holds its [`Wire`]. The
//! wire outlives the stream: it then still has the counts, and the kernel's view becomes `None`.

use std::io::{self, IoSlice};
use std::os::fd::{AsRawFd as _, RawFd};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use netopt_core::unit::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::info::TcpInfo;
use crate::kernel::NO_SIGNAL;
use crate::options::{Granted, Options};
use crate::timestamps::{Journal, Observation, Watch};

/// What can be known about a stream while somebody else owns it.
#[derive(Debug)]
pub struct Wire {
    /// The descriptor while it is open. The stream empties this before it closes the socket.
    open: Mutex<Option<RawFd>>,
    sent: AtomicU64,
    received: AtomicU64,
    held: AtomicU64,
    granted: Granted,
    /// What kernel stamps are noted in, once they are switched on.
    journal: OnceLock<Mutex<Journal>>,
}

impl Wire {
    /// Bytes that the kernel accepted from us.
    #[must_use]
    pub fn sent(&self) -> Bytes {
        Bytes::new(self.sent.load(Ordering::Relaxed))
    }

    /// Bytes that the kernel gave us.
    #[must_use]
    pub fn received(&self) -> Bytes {
        Bytes::new(self.received.load(Ordering::Relaxed))
    }

    /// The options as the kernel reported them.
    #[must_use]
    pub const fn granted(&self) -> Granted {
        self.granted
    }

    /// The most that the kernel held back right after a write although the congestion window was open, and forgets
    /// it. That is Nagle's algorithm at work; it is looked for only where the algorithm is on. It never holds a whole
    /// segment back: of what is larger only the rest counts, and only when the peer's window has room.
    #[must_use]
    pub fn take_held(&self) -> Option<Bytes> {
        let held = self.held.swap(0, Ordering::Relaxed);
        (self.granted.nodelay == Some(false)).then_some(Bytes::new(held))
    }

    /// The kernel's view of the connection; `None` once the stream is gone, and where the kernel does not tell.
    #[must_use]
    pub fn info(&self) -> Option<TcpInfo> {
        self.with_descriptor(crate::info::of_raw).flatten()
    }

    /// One call begins now, and the kernel's stamps of it are noted; `None` unless [`Stream::take_stamps`] was called, and
    /// once the stream is gone.
    #[must_use]
    pub fn observe(self: &Arc<Self>) -> Option<Observation> {
        self.takes_stamps()
            .then(|| Observation::begin(Arc::clone(self)))
            .flatten()
    }

    /// Whether there is a journal; to know it takes no lock and no call into the kernel.
    fn takes_stamps(&self) -> bool {
        self.journal.get().is_some()
    }

    /// What `ask` says of the open descriptor; `None` once the stream is gone.
    pub(crate) fn with_descriptor<T>(&self, ask: impl FnOnce(RawFd) -> T) -> Option<T> {
        // The stream cannot close the descriptor while the lock is held.
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        (*open).map(ask)
    }

    /// What `ask` says of the journal; `None` where no stamps are taken. No other lock may be asked for inside.
    pub(crate) fn with_journal<T>(&self, ask: impl FnOnce(&mut Journal) -> T) -> Option<T> {
        let journal = self.journal.get()?.lock();
        Some(ask(&mut journal.unwrap_or_else(PoisonError::into_inner)))
    }
}

/// A connected TCP stream that counts its bytes.
#[derive(Debug)]
pub struct Stream {
    inner: TcpStream,
    options: Options,
    wire: Arc<Wire>,
    /// Whether the last write ended in less than a whole segment.
    ended_small: bool,
    /// What taking stamps needs, where they are taken.
    watch: Option<Box<Watch>>,
}

impl Stream {
    /// Takes over a connected socket and applies `options` to it.
    ///
    /// # Errors
    /// When the kernel refuses an option.
    pub fn new(inner: TcpStream, options: Options) -> io::Result<Self> {
        let granted = options.apply(&inner)?;
        let wire = Wire {
            open: Mutex::new(Some(inner.as_raw_fd())),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            held: AtomicU64::new(0),
            granted,
            journal: OnceLock::new(),
        };
        Ok(Self {
            inner,
            options,
            wire: Arc::new(wire),
            ended_small: false,
            watch: None,
        })
    }

    /// Has the kernel stamp from now on when bytes leave and come, for [`Wire::observe`].
    ///
    /// It costs some microseconds a call. Off unless asked for, and to be asked before the first byte.
    ///
    /// # Errors
    /// Where there are no such stamps (they need Linux 5.1), and after the first byte, since then the kernel's
    /// offsets are not those of the stream. The stream goes on as before.
    pub fn take_stamps(&mut self) -> io::Result<()> {
        if self.wire.sent() > Bytes::ZERO || self.wire.received() > Bytes::ZERO {
            let message = "kernel stamps are to be switched on before the first byte of a stream";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        crate::timestamps::request::all(self.inner.as_raw_fd())?;
        self.wire.journal.get_or_init(Mutex::default);
        self.watch = Some(Box::default());
        Ok(())
    }

    /// The handle for whoever measures.
    #[must_use]
    pub fn wire(&self) -> Arc<Wire> {
        Arc::clone(&self.wire)
    }

    fn wrote(&mut self, count: usize, before: Option<u32>) {
        self.wire.sent.fetch_add(count as u64, Ordering::Relaxed);
        if self.wire.granted.nodelay == Some(false) {
            self.look_for_nagle(count, before.unwrap_or(0));
        }
    }

    /// Segments in flight before a write, where Nagle's algorithm is on.
    fn in_flight(&self) -> Option<u32> {
        (self.wire.granted.nodelay == Some(false))
            .then(|| self.wire.info()?.unacked())
            .flatten()
    }

    /// Less than a segment unsent behind unacknowledged data although the window is open: RFC 896's rule, no other.
    ///
    /// A sender that paces may not have sent the whole segments in front of it yet when we look. Then the rest will be
    /// held if the write before ended in a small segment that is still in flight, which is how Linux reads the rule
    /// (Minshall's variant).
    fn look_for_nagle(&mut self, count: usize, before: u32) {
        let after_small = std::mem::replace(&mut self.ended_small, false) && before > 0;
        let Some(info) = self.wire.info() else { return };
        let (Some(unsent), Some(in_flight), Some(cwnd), Some(mss)) = (
            info.notsent_bytes(),
            info.unacked(),
            info.snd_cwnd(),
            info.snd_mss(),
        ) else {
            return;
        };
        let Some(rest) = unsent.get().checked_rem(mss.get()) else {
            return;
        };
        self.ended_small = !(count as u64).is_multiple_of(mss.get());
        let in_transit = u64::from(in_flight).saturating_mul(mss.get());
        let has_room = info
            .snd_wnd()
            .is_some_and(|window| window.get() >= in_transit.saturating_add(unsent.get()));
        let is_paced = after_small && has_room;
        if in_flight > 0 && in_flight < cwnd && (unsent < mss || is_paced) {
            self.wire.held.fetch_max(rest, Ordering::Relaxed);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        *self
            .wire
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let stream = &mut *self;
        ready!(match &mut stream.watch {
            None => Pin::new(&mut stream.inner).poll_read(cx, buffer),
            Some(watch) => watch.poll_read(&stream.inner, &stream.wire, cx, buffer),
        })?;
        let count = buffer.filled().len() - before;
        self.wire
            .received
            .fetch_add(count as u64, Ordering::Relaxed);
        self.options.rearm(&SockRef::from(&self.inner));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let before = self.in_flight();
        let stream = &mut *self;
        let count = ready!(match &mut stream.watch {
            None => Pin::new(&mut stream.inner).poll_write(cx, data),
            Some(watch) => {
                let socket = SockRef::from(&stream.inner);
                let send = || socket.send_with_flags(data, NO_SIGNAL);
                watch.poll_write(&stream.inner, &stream.wire, cx, send)
            }
        })?;
        self.wrote(count, before);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let before = self.in_flight();
        let stream = &mut *self;
        let count = ready!(match &mut stream.watch {
            None => Pin::new(&mut stream.inner).poll_write_vectored(cx, data),
            Some(watch) => {
                let socket = SockRef::from(&stream.inner);
                let send = || socket.send_vectored_with_flags(data, NO_SIGNAL);
                watch.poll_write(&stream.inner, &stream.wire, cx, send)
            }
        })?;
        self.wrote(count, before);
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
