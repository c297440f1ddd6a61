//! One open WebSocket connection, and the questions on it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::outcome::{FailureKind, Outcome};
use netopt_core::phase::Phase;
use netopt_core::unit::show_duration;
use netopt_pool::Origin;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Bytes, Message};

use super::{Socket, error};
use crate::error::Error;
use crate::reach::line::Line;
use crate::reach::recording::Recording;

/// The largest message that is taken, in bytes; a larger one ends the connection.
pub const MAX_MESSAGE: usize = 1024 * 1024;

/// The longest payload of a ping, in bytes (RFC 6455 §5.5).
pub const MAX_PING: usize = 125;

/// How long a peer may take for its side of a goodbye, which nobody measures.
const GOODBYE: Duration = Duration::from_millis(200);

/// What is asked of the peer. Each question should differ from those before, or a late answer is taken for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question<'a> {
    /// A text message, to be sent back as it is, as text or as binary: the work of the peer's program.
    Echo(&'a str),
    /// A ping, for a pong (RFC 6455 §5.5.2): the work of the peer's WebSocket library. Cut at [`MAX_PING`].
    Ping(&'a str),
}

/// What a question came to.
enum Ended {
    Answered,
    Closed(Option<CloseFrame>),
}

/// An open connection. Dropping it closes it without a goodbye.
pub struct WebSocket {
    socket: Socket,
    line: Arc<Line>,
    /// What the opening took, until the first question.
    opening: Option<Box<Recording>>,
    unasked: u64,
}

impl WebSocket {
    pub(super) const fn new(socket: Socket, line: Arc<Line>, opening: Box<Recording>) -> Self {
        Self {
            socket,
            line,
            opening: Some(opening),
            unasked: 0,
        }
    }

    /// Asks, and waits for the answer for at most `bound`. After a failure the connection is of no more use.
    ///
    /// Not cancel safe: after a drop the connection may hold half a message.
    pub async fn ask(&mut self, question: Question<'_>, bound: Duration) -> Exchange {
        let mut recording = self.opening.take().unwrap_or_else(|| {
            let mut recording = Recording::begin();
            let now = Instant::now();
            recording.board(&self.line, Protocol::WebSocket, Origin::Reused, now);
            recording
        });
        let before = self.unasked;
        recording.dispatch(Protocol::WebSocket, Instant::now());
        let error = match timeout(bound, self.answer(question)).await {
            Ok(Ok(Ended::Answered)) => {
                recording.answered();
                return recording.finish(Outcome::Connected);
            }
            Ok(Ok(Ended::Closed(frame))) => error::closed(frame.as_ref(), recording.phase()),
            Ok(Err(cause)) => error::explain(cause, recording.phase()),
            Err(_elapsed) => silence(question, recording.phase(), bound, self.unasked - before),
        };
        recording.finish(Outcome::Failed(error.failure().clone()))
    }

    /// Messages that came and were no answer.
    #[must_use]
    pub const fn unasked(&self) -> u64 {
        self.unasked
    }

    /// Says goodbye, and waits a moment for the peer to do the same (RFC 6455 §7.1.2).
    pub async fn close(mut self) {
        let goodbye = async {
            // A peer that is gone needs no goodbye.
            if self.socket.close(None).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        timeout(GOODBYE, goodbye).await.ok();
    }

    /// Sends the question and reads up to its answer.
    async fn answer(&mut self, question: Question<'_>) -> Result<Ended, tungstenite::Error> {
        let (message, ping) = match question {
            Question::Echo(text) => (Message::text(text), Bytes::new()),
            Question::Ping(text) => {
                let payload = text.as_bytes();
                let payload = Bytes::copy_from_slice(&payload[..payload.len().min(MAX_PING)]);
                (Message::Ping(payload.clone()), payload)
            }
        };
        self.socket.send(message).await?;
        loop {
            let came = self.socket.next().await;
            match (came.ok_or(tungstenite::Error::ConnectionClosed)??, question) {
                (Message::Text(came), Question::Echo(text)) if came.as_str() == text => {
                    return Ok(Ended::Answered);
                }
                (Message::Binary(came), Question::Echo(text)) if came == text.as_bytes() => {
                    return Ok(Ended::Answered);
                }
                (Message::Pong(came), Question::Ping(_)) if came == ping => {
                    return Ok(Ended::Answered);
                }
                (Message::Text(_) | Message::Binary(_), _) => self.unasked += 1,
                (Message::Close(frame), _) => return Ok(Ended::Closed(frame)),
                (Message::Ping(_) | Message::Pong(_) | Message::Frame(_), _) => {}
            }
            self.line.marks.unread();
        }
    }
}

/// The bound passed without the answer.
fn silence(question: Question<'_>, phase: Phase, bound: Duration, unasked: u64) -> Error {
    let what = match question {
        Question::Echo(_) => "the message did not come back",
        Question::Ping(_) => "no ping was answered",
    };
    let others = match unasked {
        0 => String::new(),
        1 => ", but 1 other message came".to_owned(),
        more => format!(", but {more} other messages came"),
    };
    let message = format!("{what} within {}{others}", show_duration(bound));
    Error::new(FailureKind::RequestTimeout, phase, message)
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("birth", &self.line.birth)
            .field("unasked", &self.unasked)
            .finish_non_exhaustive()
    }
}
