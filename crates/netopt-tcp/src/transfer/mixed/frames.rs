//! The frames on a connection that carries messages and bulk: a head of 32 bytes, and contents that nobody looks at.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use tokio::time::Instant;

use crate::transfer::error::{Error, Side, Stage};
use crate::transfer::flow::Flow;
use crate::transfer::spec::LARGEST_MESSAGE;
use crate::transfer::stop::{LOOK, Stop};
use crate::transfer::wire::{Reader, Writer, is_nothing_yet};

/// The length of a head.
pub(in crate::transfer) const HEADER: usize = 32;
/// What is read at once.
const ROOM: usize = 256 * 1024;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bulk,
    Message,
    Answer,
}

/// What stands in front of the contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transfer) struct Head {
    pub(super) kind: Kind,
    pub(super) number: u64,
    /// When the message was due, by the client's clock.
    pub(super) due: u64,
    /// When the server had it, by the server's clock.
    pub(super) at_server: u64,
}

impl Head {
    pub(super) const fn new(kind: Kind, number: u64, due: u64, at_server: u64) -> Self {
        Self {
            kind,
            number,
            due,
            at_server,
        }
    }

    fn encode(self, contents: usize) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u32(match self.kind {
            Kind::Bulk => 0,
            Kind::Message => 1,
            Kind::Answer => 2,
        });
        writer.u32(u32::try_from(contents).unwrap_or(u32::MAX));
        writer.u64(self.number).u64(self.due).u64(self.at_server);
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Option<(Self, u64)> {
        let mut reader = Reader::new(bytes);
        let kind = match reader.u32()? {
            0 => Kind::Bulk,
            1 => Kind::Message,
            2 => Kind::Answer,
            _ => return None,
        };
        let contents = u64::from(reader.u32()?);
        let head = Self::new(kind, reader.u64()?, reader.u64()?, reader.u64()?);
        (contents <= LARGEST_MESSAGE.get()).then_some((head, contents))
    }
}

/// Whole frames on one way of a connection.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    flow: &'a Flow,
    patience: Duration,
    until: Option<Instant>,
    room: Vec<u8>,
    start: usize,
    end: usize,
}

impl<'a> Frames<'a> {
    pub(super) fn writer(flow: &'a Flow, patience: Duration) -> Result<Self, Error> {
        let set = flow.stream.set_write_timeout(Some(LOOK));
        set.map_err(|error| Error::io(Stage::Move, "timeouts", error))?;
        Ok(Self::new(flow, patience, None, 0))
    }

    pub(super) fn reader(
        flow: &'a Flow,
        patience: Duration,
        until: Instant,
    ) -> Result<Self, Error> {
        let set = flow.stream.set_read_timeout(Some(LOOK));
        set.map_err(|error| Error::io(Stage::Move, "timeouts", error))?;
        Ok(Self::new(flow, patience, Some(until), ROOM))
    }

    fn new(flow: &'a Flow, patience: Duration, until: Option<Instant>, room: usize) -> Self {
        Self {
            flow,
            patience,
            until,
            room: vec![0; room],
            start: 0,
            end: 0,
        }
    }

    /// Writes one whole; when told to stop, it may leave it half.
    pub(super) fn write(&mut self, head: Head, contents: &[u8], stop: &Stop) -> Result<(), Error> {
        let whole = [head.encode(contents.len()), contents.to_vec()].concat();
        let mut left = whole.as_slice();
        let mut progress = Instant::now();
        while !left.is_empty() && !stop.is_told() {
            match (&*self.flow.stream).write(left) {
                Ok(count) => {
                    progress = Instant::now();
                    self.flow.count(count, progress);
                    left = &left[count..];
                }
                Err(error) if is_nothing_yet(&error) => self.wait(progress, "took")?,
                Err(error) => return Err(Error::io(Stage::Move, "sending", error)),
            }
        }
        Ok(())
    }

    /// The head of the next, once all of it is there; `None` at the end of the stream and when told to stop.
    pub(super) fn read(&mut self, stop: &Stop) -> Result<Option<Head>, Error> {
        while self.end - self.start < HEADER {
            if !self.fill(stop)? {
                return Ok(None);
            }
        }
        let head = &self.room[self.start..self.start + HEADER];
        let Some((head, mut contents)) = Head::decode(head) else {
            let message = "the peer sent what is no frame";
            return Err(Error::new(Stage::Move, Side::Peer, message));
        };
        self.start += HEADER;
        loop {
            let here = contents.min((self.end - self.start) as u64);
            self.start += usize::try_from(here).unwrap_or(0);
            contents -= here;
            if contents == 0 {
                return Ok(Some(head));
            }
            if !self.fill(stop)? {
                return Ok(None);
            }
        }
    }

    /// Reads more; `false` at the end and when told to stop.
    fn fill(&mut self, stop: &Stop) -> Result<bool, Error> {
        self.room.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let begun = Instant::now();
        while !stop.is_told() {
            match (&*self.flow.stream).read(&mut self.room[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.end += count;
                    self.flow.count(count, Instant::now());
                    return Ok(true);
                }
                Err(error) if is_nothing_yet(&error) => self.wait(begun, "sent")?,
                Err(error) => return Err(Error::io(Stage::Move, "receiving", error)),
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                let message = "bytes were still on their way long after the end";
                return Err(Error::new(Stage::Move, Side::Path, message));
            }
        }
        Ok(false)
    }

    fn wait(&self, since: Instant, what: &str) -> Result<(), Error> {
        if since.elapsed() < self.patience {
            return Ok(());
        }
        let line = format!("the peer {what} no bytes");
        Err(Error::silent(Stage::Move, &line, self.patience))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_head_comes_through(number: u64, due: u64, at_server: u64, contents in 0_usize..100_000) {
            for kind in [Kind::Bulk, Kind::Message, Kind::Answer] {
                let head = Head::new(kind, number, due, at_server);
                let bytes = head.encode(contents);
                prop_assert_eq!(bytes.len(), HEADER);
                prop_assert_eq!(Head::decode(&bytes), Some((head, contents as u64)));
            }
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Head::decode(&bytes);
        }
    }
}
