//! How many calls at once the peer of an HTTP/2 connection takes (`SETTINGS_MAX_CONCURRENT_STREAMS`, RFC 9113 §6.5.2).
//!
//! Only the driver of the connection knows, so it tells here whenever it runs. It runs when a request is handed to it, which
//! is before the settings have come where it is the first one; so it is woken once when the first answer is here.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hyper::client::conn::http2;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Notify;

use crate::body::Body;

/// What the peer takes, as far as its driver knows.
#[derive(Debug, Clone)]
pub(crate) struct Streams(Arc<Told>);

#[derive(Debug)]
struct Told {
    most: AtomicU32,
    asked: Notify,
}

impl Streams {
    /// Nobody has said a bound.
    pub(crate) fn unbounded() -> Self {
        Self(Arc::new(Told {
            most: AtomicU32::new(u32::MAX),
            asked: Notify::new(),
        }))
    }

    /// Calls at once.
    pub(crate) fn most(&self) -> u32 {
        self.0.most.load(Ordering::Relaxed)
    }

    /// Asks the driver to look again.
    pub(crate) fn look(&self) {
        self.0.asked.notify_one();
    }

    /// Drives a connection to its end and tells what its peer takes. What ends it is told to the calls on it.
    pub(crate) async fn drive<T>(self, mut driver: http2::Connection<T, Body, TokioExecutor>)
    where
        T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let mut asked = pin!(self.0.asked.notified());
        let ended = poll_fn(|cx| {
            let ended = Pin::new(&mut driver).poll(cx);
            let most = driver.current_max_send_streams();
            let most = u32::try_from(most).unwrap_or(u32::MAX);
            self.0.most.store(most, Ordering::Relaxed);
            while asked.as_mut().poll(cx).is_ready() {
                asked.set(self.0.asked.notified());
            }
            ended.map(drop)
        });
        ended.await;
    }
}
