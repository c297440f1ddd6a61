//! Reading exactly so many bytes by a deadline, however slowly they drip, unless told to stop.
//!
//! A timeout on each read would let a peer that sends one byte a second hold us for ever.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use tokio::time::Instant;

use crate::transfer::stop::{LOOK, Stop};

/// By when, and what else ends the wait.
#[derive(Debug)]
pub(in crate::transfer) struct Patience<'a> {
    /// When it ends.
    pub(in crate::transfer) until: Instant,
    /// Who may end it before.
    pub(in crate::transfer) stop: &'a Stop,
    /// The largest report that is read; zero for a server, which reads none.
    pub(in crate::transfer) largest: u32,
}

impl<'a> Patience<'a> {
    /// From now on so long, and no report.
    pub(in crate::transfer) fn of(bound: Duration, stop: &'a Stop) -> Self {
        Self {
            until: Instant::now() + bound,
            stop,
            largest: 0,
        }
    }

    /// Fills `buffer`.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] at the deadline, [`io::ErrorKind::Interrupted`] when told to stop,
    /// [`io::ErrorKind::UnexpectedEof`] at an early end.
    pub(in crate::transfer) fn read(
        &self,
        stream: &TcpStream,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        if buffer.is_empty() || self.read_or_end(stream, buffer)? {
            return Ok(());
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Fills `buffer`; `false` when the peer ended before its first byte.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(in crate::transfer) fn read_or_end(
        &self,
        mut stream: &TcpStream,
        buffer: &mut [u8],
    ) -> io::Result<bool> {
        let mut filled = 0;
        while filled < buffer.len() {
            let left = self.until.saturating_duration_since(Instant::now());
            if self.stop.is_told() {
                return Err(io::Error::new(io::ErrorKind::Interrupted, "told to stop"));
            }
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            // The kernel takes zero for "no timeout".
            stream.set_read_timeout(Some(left.clamp(Duration::from_millis(1), LOOK)))?;
            match stream.read(&mut buffer[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if is_nothing_yet(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// Whether a call ended because nothing happened within its timeout.
pub(in crate::transfer) fn is_nothing_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    ) && error.raw_os_error().is_some()
}
