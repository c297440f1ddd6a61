//! UDP at a rate: what was sent, and what of it arrived, in which order, how evenly.
//!
//! [`Arrivals`] is pure: numbers and times in, counts out. Sockets are in the two loops below it. Datagrams that are due
//! while the sender slept leave together, so below a millisecond the jitter is partly the sender's.

mod arrivals;

use std::net::UdpSocket;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use tokio::time::Instant;

pub(super) use arrivals::Arrivals;
pub use arrivals::Arrived;

use super::bulk::noise;
use super::course::{Course, brought};
use super::error::{Error, Stage};
use super::flow::rest_until;
use super::spec::Work;
use super::stop::LOOK;
use super::view::nanos;
use super::wire::{Reader, Writer, is_nothing_yet};

/// Bytes in front of the contents: token, number, time of sending.
pub(super) const HEADER: usize = 24;
/// The number of a datagram that only opens the way.
const KNOCK: u64 = u64::MAX;
/// How long a datagram may be late after the last was sent.
pub(super) const LATE: Duration = Duration::from_millis(500);

/// What a sender of datagrams shall send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream {
    pub(super) token: u64,
    pub(super) size: Bytes,
    pub(super) rate: BitRate,
    pub(super) begun: Instant,
    pub(super) until: Instant,
}

/// What was sent and what arrived, where datagrams go that way.
pub(super) type Half = (Option<u64>, Option<Arrived>);

/// The datagrams of one end: sends its way, and receives the other until `is_over`.
///
/// # Errors
/// When a socket fails.
pub(super) fn exchange(
    course: &Course<'_>,
    token: u64,
    socket: &UdpSocket,
    is_over: impl Fn(Instant) -> bool,
) -> Result<Half, Error> {
    let Work::Datagrams { ways, size, rate } = course.spec.work else {
        return Ok((None, None));
    };
    let job = Stream {
        token,
        size,
        rate,
        begun: course.begun,
        until: course.until(),
    };
    std::thread::scope(|scope| {
        let sending = ways
            .has(course.end.sends())
            .then(|| scope.spawn(|| send(socket, &job, course)));
        let arrived = ways
            .has(course.end.receives())
            .then(|| receive(socket, token, is_over, course))
            .transpose()?;
        let sent = sending.map(brought).transpose()?;
        Ok((sent, arrived))
    })
}

/// Lets the other end know where to send to.
pub(super) fn knock(socket: &UdpSocket, token: u64) {
    // One that is lost is followed by others; if none comes through, the agreement says so.
    drop(socket.send(&header(token, KNOCK, 0)));
}

/// Whether it is a knock for that token.
pub(super) fn is_knock(datagram: &[u8], token: u64) -> bool {
    read(datagram).is_some_and(|(said, number, _)| said == token && number == KNOCK)
}

/// Sends at the rate until it is over; how many.
///
/// # Errors
/// When the kernel refuses a datagram for another reason than that the peer is not there.
fn send(socket: &UdpSocket, job: &Stream, course: &Course<'_>) -> Result<u64, Error> {
    let size = usize::try_from(job.size.get()).unwrap_or(HEADER);
    let mut datagram = noise(size);
    let spacing = Duration::try_from_secs_f64(job.size.bits() / job.rate.bps());
    let spacing = spacing.unwrap_or(LOOK).max(Duration::from_nanos(100));
    let mut number = 0_u64;
    loop {
        let now = Instant::now();
        if now >= job.until || course.stop.is_told() {
            return Ok(number);
        }
        let due = job.begun + spacing.mul_f64(number as f64);
        if due > now {
            rest_until(due.min(job.until).min(now + LOOK));
            continue;
        }
        let at = nanos(now - job.begun);
        datagram[..HEADER].copy_from_slice(&header(job.token, number, at));
        match socket.send(&datagram) {
            Ok(_) => {
                number += 1;
                course.meter.count(course.end.sends(), job.size.get());
            }
            // A port that was closed, or a queue that is full: the datagram is lost, and counted as sent.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => number += 1,
            Err(error) if is_nothing_yet(&error) || error.raw_os_error() == Some(NO_BUFFERS) => {
                number += 1;
            }
            Err(error) => return Err(Error::io(Stage::Move, "sending a datagram", error)),
        }
    }
}

/// `ENOBUFS` of Linux.
const NO_BUFFERS: i32 = 105;

/// Receives until `is_over` and nothing more has come for [`LATE`], or until told to stop.
///
/// # Errors
/// When the socket fails.
fn receive(
    socket: &UdpSocket,
    token: u64,
    is_over: impl Fn(Instant) -> bool,
    course: &Course<'_>,
) -> Result<Arrived, Error> {
    let (begun, stop) = (course.begun, course.stop);
    let fault = |error| Error::io(Stage::Move, "receiving datagrams", error);
    socket.set_read_timeout(Some(LOOK)).map_err(fault)?;
    let mut room = vec![0; 65_536];
    let mut arrivals = Arrivals::default();
    let mut latest = begun;
    loop {
        match socket.recv(&mut room) {
            Ok(length) => {
                let now = Instant::now();
                if let Some((said, number, at)) = read(&room[..length])
                    && said == token
                    && number != KNOCK
                {
                    latest = now;
                    arrivals.take(number, at, nanos(now - begun), length as u64);
                    course.meter.count(course.end.receives(), length as u64);
                }
            }
            Err(error) if is_nothing_yet(&error) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
            Err(error) => return Err(fault(error)),
        }
        let now = Instant::now();
        if stop.is_told() || (is_over(now) && now.saturating_duration_since(latest) >= LATE) {
            return Ok(arrivals.finish());
        }
    }
}

fn header(token: u64, number: u64, at: u64) -> [u8; HEADER] {
    let mut writer = Writer::default();
    writer.u64(token).u64(number).u64(at);
    writer.finish().try_into().unwrap_or([0; HEADER])
}

fn read(datagram: &[u8]) -> Option<(u64, u64, u64)> {
    let mut reader = Reader::new(datagram);
    Some((reader.u64()?, reader.u64()?, reader.u64()?))
}
