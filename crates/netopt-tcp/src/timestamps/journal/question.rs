//! What the protocol above knows of a call, for whoever asks for its stamps.

use tokio::time::Instant;

/// Which call is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// When the call began; all times are told since then.
    pub begun: Instant,
    /// When the request was handed to the protocol's engine.
    pub handed: Instant,
    /// When the caller had the head of the answer.
    pub answered: Instant,
    /// Which bytes are the call's.
    pub edges: Edges,
}

/// How a protocol tells the bytes of a call from others on its connection.
#[derive(Debug, Clone, Copy)]
pub enum Edges {
    /// It has seen, above encryption, when the last byte of the request was taken and when the first of the answer came
    /// out. What is written or read beyond is not the call's.
    Seen {
        /// When the last byte was taken.
        sent: Instant,
        /// When the first one came out.
        first: Instant,
    },
    /// It writes and reads messages of its own between those of calls, as HTTP/2 does. The bytes can be the call's only
    /// when one piece was written and one answered it.
    Unseen,
}
