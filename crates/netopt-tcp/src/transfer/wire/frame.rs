//! The frames of a control connection: a kind, a length that is bounded by the kind, and a payload.

use std::io::{self, Write as _};
use std::net::TcpStream;

use super::codec::{Reader, Writer};
use super::hello;
use super::patient::Patience;
use crate::transfer::spec::Spec;
use crate::transfer::view::View;

/// The most that any frame but a report may carry.
const SMALL: u32 = 1024;
/// The most that a report may carry; only a client reads one.
pub(in crate::transfer) const LARGEST_REPORT: u32 = 4 * 1024 * 1024;

/// What the two ends say to each other.
#[derive(Debug)]
pub(in crate::transfer) enum Frame {
    /// The client says what it wants.
    Hello(Box<Spec>),
    /// The server agrees; streams name the token, datagrams go to the port.
    Welcome { token: u64, port: u16 },
    /// The server does not, and says why.
    Refused(String),
    /// The server has every stream.
    Ready,
    /// The client asks for the time on the server's clock.
    Ping(u64),
    /// The same number, and that time in nanoseconds since the server began.
    Pong(u64, u64),
    /// Now.
    Go,
    /// The client has done its part, and sent so many datagrams.
    Done,
    /// What the server saw.
    Report(Box<View>),
}

impl Frame {
    /// Sends it.
    ///
    /// # Errors
    /// When the connection is gone, or the peer reads nothing for too long.
    pub(in crate::transfer) fn send(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut payload = Writer::default();
        let kind = match self {
            Self::Hello(spec) => {
                hello::encode(spec, &mut payload);
                1
            }
            Self::Welcome { token, port } => {
                payload.u64(*token).u16(*port);
                2
            }
            Self::Refused(text) => {
                payload.text(&text.chars().take(200).collect::<String>());
                3
            }
            Self::Ready => 4,
            Self::Ping(number) => {
                payload.u64(*number);
                5
            }
            Self::Pong(number, at) => {
                payload.u64(*number).u64(*at);
                6
            }
            Self::Go => 7,
            Self::Done => 8,
            Self::Report(view) => {
                view.encode(&mut payload);
                9
            }
        };
        let payload = payload.finish();
        let mut head = Writer::default();
        head.u8(kind)
            .u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
        stream.write_all(&[head.finish(), payload].concat())
    }

    /// Waits for the next one. `None` when the peer closed the connection between two frames.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] for what is no frame or longer than its kind may be, [`io::ErrorKind::TimedOut`] when it
    /// does not come in time; or what the kernel says.
    pub(in crate::transfer) fn receive(
        stream: &TcpStream,
        patience: &Patience<'_>,
    ) -> io::Result<Option<Self>> {
        let mut head = [0; 5];
        if !patience.read_or_end(stream, &mut head)? {
            return Ok(None);
        }
        let mut reader = Reader::new(&head);
        let (Some(kind), Some(length)) = (reader.u8(), reader.u32()) else {
            return Err(bad("no frame"));
        };
        let most = if kind == 9 { patience.largest } else { SMALL };
        if length > most {
            return Err(bad("a frame that is longer than its kind may be"));
        }
        let mut payload = vec![0; length as usize];
        patience.read(stream, &mut payload)?;
        Self::decode(kind, &payload)
            .map(Some)
            .ok_or_else(|| bad("no frame of this protocol"))
    }

    fn decode(kind: u8, payload: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(payload);
        let frame = match kind {
            1 => Self::Hello(Box::new(hello::decode(&mut reader)?)),
            2 => Self::Welcome {
                token: reader.u64()?,
                port: reader.u16()?,
            },
            3 => Self::Refused(reader.text()?),
            4 => Self::Ready,
            5 => Self::Ping(reader.u64()?),
            6 => Self::Pong(reader.u64()?, reader.u64()?),
            7 => Self::Go,
            8 => Self::Done,
            9 => Self::Report(Box::new(View::decode(&mut reader)?)),
            _ => return None,
        };
        reader.is_empty().then_some(frame)
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn garbage_is_refused_and_never_panics(kind: u8, payload in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Some(Frame::Hello(spec)) = Frame::decode(kind, &payload) {
                prop_assert!(spec.check().is_ok());
            }
        }
    }
}
