//! A server of HTTP/2 that sends whatever frames a test wants (RFC 9113 §4, §6).
//!
//! It reads requests without looking into their headers and answers with the smallest header block there is, so it needs no
//! HPACK.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use crate::scene::scripted;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const MAX_CONCURRENT_STREAMS: u16 = 3;

const PREFACE: usize = 24;

/// Codes of errors (§7).
pub(crate) const NO_ERROR: u32 = 0;
pub(crate) const INTERNAL_ERROR: u32 = 2;
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const CANCEL: u32 = 8;

/// A request as it came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Came {
    /// The number of its connection, from 1.
    pub(crate) connection: usize,
    /// How many requests came on the connection, this one included.
    pub(crate) request: usize,
    /// Its stream.
    pub(crate) stream: u32,
}

/// What a server says first, and how long it takes for each request, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) settings: Vec<u8>,
    pub(crate) pause: Duration,
    /// Where it tells that a connection is over.
    pub(crate) over: Option<UnboundedSender<()>>,
}

/// What a server does to a request.
#[derive(Debug)]
pub(crate) enum Act {
    /// It sends these frames.
    Send(Vec<u8>),
    /// It sends these frames and closes the connection.
    Close(Vec<u8>),
}

/// A server that does to each whole request what `act` says.
pub(crate) async fn framed(
    manner: Manner,
    act: impl Fn(Came) -> Act + Send + Sync + 'static,
) -> String {
    let (act, connections) = (Arc::new(act), Arc::new(AtomicUsize::new(0)));
    scripted(move |stream| {
        let connection = connections.fetch_add(1, Ordering::Relaxed) + 1;
        let (act, manner) = (Arc::clone(&act), manner.clone());
        async move {
            // A client that goes away ends the script.
            serve(stream, connection, &manner, &*act).await.ok();
            if let Some(over) = manner.over {
                over.send(()).ok();
            }
        }
    })
    .await
}

async fn serve(
    mut io: TcpStream,
    connection: usize,
    manner: &Manner,
    act: &(dyn Fn(Came) -> Act + Send + Sync),
) -> std::io::Result<()> {
    io.read_exact(&mut [0; PREFACE]).await?;
    io.write_all(&manner.settings).await?;
    let mut request = 0;
    loop {
        // A length of three bytes, the type, the flags, the stream.
        let head = io.read_u32().await?;
        let (length, [.., kind]) = (head >> 8, head.to_be_bytes());
        let flags = io.read_u8().await?;
        let stream = io.read_u32().await?;
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        io.read_exact(&mut payload).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => io.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
            PING if flags & ACK == 0 => io.write_all(&frame(PING, ACK, 0, &payload)).await?,
            HEADERS | DATA if flags & END_STREAM != 0 => {
                request += 1;
                let came = Came {
                    connection,
                    request,
                    stream,
                };
                sleep(manner.pause).await;
                match act(came) {
                    Act::Send(frames) => io.write_all(&frames).await?,
                    Act::Close(frames) => return io.write_all(&frames).await,
                }
            }
            _ => {}
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    let mut frame = (length << 8 | u32::from(kind)).to_be_bytes().to_vec();
    frame.push(flags);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

impl Manner {
    /// It says nothing and takes no time.
    pub(crate) fn plain() -> Self {
        Self {
            settings: frame(SETTINGS, 0, 0, &[]),
            pause: Duration::ZERO,
            over: None,
        }
    }

    /// It allows so many streams at once.
    pub(crate) fn streams(most: u32) -> Self {
        let mut setting = MAX_CONCURRENT_STREAMS.to_be_bytes().to_vec();
        setting.extend_from_slice(&most.to_be_bytes());
        Self {
            settings: frame(SETTINGS, 0, 0, &setting),
            ..Self::plain()
        }
    }
}

/// The head of an answer with status 200: the eighth entry of HPACK's static table (RFC 7541 §A).
pub(crate) fn head(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[0x88])
}

/// The head of an answer that announces a body of so many bytes, below ten: `content-length` is the entry 28.
pub(crate) fn head_of(stream: u32, length: u8) -> Vec<u8> {
    let block = [0x88, 0x0f, 13, 1, b'0' + length];
    frame(HEADERS, END_HEADERS, stream, &block)
}

/// A part of a body that goes on.
pub(crate) fn part(stream: u32, body: &[u8]) -> Vec<u8> {
    frame(DATA, 0, stream, body)
}

/// A trailer after which nothing comes: `x-sum: 5`, a name and a value without any compression.
pub(crate) fn trailer(stream: u32) -> Vec<u8> {
    let block = b"\x00\x05x-sum\x015";
    frame(HEADERS, END_HEADERS | END_STREAM, stream, block)
}

/// An answer with status 200 and that body.
pub(crate) fn answer(stream: u32, body: &[u8]) -> Vec<u8> {
    [head(stream), frame(DATA, END_STREAM, stream, body)].concat()
}

pub(crate) fn reset(stream: u32, error: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &error.to_be_bytes())
}

/// The connection is wound up; streams beyond `last` were not worked on.
pub(crate) fn go_away(last: u32, error: u32) -> Vec<u8> {
    frame(
        GOAWAY,
        0,
        0,
        &[last.to_be_bytes(), error.to_be_bytes()].concat(),
    )
}
