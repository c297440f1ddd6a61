//! A listing while it comes in, datagram by datagram. No I/O.

use std::io;

use super::filter::Filter;
use super::request::BY_FAMILY;
use super::socket::Socket;
use super::wire::{self, DONE, ERROR, INTERRUPTED, NOTHING, u32_at};

/// A listing while it comes in.
#[derive(Debug)]
pub(super) struct Dump {
    sequence: u32,
    filter: Filter,
    room: usize,
    sockets: Vec<Socket>,
    is_done: bool,
    is_sound: bool,
}

impl Dump {
    /// Nothing yet of the request with that number; at most `room` sockets are kept.
    pub(super) const fn new(sequence: u32, filter: Filter, room: usize) -> Self {
        Self {
            sequence,
            filter,
            room,
            sockets: Vec::new(),
            is_done: false,
            is_sound: true,
        }
    }

    /// Takes one datagram. `length` is what the kernel sent, which is more than `bytes` when it did not fit.
    ///
    /// # Errors
    /// What the kernel says when it refuses; when a datagram was cut off.
    pub(super) fn take(&mut self, bytes: &[u8], length: usize) -> io::Result<()> {
        if length > bytes.len() {
            let cut = format!(
                "a list of sockets came in a message of {length} bytes, {} fit",
                bytes.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, cut));
        }
        let mut rest = bytes;
        while !self.is_done && !rest.is_empty() {
            let Some((header, payload, after)) = wire::message(rest) else {
                self.is_sound = false;
                break;
            };
            rest = after;
            // An answer to somebody else's question, or to an earlier one of ours.
            if header.sequence != self.sequence {
                continue;
            }
            self.is_sound &= header.flags & INTERRUPTED == 0;
            match header.kind {
                BY_FAMILY => self.keep(payload),
                DONE | ERROR => {
                    self.is_done = true;
                    refusal(payload).map_or(Ok(()), Err)?;
                }
                NOTHING => {}
                // An overrun, or what this list does not know: something is missing.
                _ => self.is_sound = false,
            }
        }
        Ok(())
    }

    fn keep(&mut self, payload: &[u8]) {
        match Socket::read(payload) {
            Some(socket) if !self.filter.lets_through(&socket) => {}
            Some(socket) if self.sockets.len() < self.room => self.sockets.push(socket),
            _ => self.is_sound = false,
        }
    }

    /// Whether the kernel said that this was all.
    pub(super) const fn is_done(&self) -> bool {
        self.is_done
    }

    /// Whether nothing is missing and nothing changed underway.
    pub(super) const fn is_sound(&self) -> bool {
        self.is_sound && self.is_done
    }

    /// What came.
    pub(super) fn into_sockets(self) -> Vec<Socket> {
        self.sockets
    }
}

/// What an error or the end of a listing says: zero is no error, an error of the kernel is negative.
fn refusal(payload: &[u8]) -> Option<io::Error> {
    let number = u32_at(payload, 0)?.cast_signed();
    (number < 0).then(|| io::Error::from_raw_os_error(number.saturating_neg()))
}

#[cfg(test)]
mod tests;
