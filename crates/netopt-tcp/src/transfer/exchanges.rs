//! Requests and responses: one connection for all, or a new one for each.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use netopt_core::histogram::LatencyHistogram;
use netopt_core::unit::Bytes;
use tokio::time::Instant;

use super::error::{Error, Side, Stage};
use super::flow::{Flow, prepare};
use super::meter::Meter;
use super::spec::{Sockets, Way};
use super::stop::{LOOK, Stop};
use super::wire::{Opening, is_nothing_yet};

/// What is read or written at once of a large one.
const PIECE: usize = 64 * 1024;

/// Requests that were answered, by all connections together.
#[derive(Debug, Clone, Default)]
pub struct Exchanges {
    /// From the first byte of the request to the last of the response; with a connection for each, from its begin.
    pub latency: LatencyHistogram,
    /// The handshakes alone; empty on one connection.
    pub connect: LatencyHistogram,
}

impl Exchanges {
    /// Adds those of another connection.
    pub(super) fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.connect.merge(&other.connect);
    }
}

/// The sizes and the bounds of an exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) request: Bytes,
    pub(super) response: Bytes,
    pub(super) patience: Duration,
}

/// Asks until it is over, on one connection.
///
/// # Errors
/// When the peer closes, resets, or does not answer in time.
pub(super) fn ask(
    [up, down]: [&Flow; 2],
    sizes: &Sizes,
    until: Instant,
    stop: &Stop,
) -> Result<Exchanges, Error> {
    let stream = &*up.stream;
    timeouts(stream)?;
    let mut piece = vec![0; PIECE];
    let mut done = Exchanges::default();
    let mut now = Instant::now();
    while now < until && !stop.is_told() {
        if !write(stream, sizes.request, &piece, sizes.patience, stop)?
            || !read(stream, sizes.response, &mut piece, sizes.patience, stop)?
        {
            if stop.is_told() {
                break;
            }
            return Err(closed());
        }
        let after = Instant::now();
        done.latency.record(after - now);
        up.count(usize::try_from(sizes.request.get()).unwrap_or(0), after);
        down.count(usize::try_from(sizes.response.get()).unwrap_or(0), after);
        now = after;
    }
    stream.shutdown(std::net::Shutdown::Write).ok();
    Ok(done)
}

/// Answers until the peer ends.
///
/// # Errors
/// As [`ask`].
pub(super) fn answer([up, down]: [&Flow; 2], sizes: &Sizes, stop: &Stop) -> Result<(), Error> {
    let stream = &*up.stream;
    timeouts(stream)?;
    let mut piece = vec![0; PIECE];
    while read(stream, sizes.request, &mut piece, sizes.patience, stop)? {
        let now = Instant::now();
        up.count(usize::try_from(sizes.request.get()).unwrap_or(0), now);
        if !write(stream, sizes.response, &piece, sizes.patience, stop)? {
            break;
        }
        down.count(usize::try_from(sizes.response.get()).unwrap_or(0), now);
    }
    Ok(())
}

/// Answers one request, and closes first: so the peer's ports stay free for the next.
///
/// # Errors
/// As [`ask`].
pub(super) fn answer_once(stream: &TcpStream, sizes: &Sizes, stop: &Stop) -> Result<(), Error> {
    timeouts(stream)?;
    let mut piece = vec![
        0;
        PIECE.min(
            usize::try_from(sizes.request.get().max(sizes.response.get())).unwrap_or(PIECE)
        )
    ];
    if read(stream, sizes.request, &mut piece, sizes.patience, stop)? {
        write(stream, sizes.response, &piece, sizes.patience, stop)?;
    }
    Ok(())
}

/// Connects, asks, reads to the end, again and again.
///
/// # Errors
/// When a connection is not made or not answered in time.
pub(super) fn connect_and_ask(
    (peer, token, sockets): (SocketAddr, u64, &Sockets),
    sizes: &Sizes,
    until: Instant,
    stop: &Stop,
    meter: &Meter,
) -> Result<Exchanges, Error> {
    let piece = vec![0; PIECE];
    let mut read_into = vec![0; PIECE];
    let mut done = Exchanges::default();
    let first = usize::try_from(sizes.request.get())
        .unwrap_or(PIECE)
        .min(PIECE);
    let opening = [Opening::Once { token }.encode().as_slice(), &piece[..first]].concat();
    let rest = Bytes::new(sizes.request.get() - first as u64);
    while Instant::now() < until && !stop.is_told() {
        let begun = Instant::now();
        let stream = TcpStream::connect_timeout(&peer, sizes.patience)
            .map_err(|error| Error::io(Stage::Connect, "a connection of many", error))?;
        let connected = Instant::now();
        prepare(&stream, sockets).map_err(|error| Error::io(Stage::Connect, "options", error))?;
        timeouts(&stream)?;
        (&stream)
            .write_all(&opening)
            .map_err(|error| Error::io(Stage::Move, "sending a request", error))?;
        let answered = write(&stream, rest, &piece, sizes.patience, stop)?
            && read(
                &stream,
                sizes.response,
                &mut read_into,
                sizes.patience,
                stop,
            )?;
        let after = Instant::now();
        if !answered {
            if stop.is_told() {
                break;
            }
            return Err(closed());
        }
        done.latency.record(after - begun);
        done.connect.record(connected - begun);
        meter.count(Way::Up, sizes.request.get());
        meter.count(Way::Down, sizes.response.get());
        // The peer closes; waiting for it keeps this port out of its last wait.
        read(&stream, Bytes::new(1), &mut read_into, sizes.patience, stop).ok();
    }
    Ok(done)
}

fn closed() -> Error {
    Error::new(
        Stage::Move,
        Side::Peer,
        "the peer closed in the middle of an exchange",
    )
}

fn timeouts(stream: &TcpStream) -> Result<(), Error> {
    stream
        .set_read_timeout(Some(LOOK))
        .and_then(|()| stream.set_write_timeout(Some(LOOK)))
        .map_err(|error| Error::io(Stage::Move, "timeouts", error))
}

/// Writes `count` bytes; `false` when told to stop.
fn write(
    mut stream: &TcpStream,
    count: Bytes,
    piece: &[u8],
    patience: Duration,
    stop: &Stop,
) -> Result<bool, Error> {
    let mut left = count.get();
    let mut waited = Duration::ZERO;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        match stream.write(&piece[..most]) {
            Ok(wrote) => {
                left -= wrote as u64;
                waited = Duration::ZERO;
            }
            Err(error) if is_nothing_yet(&error) => {
                waited += LOOK;
                if stop.is_told() {
                    return Ok(false);
                }
                if waited >= patience {
                    return Err(Error::silent(
                        Stage::Move,
                        "the peer took no bytes",
                        patience,
                    ));
                }
            }
            Err(error) => return Err(Error::io(Stage::Move, "sending", error)),
        }
    }
    Ok(true)
}

/// Reads `count` bytes; `false` when told to stop, or when the peer ended before the first of them.
fn read(
    mut stream: &TcpStream,
    count: Bytes,
    piece: &mut [u8],
    patience: Duration,
    stop: &Stop,
) -> Result<bool, Error> {
    let mut left = count.get();
    let mut waited = Duration::ZERO;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        match stream.read(&mut piece[..most]) {
            Ok(0) if left == count.get() => return Ok(false),
            Ok(0) => return Err(closed()),
            Ok(got) => {
                left -= got as u64;
                waited = Duration::ZERO;
            }
            Err(error) if is_nothing_yet(&error) => {
                waited += LOOK;
                if stop.is_told() {
                    return Ok(false);
                }
                if waited >= patience {
                    let what = "the peer did not go on with its half of an exchange";
                    return Err(Error::silent(Stage::Move, what, patience));
                }
            }
            Err(error) => return Err(Error::io(Stage::Move, "receiving", error)),
        }
    }
    Ok(true)
}
