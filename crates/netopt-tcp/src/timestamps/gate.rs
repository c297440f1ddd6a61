//! Waits until a socket with stamps has room for more.
//!
//! A stamp in the error queue is an error event to epoll, and one that comes while the socket is writable is the end of the
//! write side to tokio, for good: a stream that then waits for room is woken again and again without end. So the waiting
//! is done by a second registration, which lives for one wait only and begins with an empty error queue.

use std::io;
use std::os::fd::AsFd as _;
use std::task::{Context, Poll, ready};

use tokio::net::TcpStream;

/// One wait for room, if one is under way.
#[derive(Debug, Default)]
pub(super) struct Gate {
    wait: Option<TcpStream>,
}

impl Gate {
    /// Ready when something has happened that may have made room; whoever waits tries again.
    ///
    /// The error queue should have been emptied before.
    pub(super) fn poll(
        &mut self,
        stream: &TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let wait = match &self.wait {
            Some(wait) => wait,
            None => {
                let same = stream.as_fd().try_clone_to_owned()?;
                self.wait.insert(TcpStream::from_std(same.into())?)
            }
        };
        ready!(wait.poll_write_ready(cx))?;
        self.wait = None;
        Poll::Ready(Ok(()))
    }

    /// Nobody waits any more.
    pub(super) fn close(&mut self) {
        self.wait = None;
    }
}
