//! From the first connect to the moment when both ends only wait for the word.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use netopt_core::unit::show_duration;
use tokio::time::Instant;

use crate::transfer::course::Joined;
use crate::transfer::datagrams;
use crate::transfer::error::{Error, Side, Stage};
use crate::transfer::flow::prepare;
use crate::transfer::mixed::Clock;
use crate::transfer::spec::{Spec, Way, Work};
use crate::transfer::stop::Stop;
use crate::transfer::view::nanos;
use crate::transfer::wire::{Frame, Opening, Patience};

/// Comparisons of the clocks; the one with the shortest round trip counts.
const COMPARISONS: u64 = 8;
/// From one knock to the next.
const KNOCKS: Duration = Duration::from_millis(50);

/// What was agreed on.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) control: TcpStream,
    pub(super) token: u64,
    pub(super) joined: Vec<Joined>,
    pub(super) socket: Option<UdpSocket>,
    pub(super) clock: Clock,
    pub(super) round_trips: Vec<Duration>,
}

/// Agrees with the server, and makes every connection.
///
/// # Errors
/// When it cannot be reached, speaks something else, refuses, or does not answer in time.
pub(super) fn with(peer: SocketAddr, spec: &Spec, stop: &Stop) -> Result<Agreed, Error> {
    let connect = |what: &str| {
        TcpStream::connect_timeout(&peer, spec.patience).map_err(|error| {
            if error.kind() == io::ErrorKind::TimedOut {
                let what = format!("{what} to {peer}: no answer");
                return Error::silent(Stage::Connect, &what, spec.patience);
            }
            Error::io(Stage::Connect, &format!("{what} to {peer}"), error)
        })
    };
    let control = connect("the control connection")?;
    control
        .set_nodelay(true)
        .map_err(|error| Error::io(Stage::Connect, "options", error))?;
    control
        .set_write_timeout(Some(spec.patience))
        .map_err(|error| Error::io(Stage::Connect, "options", error))?;
    (&control)
        .write_all(&Opening::Control.encode())
        .map_err(|error| Error::io(Stage::Agree, "the control connection", error))?;
    super::send(&control, &Frame::Hello(Box::new(spec.clone())))?;
    let Frame::Welcome { token, port } = hear(&control, peer, spec, stop)? else {
        return Err(elsewhere(peer));
    };
    let mut joined = Vec::new();
    for (way, index) in streams(spec) {
        let stream = connect("a stream")?;
        prepare(&stream, &spec.sockets).map_err(|error| {
            match &spec.sockets.congestion_control {
                Some(name) => Error::new(
                    Stage::Connect,
                    Side::Us,
                    format!("this end cannot use \"{name}\": {error}"),
                ),
                None => Error::io(Stage::Connect, "options", error),
            }
        })?;
        (&stream)
            .write_all(&Opening::Stream { token, way, index }.encode())
            .map_err(|error| Error::io(Stage::Connect, "a stream", error))?;
        joined.push(Joined {
            way,
            index,
            stream: Arc::new(stream),
        });
    }
    let socket = match spec.work {
        Work::Datagrams { .. } => Some(datagrams_to(peer, port)?),
        _ => None,
    };
    ready(&control, peer, (spec, token, socket.as_ref()), stop)?;
    let zero = Instant::now();
    let (clock, round_trips) = compare(&control, peer, (spec, zero), stop)?;
    Ok(Agreed {
        control,
        token,
        joined,
        socket,
        clock,
        round_trips,
    })
}

/// The connections that a transfer needs from its begin.
fn streams(spec: &Spec) -> Vec<(Way, u16)> {
    let ways: &[Way] = match spec.work {
        Work::Bulk(ways) => ways.all(),
        Work::Exchanges { .. } | Work::Mixed { .. } => &[Way::Up],
        Work::Connects { .. } | Work::Datagrams { .. } => &[],
    };
    ways.iter()
        .flat_map(|way| (0..spec.streams).map(|index| (*way, index)))
        .collect()
}

fn datagrams_to(peer: SocketAddr, port: u16) -> Result<UdpSocket, Error> {
    let any: IpAddr = match peer {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0))
        .and_then(|socket| {
            socket.connect((peer.ip(), port))?;
            Ok(socket)
        })
        .map_err(|error| Error::io(Stage::Connect, "a datagram socket", error))
}

/// Waits until the server has everything; knocks meanwhile, where there are datagrams.
fn ready(
    control: &TcpStream,
    peer: SocketAddr,
    (spec, token, socket): (&Spec, u64, Option<&UdpSocket>),
    stop: &Stop,
) -> Result<(), Error> {
    let until = Instant::now() + spec.patience;
    loop {
        let mut look = spec.clone();
        if let Some(socket) = socket {
            datagrams::knock(socket, token);
            look.patience = KNOCKS;
        }
        match hear(control, peer, &look, stop) {
            Ok(Frame::Ready) => return Ok(()),
            Ok(_) => return Err(elsewhere(peer)),
            Err(error) if error.is_timeout() && Instant::now() < until => {}
            Err(error) if error.is_timeout() && socket.is_some() => {
                let message = format!(
                    "no datagram came through to {peer} within {}: UDP may be blocked",
                    show_duration(spec.patience)
                );
                return Err(Error::new(Stage::Agree, Side::Path, message));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Asks for the server's clock some times.
fn compare(
    control: &TcpStream,
    peer: SocketAddr,
    (spec, zero): (&Spec, Instant),
    stop: &Stop,
) -> Result<(Clock, Vec<Duration>), Error> {
    let mut best: Option<(Duration, i64)> = None;
    let mut round_trips = Vec::new();
    for number in 0..COMPARISONS {
        let sent = Instant::now();
        super::send(control, &Frame::Ping(number))?;
        let Frame::Pong(_, theirs) = hear(control, peer, spec, stop)? else {
            return Err(elsewhere(peer));
        };
        let round_trip = sent.elapsed();
        round_trips.push(round_trip);
        let ours = nanos(sent - zero) + nanos(round_trip / 2);
        if best.is_none_or(|(shortest, _)| round_trip < shortest) {
            let ahead = i128::from(theirs) - i128::from(ours);
            best = Some((round_trip, i64::try_from(ahead).unwrap_or(0)));
        }
    }
    let ahead = best.map_or(0, |(_, ahead)| ahead);
    Ok((Clock { zero, ahead }, round_trips))
}

fn hear(control: &TcpStream, peer: SocketAddr, spec: &Spec, stop: &Stop) -> Result<Frame, Error> {
    match Frame::receive(control, &Patience::of(spec.patience, stop)) {
        Ok(Some(Frame::Refused(line))) => Err(Error::new(
            Stage::Agree,
            Side::Peer,
            format!("{peer} refused: {line}"),
        )),
        Ok(Some(frame)) => Ok(frame),
        Ok(None) => Err(elsewhere(peer)),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            let what = format!("{peer} accepted the connection, and did not answer");
            Err(Error::silent(Stage::Agree, &what, spec.patience))
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(elsewhere(peer)),
        Err(error) => Err(Error::io(
            Stage::Agree,
            &format!("the control connection to {peer}"),
            error,
        )),
    }
}

fn elsewhere(peer: SocketAddr) -> Error {
    let message = format!("{peer} does not speak this protocol; start `netopt serve` there");
    Error::new(Stage::Agree, Side::Peer, message)
}
